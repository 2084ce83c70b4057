"""
The smallest and the largest trigger of every type, with a function and without, and what each may do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks import ARNS, DIRECT_TYPES, TYPES, foundation, maximal, minimal, minimal_direct, the_function

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from syrupy.assertion import SnapshotAssertion

    from pipes_trigger import ApplicationHelper, StreamTriggerType

    Synth = Callable[[Stack], dict[str, Any]]
    Allowed = Callable[[dict[str, Any], str], list[tuple[str, Any]]]
    OfType = Callable[[dict[str, Any], str], list[dict[str, Any]]]

by_name = pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.value)
direct_by_name = pytest.mark.parametrize("kind", DIRECT_TYPES, ids=lambda kind: kind.value)


@by_name
def test_the_smallest_of_each_type(
    *,
    call: dict[str, Any],
    helper: ApplicationHelper,
    stack: Stack,
    synth: Synth,
    allowed: Allowed,
    template_snapshot: SnapshotAssertion,
    kind: StreamTriggerType,
) -> None:
    """
    Four resources, and on the function's role this type's actions on that target and nothing else.
    """
    minimal(stack, helper, kind, the_function(call))
    template = synth(stack)

    doing = [pair for pair in allowed(template, "lambda") if not pair[0].startswith("logs:")]
    assert doing == [(action, ARNS[kind]) for action in kind.strategy.actions]
    assert len(template["Resources"]) == 4
    assert template == template_snapshot


@by_name
def test_the_largest_of_each_type(
    *,
    call: dict[str, Any],
    helper: ApplicationHelper,
    stack: Stack,
    synth: Synth,
    template_snapshot: SnapshotAssertion,
    kind: StreamTriggerType,
) -> None:
    """
    Every option at once stands in the template.
    """
    maximal(stack, helper, kind, foundation(stack), the_function(call))

    assert trigger_part(synth(stack)) == template_snapshot


@direct_by_name
def test_the_smallest_without_a_function(
    *,
    helper: ApplicationHelper,
    stack: Stack,
    synth: Synth,
    of_type: OfType,
    allowed: Allowed,
    template_snapshot: SnapshotAssertion,
    kind: StreamTriggerType,
) -> None:
    """
    A pipe and its role: the pipe delivers to that target, and may do so.
    """
    target = kind.strategy.target
    assert target is not None
    trigger = minimal_direct(stack, helper, kind)
    template = synth(stack)
    (pipe,) = of_type(template, "AWS::Pipes::Pipe")

    assert sorted(item["Type"] for item in template["Resources"].values()) == ["AWS::IAM::Role", "AWS::Pipes::Pipe"]
    assert pipe["Target"] == ARNS[kind]
    assert allowed(template, "pipes")[4:] == [(action, ARNS[kind]) for action in target.actions]
    assert (trigger.function, trigger.log_group) == (None, None)
    assert template == template_snapshot


@direct_by_name
def test_the_largest_without_a_function(
    *,
    helper: ApplicationHelper,
    stack: Stack,
    synth: Synth,
    template_snapshot: SnapshotAssertion,
    kind: StreamTriggerType,
) -> None:
    """
    All that says nothing of a function goes without one.
    """
    maximal(stack, helper, kind, foundation(stack), None)

    assert trigger_part(synth(stack)) == template_snapshot


def trigger_part(template: dict[str, Any]) -> dict[str, Any]:
    """
    Leave out what the trigger's owner has: its keys, network, table and queue.
    """
    return {"Resources": {name: item for name, item in template["Resources"].items() if name.startswith("trigger")}}
