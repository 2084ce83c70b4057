"""
Sentences about permissions: what the function and the pipe of a trigger may do, and what they may not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

from pipes_trigger.permissions.expressions import show
from pipes_trigger.permissions.references import describe
from pipes_trigger.permissions.rulings import Answer, action, beyond, rule
from pipes_trigger.permissions.statements import policies_of
from pipes_trigger.testing.resources import meant
from pipes_trigger.testing.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipes_trigger.permissions.expressions import Expression
    from pipes_trigger.permissions.statements import RolePolicies
    from pipes_trigger.testing.documents import Reference

Who: TypeAlias = Literal["function", "pipe"]


class RoleAssertions(Sentence):
    """
    What a trigger may do, by the identity policies of its two roles in the template.
    """

    def may(self, *actions: str, on: Reference, under: Mapping[str, Any] | None = None) -> Self:
        """
        Assert that the function may do each of these on a resource.

        Args:
            actions: Such as `sns:Publish`, or `sns:*` for all of them.
            on: The resource; `*` for any.
            under: The `Condition` of the statement that allows it, where it has one.

        Raises:
            AssertionError: It may not, or the template does not tell.
            ConfigurationError: No action, one that is none, or no such resource in the template.
        """
        __tracebackhide__ = True
        return self._allows("function", actions, on, under)

    def may_not(self, *actions: str, on: Reference = "*") -> Self:
        """
        Assert that the function may do nothing of this, on a resource or on any, whatever a deployment fills in.

        Args:
            actions: Such as `sns:Publish`, `sns:*` or `*`.
            on: The resource; any by default. A table's indexes are resources of their own.

        Raises:
            AssertionError: It may, or the template does not rule it out; the message names the statement.
            ConfigurationError: As for `may`.
        """
        __tracebackhide__ = True
        return self._refuses("function", actions, on)

    def may_only(self, *actions: str) -> Self:
        """
        Assert that no policy of the function's role allows any other action than these, on whatever resource.

        Args:
            actions: Such as `sns:Publish` or `logs:*`.

        Raises:
            AssertionError: A statement allows more, or a policy cannot be read.
            ConfigurationError: As for `may`.
        """
        __tracebackhide__ = True
        return self._limits("function", actions)

    def pipe_may(self, *actions: str, on: Reference, under: Mapping[str, Any] | None = None) -> Self:
        """
        Assert as `may`, of the pipe's own role.

        Raises:
            AssertionError: As for `may`.
            ConfigurationError: As for `may`.
        """
        __tracebackhide__ = True
        return self._allows("pipe", actions, on, under)

    def pipe_may_not(self, *actions: str, on: Reference = "*") -> Self:
        """
        Assert as `may_not`, of the pipe's own role.

        Raises:
            AssertionError: As for `may_not`.
            ConfigurationError: As for `may`.
        """
        __tracebackhide__ = True
        return self._refuses("pipe", actions, on)

    def pipe_may_only(self, *actions: str) -> Self:
        """
        Assert as `may_only`, of the pipe's own role.

        Raises:
            AssertionError: As for `may_only`.
            ConfigurationError: As for `may`.
        """
        __tracebackhide__ = True
        return self._limits("pipe", actions)

    def _allows(self, who: Who, actions: tuple[str, ...], on: Reference, under: Mapping[str, Any] | None) -> Self:
        __tracebackhide__ = True
        policies, resources = self._policies(who), meant(self._document, on)
        for text, wanted in _read(actions):
            rulings = [rule(policies, wanted, resource, under) for resource in resources]
            answers = [ruling.answer for ruling in rulings]
            if Answer.YES in answers:
                continue
            request = f"{text} on {' or '.join(map(show, resources))}"
            because = dict.fromkeys(line for ruling in rulings for line in ruling.because)
            if Answer.PERHAPS in answers:
                self._fail(f"has a {who} of which the template does not tell whether it may {request}", because)
            said = because or [f"{policies.role} says: {one}" for one in policies.statements]
            self._fail(f"has a {who} that may not {request}", said or [f"{policies.role} has no policies"])
        return self

    def _refuses(self, who: Who, actions: tuple[str, ...], on: Reference) -> Self:
        __tracebackhide__ = True
        policies, resources = self._policies(who), meant(self._document, on)
        for text, wanted in _read(actions):
            rulings = [rule(policies, wanted, resource) for resource in resources]
            because = dict.fromkeys(line for one in rulings if one.answer is not Answer.NO for line in one.because)
            if because:
                self._fail(f"has a {who} that may {text} on {' or '.join(map(show, resources))}", because)
        return self

    def _limits(self, who: Who, actions: tuple[str, ...]) -> Self:
        __tracebackhide__ = True
        policies = self._policies(who)
        more = beyond(policies.statements, [wanted for _text, wanted in _read(actions)])
        lines = [*(f"allowed by {one}" for one in more), *policies.unread]
        if lines:
            self._fail(f"has a {who} that may do more than {', '.join(actions)}", lines)
        return self

    def _policies(self, who: Who) -> RolePolicies:
        __tracebackhide__ = True
        resources = self._document.resources
        if who == "pipe":
            return policies_of(self.pipe.role, resources)
        found, function = self._resource(self._function())
        if found is None:
            there = describe(self._function(), resources)
            self._fail("has its function elsewhere, and with it what it may do", [f"there is: {there}"])
        return policies_of(function.get("Properties", {}).get("Role"), resources)


def _read(actions: tuple[str, ...]) -> list[tuple[str, Expression]]:
    # No action at all is refused as an empty one is: a sentence that says nothing would always hold.
    return [(text, action(text)) for text in actions or ("",)]
