"""
Explaining a trigger: every permission around a pipe, with the call that needs it or the word that nothing does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipes_trigger.permissions.arns import expand
from pipes_trigger.permissions.expressions import expression, show
from pipes_trigger.permissions.grants import resource_grants, roles_of
from pipes_trigger.permissions.missing import missing
from pipes_trigger.permissions.permission import UNKNOWN, Permission
from pipes_trigger.permissions.reader import NEEDS, Reader, joined
from pipes_trigger.permissions.trigger import Trigger
from pipes_trigger.quick_dataclasses import replace
from pipes_trigger.spec.templates import choose, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipes_trigger.permissions.grants import ResourceGrant, Role
    from pipes_trigger.spec.templates import Template


def explain(template: Template, pipe: str | None = None) -> tuple[Permission, ...]:
    """
    Say who may do what to what for one trigger, why, and which call needs it.

    Read are the policies of the roles that act for it (the pipe's, its function's, its enrichment's, and that of the
    function that redrives), and those of the resources that it acts on. What no call needs is not left out, and says
    so; what a call needs and nothing grants is told as missing.

    Args:
        template: A synthesized template as a mapping, as JSON text, or a path.
        pipe: The pipe's logical id; needed where several read DynamoDB streams.

    Returns:
        Each action on each resource once for each principal, effect and condition; role by role, resource by resource.

    Raises:
        PipeSpecError: No template, no such pipe, or several and no id.

    Example:
        >>> statement = {"Effect": "Allow", "Resource": {"Fn::GetAtt": ["Orders", "StreamArn"]},
        ...              "Action": ["dynamodb:GetRecords", "dynamodb:UpdateTable"]}
        >>> policy = {"PolicyName": "Pipe", "PolicyDocument": {"Statement": [statement]}}
        >>> permissions = explain({"Resources": {
        ...     "Pipe": {"Type": "AWS::Pipes::Pipe", "Properties": {
        ...         "Source": {"Fn::GetAtt": ["Orders", "StreamArn"]}, "Target": {"Fn::GetAtt": ["Queue", "Arn"]},
        ...         "SourceParameters": {"DynamoDBStreamParameters": {"StartingPosition": "LATEST"}},
        ...         "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}}},
        ...     "Orders": {"Type": "AWS::DynamoDB::Table"},
        ...     "Queue": {"Type": "AWS::SQS::Queue"},
        ...     "Role": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}}}})
        >>> for permission in permissions[:3]:
        ...     print(permission)
        the pipe's role may dynamodb:GetRecords on ${Orders.StreamArn}: The pipe reads the changes.
        the pipe's role may dynamodb:UpdateTable on ${Orders.StreamArn}: Granted beyond what pipes-trigger needs; ...
        the pipe's role lacks dynamodb:DescribeStream on ${Orders.StreamArn}: The pipe finds the shards ...
    """
    loaded = load(template)
    chosen, _ = choose(loaded, pipe)
    trigger = Trigger(chosen, loaded.get("Resources", {}))
    roles = roles_of(trigger)
    parts = trigger.parts_of(roles)
    grants = tuple(resource_grants(trigger, roles, parts))
    found = [permission for role in roles for permission in _of_role(trigger, role, grants)]
    for by, value in trigger.unread():
        reader = Reader(trigger, frozenset({by}), parts, who=by.value, principal=UNKNOWN)
        found.append(reader.unread(f"{value} is not in the template"))
    for grant in grants:
        known = " and ".join(sorted(each.value for each in grant.by))
        reader = Reader(trigger, grant.by, parts, who=known or grant.principal, principal=grant.principal)
        found += reader.read(grant.statement)
    return tuple(_once(found, trigger.resources))


def _of_role(trigger: Trigger, role: Role, grants: Iterable[ResourceGrant]) -> Iterator[Permission]:
    by = frozenset(actor.by for actor in role.actors)
    who = " and ".join(actor.by.value for actor in role.actors)
    parts = trigger.parts_of((role,))
    reader = Reader(trigger, by, parts, who=who, principal=show(expression(role.arn)))
    for statement in role.policies.statements:
        yield from reader.read(statement)
    for text in role.policies.unread:
        yield reader.unread(text)
    for statement in role.policies.boundary or ():
        yield from reader.limit(statement)
    for need, because in missing(NEEDS, role, parts, grants):
        yield reader.lacking(need, trigger.name_of(need.on), because)


def _once(permissions: Iterable[Permission], resources: Mapping[str, Any]) -> Iterator[Permission]:
    """
    Give each permission once, resource by resource, however many statements say it.
    """
    found: dict[tuple[Any, ...], Permission] = {}
    for each in permissions:
        written = expand(expression({"Fn::Sub": each.resource}), resources)
        text = each.why if each.action == UNKNOWN else ""
        key = (each.principal, each.effect, written, each.action.lower(), each.condition, text)
        known = found.get(key)
        where = each.where if known is None else joined((known.where, each.where), ", ")
        found[key] = replace(known or each, where=where)
    order = {key[:3]: place for place, key in reversed([*enumerate(found)])}
    yield from (found[key] for key in sorted(found, key=lambda key: order[key[:3]]))
