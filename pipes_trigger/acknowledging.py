"""
Telling the usual checks what a trigger has by design, finding by finding and with the evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aws_cdk import Acknowledgment, CfnResource, Stack, Validations

from pipes_trigger.findings import BY_DESIGN, STAR_CHECK, WILDCARD_CHECK, flat, wildcard_reason

if TYPE_CHECKING:
    from constructs import Construct

_ROLES: Final = {"FunctionRole": "Trigger", "RedriveRole": "Redrive", "PipeRole": "Pipe"}


def acknowledge_findings(trigger: Construct) -> None:
    """
    Acknowledge on a trigger's parts what the checks find in them by design; the rest is left to be found.

    Args:
        trigger: The trigger; its children are called as the construct calls them.
    """
    stack = Stack.of(trigger)
    for part, policy in _ROLES.items():
        role = trigger.node.try_find_child(part)
        if role is not None:
            _acknowledge_wildcards(role, stack.resolve(_resource(role).policies), policy)
    for finding in BY_DESIGN:
        child = trigger.node.try_find_child(finding.part)
        if child is not None:
            _acknowledge(child, finding.check, finding.reason)


def _acknowledge_wildcards(role: Any, policies: Any, policy_name: str) -> None:
    reasons: dict[str, list[str]] = {}
    for statement in _statements(policies, policy_name):
        resources = statement["Resource"]
        reason = wildcard_reason(statement["Action"])
        for resource in map(flat, resources if isinstance(resources, list) else [resources]):
            if "*" in resource and reason is not None:
                reasons.setdefault(f"{WILDCARD_CHECK}[Resource::{resource}]", []).append(reason)
            if resource == "*" and reason is not None and policy_name != _ROLES["PipeRole"]:
                reasons.setdefault(STAR_CHECK, []).append(reason)
    for check, found in reasons.items():
        _acknowledge(role, check, " ".join(dict.fromkeys(found)))


def _statements(policies: Any, policy_name: str) -> list[Any]:
    """
    Give the statements that this package wrote; what the app added is the app's to explain.
    """
    return [
        statement
        for policy in policies
        if policy["policyName"] == policy_name
        for statement in policy["policyDocument"]["Statement"]
    ]


def _acknowledge(child: Any, check: str, reason: str) -> None:
    tool, _, rule = check.partition("::")
    resource = _resource(child)
    if tool == "checkov":
        resource.add_metadata("checkov", {"skip": [{"id": rule, "comment": reason}]})
    elif tool == "cfn-lint":
        resource.add_metadata("cfn-lint", {"config": {"ignore_checks": [rule]}})
    else:
        Validations.of(resource).acknowledge(Acknowledgment(id=check, reason=reason))


def _resource(child: Any) -> Any:
    return child if isinstance(child, CfnResource) else child.node.default_child
