"""
What a role's policies come to: allowed, not allowed, or not to be told from the template.

As IAM decides (doc, "Policy evaluation logic"): a Deny beats any Allow, and a boundary has to allow it, too. Not looked
at are policies of the resources themselves, of the organization, and sessions.
"""

from __future__ import annotations

import re
from enum import Enum, unique
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.permissions.globs import covers, overlaps
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipes_trigger.permissions.expressions import Expression
    from pipes_trigger.permissions.statements import RolePolicies, Statement

_ACTION: Final = re.compile(r"\*|[a-z0-9-]+:[A-Za-z0-9*?]+")
ANYTHING: Final[Expression] = ("*",)


@unique
class Answer(Enum):
    """
    What can be said of a request.
    """

    YES = "yes"
    NO = "no"
    PERHAPS = "perhaps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """
    The answer, and what it rests on.

    Attributes:
        answer: The answer.
        because: The statements, or what could not be read, that lead to it; empty where nothing allows it.
    """

    answer: Answer
    because: tuple[str, ...] = ()


def action(text: str) -> Expression:
    """
    Read an action: `sns:Publish`, `sns:*` or `*`.

    Raises:
        ConfigurationError: It is none; nothing could ever allow it, so that every test of it would pass.

    Example:
        >>> "".join(action("sns:Publish"))
        'sns:publish'
    """
    if _ACTION.fullmatch(text) is None:
        fix = "write <service>:<Action>, such as 'sns:Publish'"
        raise ConfigurationError([Violation("TA003", "action", f"is no action of IAM: {text!r}", fix)])
    return tuple(text.lower())


def rule(policies: RolePolicies, wanted: Expression, resource: Expression, under: Any = None) -> Ruling:
    """
    Decide whether an action on a resource is allowed, each perhaps with wildcards.

    `YES` means all that the wildcards stand for; `NO` means nothing of it.

    Args:
        policies: What is said.
        wanted: The action.
        resource: The resource, written out.
        under: A `Condition` that the caller knows to hold.
    """
    limits = policies.boundary
    touching = [one for one in policies.statements if _possibly(one, wanted, resource)]
    limiting = [one for one in limits or () if _possibly(one, wanted, resource)]
    denies = [one for one in (*touching, *limiting) if not one.allows]
    certain = [one for one in denies if one.condition is None and _certainly(one, wanted, resource)]
    if certain:
        return Ruling(answer=Answer.NO, because=_said("denied by", certain))
    allows = [one for one in touching if one.allows]
    inside = None if limits is None else [one for one in limiting if one.allows]
    if inside == [] or (not allows and not policies.unread):
        return Ruling(answer=Answer.NO, because=("its permissions boundary does not allow it",) if inside == [] else ())
    granted = _all_of_it(allows, wanted, resource, under)
    within = inside is None or _all_of_it(inside, wanted, resource, under)
    if granted and within and not denies:
        return Ruling(answer=Answer.YES, because=_said("allowed by", granted))
    because = (*_said("perhaps allowed by", allows), *_said("perhaps denied by", denies), *policies.unread)
    return Ruling(answer=Answer.PERHAPS, because=because)


def beyond(statements: Iterable[Statement], listed: Iterable[Expression]) -> tuple[Statement, ...]:
    """
    Give the statements that allow any action outside of a list.
    """
    patterns = tuple(listed)
    return tuple(
        one
        for one in statements
        if one.allows
        and (one.not_actions or not all(any(covers(each, told) for each in patterns) for told in one.actions))
    )


def _all_of_it(statements: list[Statement], wanted: Expression, resource: Expression, under: Any) -> list[Statement]:
    return [one for one in statements if one.condition in (None, under) and _certainly(one, wanted, resource)]


def _said(how: str, statements: list[Statement]) -> tuple[str, ...]:
    return tuple(f"{how} {one}" for one in statements)


def _certainly(statement: Statement, wanted: Expression, resource: Expression) -> bool:
    return _all_in(statement.actions, wanted, inverted=statement.not_actions) and _all_in(
        statement.resources, resource, inverted=statement.not_resources
    )


def _possibly(statement: Statement, wanted: Expression, resource: Expression) -> bool:
    return _some_in(statement.actions, wanted, inverted=statement.not_actions) and _some_in(
        statement.resources, resource, inverted=statement.not_resources
    )


def _all_in(patterns: tuple[Expression, ...], target: Expression, *, inverted: bool) -> bool:
    if inverted:
        return not any(overlaps(one, target) for one in patterns)
    return any(covers(one, target) for one in patterns)


def _some_in(patterns: tuple[Expression, ...], target: Expression, *, inverted: bool) -> bool:
    if inverted:
        return not any(covers(one, target) for one in patterns)
    return any(overlaps(one, target) for one in patterns)
