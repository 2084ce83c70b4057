"""
The examples, synthesized as the CDK CLI does it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import PipeSpec
from pipes_trigger.testing import records

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
STACKS = [
    ("deployment_requests", "DeploymentFoundation"),
    ("deployment_requests", "DeploymentPlatform"),
    ("order_notifications", "OrderNotifications"),
]


def template(assemblies: dict[str, Path], app: str, stack: str) -> dict[str, Any]:
    """
    Read a stack's template.
    """
    text = (assemblies[app] / f"{stack}.template.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


@pytest.mark.parametrize(("app", "stack"), STACKS)
def test_an_examples_stack_is_as_it_was(
    example_assemblies: dict[str, Path], app: str, stack: str, template_snapshot: SnapshotAssertion
) -> None:
    """
    A changed example is a change that a reader of the examples should see.
    """
    assert template(example_assemblies, app, stack) == template_snapshot


def test_every_example_is_snapshotted(example_assemblies: dict[str, Path]) -> None:
    """
    No stack of an example goes untested.
    """
    found = {
        (app, path.name.removesuffix(".template.json"))
        for app, output in example_assemblies.items()
        for path in output.glob("*.template.json")
    }

    assert found == set(STACKS)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/*_stack.py")), ids=lambda path: path.name)
def test_a_stack_is_under_a_hundred_lines(path: Path) -> None:
    """
    An example is read before it is used.
    """
    assert len(path.read_text(encoding="utf-8").splitlines()) < 100


def test_the_deployment_example_starts_pending_requests_alone(example_assemblies: dict[str, Path]) -> None:
    """
    The function of the example would get the pending request, and nothing of the draft.
    """
    pipe = PipeSpec.from_template(template(example_assemblies, "deployment_requests", "DeploymentPlatform"))
    pending, draft = (records.insert({"id": status, "status": status}) for status in ("PENDING", "DRAFT"))
    (payload,) = pipe.simulate([pending, draft])

    assert [envelope["Records"][0]["dynamodb"]["Keys"] for envelope in payload] == [{"id": {"S": "PENDING"}}]


def test_the_order_example_tells_of_removed_orders_but_not_of_drafts(example_assemblies: dict[str, Path]) -> None:
    """
    The second filter of the example looks at the old image.
    """
    pipe = PipeSpec.from_template(template(example_assemblies, "order_notifications", "OrderNotifications"))
    shipped, draft = (records.remove({"id": status, "status": status}) for status in ("SHIPPED", "DRAFT"))

    assert (pipe.passes(shipped), pipe.passes(draft)) == (True, False)
