"""
Every statement of a template that is about a trigger: policies of its roles, and of the resources that it acts on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.permissions.expressions import expression, show
from pipes_trigger.permissions.functions import function_behind
from pipes_trigger.permissions.parts import By, Part
from pipes_trigger.permissions.references import logical_id, properties
from pipes_trigger.permissions.statements import policies_of, statements_in
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from pipes_trigger.permissions.expressions import Expression
    from pipes_trigger.permissions.parts import Parts
    from pipes_trigger.permissions.statements import RolePolicies, Statement
    from pipes_trigger.permissions.trigger import Actor, Trigger

# The types that hold the policy of other resources, and the property that names those.
_ATTACHED: Final = {
    "AWS::SQS::QueuePolicy": "Queues",
    "AWS::SNS::TopicPolicy": "Topics",
    "AWS::S3::BucketPolicy": "Bucket",
}
_SERVICES: Final = {
    "delivery.logs.amazonaws.com": By.LOG_DELIVERY,
    "events.amazonaws.com": By.EVENTS,
    "lambda.amazonaws.com": By.LAMBDA,
    "pipes.amazonaws.com": By.PIPES,
    "sns.amazonaws.com": By.SNS,
}
_REGIONAL_LOGS: Final = ("logs.", ".amazonaws.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """
    A role with all that act by it, and its policies.

    Attributes:
        arn: Its ARN, as the template has it.
        actors: Who acts by it.
        policies: What they say.
    """

    arn: Any
    actors: tuple[Actor, ...]
    policies: RolePolicies


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceGrant:
    """
    What the policy of a resource says of one principal.

    Attributes:
        principal: The principal, as `Fn::Sub` would write it.
        by: Who that is, as far as it is known; several where a role serves several.
        statement: The statement.
    """

    principal: str
    by: frozenset[By]
    statement: Statement


def roles_of(trigger: Trigger) -> tuple[Role, ...]:
    """
    Give each role that somebody acts by for a trigger, once.
    """
    actors: dict[str, list[Actor]] = {}
    for actor in trigger.actors:
        actors.setdefault(show(expression(actor.role)), []).append(actor)
    return tuple(
        Role(arn=first.role, actors=(first, *more), policies=policies_of(first.role, trigger.resources))
        for first, *more in actors.values()
    )


def resource_grants(trigger: Trigger, roles: tuple[Role, ...], parts: Parts) -> Iterator[ResourceGrant]:
    """
    Give what the policies of resources say about a trigger: who may become its roles, and who may use what it uses.
    """
    by_role = {logical_id(role.arn, trigger.resources): frozenset(each.by for each in role.actors) for role in roles}
    statements = [
        *_trusts(trigger, by_role),
        *_invocations(trigger),
        *_attached(trigger),
        *_keys(trigger, parts[Part.KEY]),
    ]
    for statement, is_about in statements:
        for principal in statement.principals:
            role = logical_id(principal, trigger.resources)
            by = by_role[role] if role in by_role else _known(principal)
            if is_about or role in by_role:
                yield ResourceGrant(principal=show(expression(principal)), by=by, statement=statement)


def _trusts(trigger: Trigger, roles: Container[str | None]) -> Iterator[tuple[Statement, bool]]:
    for name in _of_type(trigger, "AWS::IAM::Role"):
        if name in roles:
            trust = properties(name, trigger.resources).get("AssumeRolePolicyDocument")
            document = _aimed(trust, {"Fn::GetAtt": [name, "Arn"]})
            for each in statements_in(document, f"trust policy of {name}", trigger.resources):
                yield each, True


def _invocations(trigger: Trigger) -> Iterator[tuple[Statement, bool]]:
    concerned = trigger.concerned()
    for name in _of_type(trigger, "AWS::Lambda::Permission"):
        section = properties(name, trigger.resources)
        function = function_behind(section.get("FunctionName"), trigger.resources)
        document = {"Statement": [_permission(section, trigger.resources)]}
        for each in statements_in(document, name, trigger.resources):
            yield each, function in concerned


def _attached(trigger: Trigger) -> Iterator[tuple[Statement, bool]]:
    concerned = trigger.concerned()
    for kind, key in _ATTACHED.items():
        for name in _of_type(trigger, kind):
            section = properties(name, trigger.resources)
            named = section.get(key)
            targets = named if isinstance(named, list) else [named]
            is_about = any(logical_id(each, trigger.resources) in concerned for each in targets)
            for each in statements_in(section.get("PolicyDocument"), name, trigger.resources):
                yield each, is_about


def _keys(trigger: Trigger, used: Container[Expression]) -> Iterator[tuple[Statement, bool]]:
    for name in _of_type(trigger, "AWS::KMS::Key"):
        policy = properties(name, trigger.resources).get("KeyPolicy")
        document = _aimed(policy, {"Fn::GetAtt": [name, "Arn"]})
        for each in statements_in(document, f"key policy of {name}", trigger.resources):
            yield each, any(arn in used for arn in each.resources)


def _of_type(trigger: Trigger, kind: str) -> list[str]:
    return [name for name, resource in trigger.resources.items() if resource.get("Type") == kind]


def _aimed(document: Any, resource: Any) -> Any:
    """
    Say in each statement what it is about: in a role's trust and in a key's policy that is the resource itself.
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("Statement"), list | Mapping):
        return document
    stated = document["Statement"]
    listed = stated if isinstance(stated, list) else [stated]
    return {"Statement": [{**each, "Resource": resource} if isinstance(each, Mapping) else each for each in listed]}


def _permission(section: Mapping[str, Any], resources: Mapping[str, Any]) -> Mapping[str, Any]:
    function = section.get("FunctionName")
    found = logical_id(function, resources)
    if found is not None and resources[found]["Type"] == "AWS::Lambda::Function":
        function = {"Fn::GetAtt": [found, "Arn"]}  # it may be the name alone
    conditions = {
        "ArnLike": {"aws:SourceArn": section.get("SourceArn")},
        "StringEquals": {"aws:SourceAccount": section.get("SourceAccount")},
    }
    present = {name: told for name, told in conditions.items() if None not in told.values()}
    principal = section.get("Principal")
    return {
        "Effect": "Allow",
        "Action": section.get("Action"),
        "Resource": function,
        "Principal": {"AWS": principal},
        **({"Condition": present} if present else {}),
    }


def _known(principal: Any) -> frozenset[By]:
    text = show(expression(principal))
    if text == "*":
        return frozenset({By.ANYBODY})
    if text in _SERVICES:
        return frozenset({_SERVICES[text]})
    if text.startswith(_REGIONAL_LOGS[0]) and text.endswith(_REGIONAL_LOGS[1]):
        return frozenset({By.LOGS})
    if text == "${AWS::AccountId}" or (text.isdecimal() and len(text) == len("111122223333")) or text.endswith(":root"):
        return frozenset({By.ACCOUNT})
    return frozenset()
