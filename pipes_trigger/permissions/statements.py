"""
What policies in a template say, statement by statement, wherever they are written.

Of a role are read: the policies in it, those that name it, managed ones of the template, and its boundary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pipes_trigger.permissions.arns import expand
from pipes_trigger.permissions.expressions import Expression, Hole, expression, show
from pipes_trigger.permissions.globs import overlaps
from pipes_trigger.permissions.references import logical_id, properties
from pipes_trigger.quick_dataclasses import dataclass

_ATTACHED: Final = {
    "AWS::IAM::Policy": "Roles",
    "AWS::IAM::ManagedPolicy": "Roles",
    "AWS::IAM::RolePolicy": "RoleName",
}
_BASIC_EXECUTION: Final = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": "*",
}
_NETWORK_ACCESS: Final = {
    "Effect": "Allow",
    "Action": [
        *("ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"),
        *("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses"),
    ],
    "Resource": "*",
}
# Policies of AWS whose content is known here (doc, "AWS managed policy reference"); of any other it is not.
_KNOWN: Final[Mapping[str, Any]] = {
    "service-role/AWSLambdaBasicExecutionRole": {"Statement": _BASIC_EXECUTION},
    "service-role/AWSLambdaVPCAccessExecutionRole": {"Statement": [_BASIC_EXECUTION, _NETWORK_ACCESS]},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """
    One statement of a policy.

    Attributes:
        allows: Whether its effect is Allow; Deny otherwise.
        actions: The patterns of `Action` or `NotAction`, in lower case.
        not_actions: Whether they are those of `NotAction`.
        resources: The patterns of `Resource` or `NotResource`, written out.
        not_resources: Whether they are those of `NotResource`.
        condition: Its `Condition`, None where it has none.
        text: Actions and resources, for people.
        where: The policy that it is in, for people.
        action_names: Each of `actions` as it is written.
        resource_names: Each of `resources` as it is written.
        principals: Whom it is about, as it is written; empty in a policy of a role, which is about that role.
    """

    allows: bool
    actions: tuple[Expression, ...]
    not_actions: bool
    resources: tuple[Expression, ...]
    not_resources: bool
    condition: Any
    text: str
    where: str
    action_names: tuple[str, ...] = ()
    resource_names: tuple[str, ...] = ()
    principals: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return f"{self.text} ({self.where})"


@dataclass(frozen=True, slots=True, kw_only=True)
class RolePolicies:
    """
    The policies of a role.

    Attributes:
        role: The role, for people.
        statements: What is said.
        unread: What may say more, and why it cannot be read here.
        boundary: The statements of its permissions boundary, None where it has none.
    """

    role: str
    statements: tuple[Statement, ...]
    unread: tuple[str, ...]
    boundary: tuple[Statement, ...] | None = None


def policies_of(role: Any, resources: Mapping[str, Any]) -> RolePolicies:
    """
    Read every policy of a role.

    Args:
        role: The role's ARN, as the template has it.
        resources: The template's resources.
    """
    role_id = logical_id(role, resources)
    if role_id is None or resources[role_id].get("Type") != "AWS::IAM::Role":
        parts = expression(role)
        text, end = show(parts), parts[::-1].index("/") if "/" in parts else 0
        attached = tuple(_attached(parts[len(parts) - end :], resources))
        return RolePolicies(role=f"role {text}", statements=attached, unread=(f"role {text} is not in the template",))
    section = properties(role_id, resources)
    name = expand(expression({"Ref": role_id}), resources)
    managed, unread = _managed(section.get("ManagedPolicyArns", []), resources)
    boundaries = _list(section.get("PermissionsBoundary"))
    limit, unread_limit = _managed(boundaries, resources)
    # One that cannot be read may allow anything, and may not.
    limit += tuple(one for text in unread_limit for one in statements_in({"Unread": text}, "boundary", resources))
    return RolePolicies(
        role=f"role {role_id}",
        statements=(*_inline(role_id, resources), *_attached(name, resources), *managed),
        unread=unread,
        boundary=limit if boundaries else None,
    )


def _inline(role_id: str, resources: Mapping[str, Any]) -> Iterator[Statement]:
    for given in _list(properties(role_id, resources).get("Policies")):
        policy = given if isinstance(given, Mapping) else {"PolicyDocument": given}
        where = f"inline policy {show(expression(policy.get('PolicyName', '?')))} of {role_id}"
        yield from statements_in(policy.get("PolicyDocument", policy), where, resources)


def _attached(role_name: Expression, resources: Mapping[str, Any]) -> Iterator[Statement]:
    for policy_id, resource in resources.items():
        key = _ATTACHED.get(resource.get("Type", ""))
        section = properties(policy_id, resources)
        for stated in _list(section.get(key)) if key else []:
            named = expand(expression(stated), resources)
            present_if = resource.get("Condition")
            if named != role_name and not overlaps(named, role_name):
                continue
            if named != role_name:
                present_if = f"{show(named)} is this role"
            yield from statements_in(section.get("PolicyDocument"), policy_id, resources, present_if)


def _managed(arns: Any, resources: Mapping[str, Any]) -> tuple[tuple[Statement, ...], tuple[str, ...]]:
    statements: list[Statement] = []
    unread = []
    for arn in _list(arns):
        text = show(expression(arn))
        name = text.partition(":iam::aws:policy/")[2]
        found = logical_id(arn, resources)
        if found is not None and resources[found].get("Type") == "AWS::IAM::ManagedPolicy":
            policy, present_if = properties(found, resources), resources[found].get("Condition")
            statements += statements_in(policy.get("PolicyDocument"), found, resources, present_if)
        elif name in _KNOWN:
            statements += statements_in(_KNOWN[name], f"managed policy {name}", resources)
        else:
            unread.append(f"managed policy {text} is not in the template")
    return tuple(statements), tuple(unread)


def statements_in(
    document: Any, where: str, resources: Mapping[str, Any], present_if: Any = None
) -> Iterator[Statement]:
    """
    Read every statement of a policy document.

    Args:
        document: The document, as the template has it.
        where: The policy, for people.
        resources: The template's resources.
        present_if: What has to hold for the policy to be there at all, None where it always is.
    """
    readable = isinstance(document, Mapping) and "Statement" in document
    for stated in _list(document["Statement"] if readable else [document]):
        if isinstance(stated, Mapping) and stated.get("Effect") in ("Allow", "Deny"):
            yield _statement(stated, where, resources, present_if)
        else:
            # A function such as Fn::If in place of a document or a statement may say anything.
            for effect in ("Allow", "Deny"):
                unknown = {"Effect": effect, "Action": [stated], "Resource": "*"}
                yield _statement(unknown, where, resources, present_if)


def _statement(stated: Mapping[str, Any], where: str, resources: Mapping[str, Any], present_if: Any) -> Statement:
    actions, not_actions = _either(stated, "Action")
    targets, not_resources = _either(stated, "Resource")
    action_names, resource_names = _shown(actions), _shown(targets)
    text = f"{'all but ' if not_actions else ''}{', '.join(action_names)} on "
    text += f"{'all but ' if not_resources else ''}{', '.join(resource_names)}"
    condition = stated.get("Condition") or present_if
    return Statement(
        allows=stated["Effect"] == "Allow",
        actions=tuple(_lower(expression(one)) for one in actions),
        not_actions=not_actions,
        resources=tuple(_with_variables(expand(expression(one), resources)) for one in targets),
        not_resources=not_resources,
        condition=condition,
        text=text if condition is None else f"{text} if {show(expression(condition))}",
        where=where,
        action_names=action_names,
        resource_names=resource_names,
        principals=tuple(_principals(stated.get("Principal"))),
    )


def _shown(values: list[Any]) -> tuple[str, ...]:
    return tuple(show(expression(one)) for one in values)


def _principals(stated: Any) -> Iterator[Any]:
    if isinstance(stated, Mapping) and not any(key == "Ref" or key.startswith("Fn::") for key in stated):
        for each in stated.values():
            yield from _list(each)
    elif stated is not None:
        yield stated


def _either(statement: Mapping[str, Any], key: str) -> tuple[list[Any], bool]:
    return (_list(statement[f"Not{key}"]), True) if f"Not{key}" in statement else (_list(statement.get(key)), False)


def _lower(parts: Expression) -> Expression:
    return tuple(part.lower() if isinstance(part, str) else part for part in parts)


def _with_variables(parts: Expression) -> Expression:
    """
    Make holes of IAM's own variables, such as `${aws:username}`.
    """
    found: list[str | Hole] = []
    for part in parts:
        found.append(part)
        if part == "}" and (start := _last(found, ("$", "{"))) is not None:
            found[start:] = [Hole(show(tuple(found[start + 2 : -1])))]
    return tuple(found)


def _last(parts: list[str | Hole], wanted: Expression) -> int | None:
    places = (
        place for place in range(len(parts) - len(wanted), -1, -1) if tuple(parts[place:][: len(wanted)]) == wanted
    )
    return next(places, None)


def _list(value: Any) -> list[Any]:
    values = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    return [one for one in values if one not in (None, {"Ref": "AWS::NoValue"})]
