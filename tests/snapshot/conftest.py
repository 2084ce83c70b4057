"""
Reading a trigger's parts out of a synthesized template.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Resource = dict[str, Any]
OfType = Callable[[dict[str, Any], str], list[Resource]]


@pytest.fixture
def of_type() -> OfType:
    """
    Return a function that lists the properties of all resources of a type.
    """

    def _of_type(template: dict[str, Any], kind: str) -> list[Resource]:
        return [item.get("Properties", {}) for item in template["Resources"].values() if item["Type"] == kind]

    return _of_type


@pytest.fixture
def allowed() -> Callable[[dict[str, Any], str], list[tuple[str, Any]]]:
    """
    Return a function that lists what the roles of a service may do: each action with its resource.
    """

    def _allowed(template: dict[str, Any], service: str) -> list[tuple[str, Any]]:
        pairs = []
        for item in template["Resources"].values():
            if item["Type"] != "AWS::IAM::Role" or service not in str(item["Properties"]["AssumeRolePolicyDocument"]):
                continue
            for policy in item["Properties"].get("Policies", []):
                for statement in policy["PolicyDocument"]["Statement"]:
                    actions = statement["Action"]
                    resources = statement["Resource"]
                    pairs += [
                        (action, resource)
                        for action in ([actions] if isinstance(actions, str) else actions)
                        for resource in (resources if isinstance(resources, list) else [resources])
                    ]
        return pairs

    return _allowed
