"""
Turning statements about one principal into permissions, each with its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.permissions.arns import expand
from pipes_trigger.permissions.conditions import in_words
from pipes_trigger.permissions.expressions import Hole, expression
from pipes_trigger.permissions.function_needs import FUNCTION_NEEDS
from pipes_trigger.permissions.functions import environment
from pipes_trigger.permissions.needs import Need, look_up
from pipes_trigger.permissions.parts import By, Match, Part
from pipes_trigger.permissions.permission import UNKNOWN, Permission
from pipes_trigger.permissions.pipe_needs import PIPE_NEEDS
from pipes_trigger.permissions.resource_needs import RESOURCE_NEEDS
from pipes_trigger.quick_dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipes_trigger.permissions.expressions import Expression
    from pipes_trigger.permissions.parts import Parts
    from pipes_trigger.permissions.statements import Statement
    from pipes_trigger.permissions.trigger import Trigger

NEEDS: Final[tuple[Need, ...]] = (*PIPE_NEEDS, *FUNCTION_NEEDS, *RESOURCE_NEEDS)

BEYOND: Final = "Granted beyond what pipes-trigger needs; added by the app, or by a strategy of its own."
_NO_CALL: Final = "none"
_TEMPLATE: Final = "template"


class Reader:
    """
    Reads statements about one principal.
    """

    def __init__(self, trigger: Trigger, by: frozenset[By], parts: Parts, *, who: str, principal: str) -> None:
        self._resources = trigger.resources
        self._by = by
        self._parts = parts
        self._named = _named_by(trigger)
        self._blank = Permission(
            pipe=trigger.pipe,
            principal=principal,
            who=who,
            effect="Allow",
            action=UNKNOWN,
            resource=UNKNOWN,
            condition=None,
            why=BEYOND,
            call=_NO_CALL,
            source=_TEMPLATE,
            needed=False,
            where="",
        )

    def read(self, statement: Statement) -> Iterator[Permission]:
        """
        Give each action on each resource of a statement.
        """
        if not statement.allows:
            yield from self._each(statement, effect="Deny", why=_refusal(statement), needed=True)
        elif statement.not_actions or statement.not_resources:
            yield from self._each(statement)
        else:
            for name, action in zip(statement.action_names, statement.actions, strict=True):
                for shown, resource in zip(statement.resource_names, statement.resources, strict=True):
                    blank = self._filled(statement, action=name, resource=shown)
                    yield blank if any(isinstance(part, Hole) for part in action) else self._why(blank, resource)

    def limit(self, statement: Statement) -> Iterator[Permission]:
        """
        Give what a permissions boundary says.
        """
        why = "The permissions boundary has to allow it, too." if statement.allows else _refusal(statement)
        yield from self._each(statement, effect="Limit" if statement.allows else "Deny", why=why, needed=True)

    def unread(self, text: str) -> Permission:
        """
        Give what may say more, but is not in the template.
        """
        return replace(self._blank, why=f"Not known here: {text}.", where=text)

    def lacking(self, need: Need, resource: str, because: tuple[str, ...]) -> Permission:
        """
        Give what is needed and not granted.
        """
        reasons = "; ".join(because) or "nothing grants it"
        said = {"action": need.action, "resource": resource, "call": need.call, "source": need.source}
        why = f"{need.why} But {reasons}."
        return replace(self._blank, **said, effect="Missing", why=why, needed=True, where="nowhere")

    def _each(self, statement: Statement, **said: Any) -> Iterator[Permission]:
        actions, resources = statement.action_names, statement.resource_names
        if statement.not_actions:
            actions = (f"all but {', '.join(actions)}",)
        if statement.not_resources:
            resources = (f"all but {', '.join(resources)}",)
        for action in actions:
            for resource in resources:
                yield replace(self._filled(statement, action=action, resource=resource), **said)

    def _filled(self, statement: Statement, *, action: str, resource: str) -> Permission:
        condition = in_words(statement.condition)
        return replace(self._blank, action=action, resource=resource, condition=condition, where=statement.where)

    def _why(self, permission: Permission, resource: Expression) -> Permission:
        found = look_up(NEEDS, self._by, permission.action, resource, self._parts)
        named = self._named.get(resource) if self._by & {By.FUNCTION} else None
        if not found:
            told = f" Its environment names the resource: {named}." if named else ""
            return replace(permission, why=f"{permission.why}{told}")
        how = found[0][0]
        needs = [need for _, need in found]
        why = joined(need.why for need in needs)
        if named and any(need.on is Part.DOWNSTREAM for need in needs):
            why += f" Its environment names it: {named}."
        if how is Match.PRESUMED:
            why += " Presumed: the template does not tell what it is."
        if how is Match.WIDER:
            parts = " or ".join(dict.fromkeys(need.on.value for need in needs))
            why += f" Granted beyond that: {parts} would do."
        calls, sources = joined((need.call for need in needs), "; "), joined((need.source for need in needs), "; ")
        return replace(permission, why=why, call=calls, source=sources, needed=how is not Match.WIDER)


def _named_by(trigger: Trigger) -> Mapping[Expression, str]:
    """
    Give the environment variables of the function, by what they hold.
    """
    found: dict[Expression, list[str]] = {}
    for actor in trigger.actors:
        if actor.by is By.FUNCTION and actor.function is not None:
            for variable, value in environment(actor.function, trigger.resources).items():
                found.setdefault(expand(expression(value), trigger.resources), []).append(variable)
    return {value: ", ".join(variables) for value, variables in found.items()}


def _refusal(statement: Statement) -> str:
    if statement.condition == {"Bool": {"aws:SecureTransport": "false"}}:
        return "What does not come by TLS is refused."
    return "Refused, whatever else allows it."


def joined(texts: Iterable[str], separator: str = " ") -> str:
    """
    Join texts, each once.
    """
    return separator.join(dict.fromkeys(texts))
