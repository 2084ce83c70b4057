"""
However the statements of a trigger's policies are cut up, repeated and moved, the same is explained, each thing once.
"""

from __future__ import annotations

import contextlib
import copy
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipes_trigger.errors import PipesTriggerError
from pipes_trigger.permissions import explain
from pipes_trigger.permissions.arns import expand
from pipes_trigger.permissions.expressions import expression, show
from pipes_trigger.spec.templates import stream_pipes

if TYPE_CHECKING:
    from pipes_trigger.permissions import Permission

SNAPSHOTS = Path(__file__).parents[2] / "snapshot" / "__snapshots__"
# What our own triggers are synthesized to: the smallest, the default, the largest, and the examples.
TEMPLATES = [
    template
    for path in sorted(SNAPSHOTS.glob("*/*.json"))
    if (template := json.loads(path.read_text(encoding="utf-8"))).get("Resources") and len(stream_pipes(template)) == 1
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
    Each granted action is explained exactly once per resource and condition, and always in the same words.
    """
    template, changed = drawn
    before, after = explain(template), explain(changed)

    once = Counter(
        (
            *(one.principal, one.effect, one.action, str(one.condition)),
            expand(expression({"Fn::Sub": one.resource}), changed["Resources"]),
        )
        for one in after
    )
    assert set(once.values()) == {1}
    assert told(after) == told(before)


CONDITIONAL = {"Fn::If": ["Production", {"a": 1}, {"Ref": "AWS::NoValue"}]}
JUNK = [None, True, 5, "x", [], [None], ["*"], {}, {"Ref": "Nope"}, {"Ref": "AWS::NoValue"}, CONDITIONAL]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """
    Give the path of every value below properties, however deep.
    """
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner if key != "Type" for place in places(each, (*path, key)))]


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_whatever_stands_in_a_template_is_explained_or_refused(data: st.DataObject) -> None:
    """
    A value that nobody expects ends in permissions or in an error of ours, never in another one.
    """
    template = copy.deepcopy(data.draw(st.sampled_from(TEMPLATES)))
    *path, last = data.draw(st.sampled_from([place for place in places(template["Resources"]) if len(place) > 1]))
    holder: Any = template["Resources"]
    for key in path:
        holder = holder[key]
    holder[last] = copy.deepcopy(data.draw(st.sampled_from(JUNK)))

    with contextlib.suppress(PipesTriggerError):
        assert all(one.action and one.why for one in explain(template))


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
    explained = [
        (one.action, one.resource) for one in permissions if one.who.endswith("role") and one.effect == "Allow"
    ]

    assert Counter(explained) == Counter(granted)
    assert [str(one) for one in permissions if not one.as_needed] == []


def test_there_are_templates() -> None:
    """
    The pipes of six stacks are looked at.
    """
    assert len(TEMPLATES) >= 6
