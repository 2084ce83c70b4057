"""
However the statements of a trigger's policies are cut up, repeated and moved, the same is explained, each thing once.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipes_trigger.permissions import explain
from pipes_trigger.permissions.arns import expand
from pipes_trigger.permissions.expressions import expression, show

if TYPE_CHECKING:
    from pipes_trigger.permissions import Permission

SNAPSHOTS = Path(__file__).parents[2] / "snapshot" / "__snapshots__"
# What our own triggers are synthesized to: the smallest, the default, the largest, and the examples.
TEMPLATES = [
    json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(SNAPSHOTS.glob("*/*.json"))
    if "AWS::Pipes::Pipe" in path.read_text(encoding="utf-8")
]


def listed(value: Any) -> list[Any]:
    """
    Give a list, as policies may leave it out around a single value.
    """
    return value if isinstance(value, list) else [value]


def pairs(statement: dict[str, Any]) -> list[dict[str, Any]]:
    """
    Cut a statement into one for each action on each resource.
    """
    return [
        {**statement, "Action": action, "Resource": resource}
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    ]


@st.composite
def rewritten(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """
    Take one of our templates, and write its roles' policies in another way: inline, apart, in any order, repeated.
    """
    template = draw(st.sampled_from(TEMPLATES))
    changed = copy.deepcopy(template)
    resources = changed["Resources"]
    for name, role in list(resources.items()):
        if role["Type"] != "AWS::IAM::Role" or "Policies" not in role["Properties"]:
            continue
        statements = [one for each in role["Properties"]["Policies"] for one in each["PolicyDocument"]["Statement"]]
        cut = [one for statement in statements for one in (pairs(statement) if draw(st.booleans()) else [statement])]
        again = draw(st.lists(st.sampled_from(cut), max_size=4))
        places: tuple[list[Any], ...] = ([], [], [])
        for statement in draw(st.permutations([*cut, *again])):
            draw(st.sampled_from(places)).append(statement)
        inline, attached, managed = places
        role["Properties"]["Policies"] = [{"PolicyName": "P", "PolicyDocument": {"Statement": inline}}]
        for kind, those in (("Policy", attached), ("ManagedPolicy", managed)):
            properties = {"Roles": [{"Ref": name}], "PolicyDocument": {"Statement": those}}
            resources[f"{name}{kind}"] = {"Type": f"AWS::IAM::{kind}", "Properties": properties}
    return template, changed


def told(permissions: tuple[Permission, ...]) -> set[tuple[str, ...]]:
    """
    Reduce permissions to what they say, without where it is written.
    """
    return {(one.principal, one.effect, one.action, one.resource, str(one.condition), one.why) for one in permissions}


@settings(max_examples=60, deadline=None)
@given(rewritten())
def test_what_is_explained_does_not_hang_on_how_it_is_written(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """
    Each granted action is explained exactly once per resource, and always in the same words.
    """
    template, changed = drawn
    before, after = explain(template), explain(changed)

    once = Counter(
        (one.principal, one.effect, one.action, expand(expression({"Fn::Sub": one.resource}), changed["Resources"]))
        for one in after
    )
    assert set(once.values()) == {1}
    assert told(after) == told(before)


@pytest.mark.parametrize("template", TEMPLATES, ids=range(len(TEMPLATES)))
def test_all_that_our_triggers_grant_is_explained_and_needed(template: dict[str, Any]) -> None:
    """
    Every action on every resource in the roles of our own triggers is explained, and none is beyond what is needed.
    """
    granted = [
        (action, show(expression(resource)))
        for role in template["Resources"].values()
        if role["Type"] == "AWS::IAM::Role"
        for policy in role["Properties"].get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    ]
    permissions = explain(template)
    explained = [(one.action, one.resource) for one in permissions if one.who.endswith("role")]

    assert Counter(explained) == Counter(granted)
    assert [str(one) for one in permissions if not one.as_needed] == []


def test_there_are_templates() -> None:
    """
    The pipes of six stacks are looked at.
    """
    assert len(TEMPLATES) >= 6
