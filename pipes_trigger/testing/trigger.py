"""
Sentences about a synthesized trigger: `assert_trigger(stack).reads(table).invokes(function).may_not("sns:*")`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self, TypedDict

from pipes_trigger.delivery.actions import why_refused
from pipes_trigger.errors import ConfigurationError
from pipes_trigger.filters import FilterPattern
from pipes_trigger.permissions.expressions import expression, show
from pipes_trigger.permissions.references import describe
from pipes_trigger.spec import PipeSpec
from pipes_trigger.spec.templates import stream_pipes
from pipes_trigger.testing.documents import Document
from pipes_trigger.testing.resources import find, is_meant, meant
from pipes_trigger.testing.roles import RoleAssertions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from pipes_trigger.testing.documents import Reference, Synthesized


class Settings(TypedDict, total=False):
    """
    Settings of a pipe: those fields of `PipeSpec` that are numbers, words or switches.
    """

    starting_position: str
    batch_size: int
    batching_window: int
    parallelization_factor: int
    maximum_retry_attempts: int
    maximum_record_age: int
    bisect: bool
    desired_state: str


def assert_trigger(template: Synthesized, name: str | None = None) -> TriggerAssertions:
    """
    Start a sentence about a trigger.

    Args:
        template: The stack, or its synthesized template: a mapping, JSON text, a path, or CDK's own `Template`.
        name: The pipe's name, its logical id, or the id of the trigger in CDK; needed where the stack has several.

    Raises:
        AssertionError: There is no such trigger.
        PipeSpecError: There is no template, or the pipe in it cannot be read.
        FilterPatternError: A filter pattern of the pipe is not valid.
        InputTemplateError: Its input template is not valid.

    Example:
        >>> from pipes_trigger.testing import insert, remove
        >>> template = {"Resources": {"Orders": {"Type": "AWS::Pipes::Pipe", "Properties": {
        ...     "Source": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000",
        ...     "Target": "arn:aws:lambda:eu-west-1:111122223333:function:announce",
        ...     "SourceParameters": {"DynamoDBStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 10},
        ...                          "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]}}}}}}
        >>> sentence = (
        ...     assert_trigger(template)
        ...     .reads("arn:aws:dynamodb:eu-west-1:111122223333:table/orders")
        ...     .passes(insert({"id": "1"}))
        ...     .invokes("arn:aws:lambda:*:*:function:announce")
        ... )
        >>> sentence.drops(remove({"id": "1"}), insert({"id": "2"}))
        Traceback (most recent call last):
        ...
        AssertionError: Orders lets through an INSERT of {'id': {'S': '2'}}
          by {"eventName":["INSERT"]}
    """
    __tracebackhide__ = True
    document = Document(template)
    return TriggerAssertions(document, PipeSpec.from_template(document.template, _choose(document, name)))


def _choose(document: Document, name: str | None) -> str:
    __tracebackhide__ = True
    pipes = {one: document.resources[one] for one in stream_pipes(document.template)}
    names = {one: resource["Properties"].get("Name", one) for one, resource in pipes.items()}
    if name is None and len(pipes) == 1:
        return next(iter(pipes))
    found = tuple(one for one, called in names.items() if called == name)
    if not found and name is not None:
        with suppress(ConfigurationError):
            found = find(pipes, name)
        with suppress(ConfigurationError):
            found = found or find(pipes, f"{name}/Pipe")
    if len(found) == 1:
        return found[0]
    wanted = "one trigger" if name is None else f"one trigger {name!r}"
    shown = ", ".join(show(expression(called)) for called in names.values()) or "none that reads a DynamoDB stream"
    raise AssertionError(f"{wanted} was expected\n  pipes in the template: {shown}")


class TriggerAssertions(RoleAssertions):
    """
    A sentence about one trigger; each part holds, or is an `AssertionError` that says what is there instead.

    Resources are named by an ARN (`*` and `?` are wildcards), a logical id, an id or path of CDK, a physical name, a
    function such as `{"Ref": "Topic"}`, or an object of CDK such as a `Topic`.

    Example:
        ```python
        assert_trigger(stack).may("sns:Publish", on=topic).may_not("dynamodb:*").has_dead_letter_queue()
        ```
    """

    def reads(self, source: Reference) -> Self:
        """
        Assert that the trigger reads this table's stream; name the table, or the stream itself.

        Raises:
            AssertionError: It reads another one.
            ConfigurationError: There is no such table in the template.
        """
        __tracebackhide__ = True
        self._expect("reads", self.pipe.source, source)
        return self

    def invokes(self, function: Reference) -> Self:
        """
        Assert that the trigger invokes this function, version or alias; of a function's alias the function will do.

        Raises:
            AssertionError: It invokes another one.
            ConfigurationError: There is no such function in the template.
        """
        __tracebackhide__ = True
        if not is_meant(self._function(), meant(self._document, function), self._document.resources):
            self._expect("invokes", self.pipe.target, function)
        return self

    def filters_on(self, *patterns: FilterPattern | Mapping[str, Any] | str) -> Self:
        """
        Assert that the trigger has these filters and no other, in any order; with no pattern, that it has none.

        Raises:
            AssertionError: It has others.
            FilterPatternError: A pattern is not valid.
        """
        __tracebackhide__ = True
        expected = [one if isinstance(one, FilterPattern) else FilterPattern(one) for one in patterns]
        lines = [f"expected: {one.to_json()}" for one in expected if one not in self.pipe.filters]
        lines += [f"there is: {one.to_json()}" for one in self.pipe.filters if one not in expected]
        if lines:
            self._fail("has other filters", lines)
        return self

    def passes(self, record: Mapping[str, Any], *more: Mapping[str, Any]) -> Self:
        """
        Assert that the filters let each of these records through.

        Raises:
            AssertionError: One is filtered; the message says by which leaf.
        """
        __tracebackhide__ = True
        for each in (record, *more):
            if not self.pipe.passes(each):
                reasons = [why_refused(one, dict(each)) for one in self.pipe.filters]
                self._fail(f"filters {_described(each)}", [f"by {reason}" for reason in reasons])
        return self

    def drops(self, record: Mapping[str, Any], *more: Mapping[str, Any]) -> Self:
        """
        Assert that the filters hold each of these records back.

        Raises:
            AssertionError: One gets through; the message says by which filter.
        """
        __tracebackhide__ = True
        for each in (record, *more):
            if self.pipe.passes(each):
                by = [f"by {one.to_json()}" for one in self.pipe.filters if one.matches(each)]
                self._fail(f"lets through {_described(each)}", by or ["for it has no filter"])
        return self

    def is_set(self, **settings: Unpack[Settings]) -> Self:
        """
        Assert settings of the pipe, by the names that they have in `PipeSpec`.

        Raises:
            AssertionError: Any is another; the message lists all that are.
        """
        __tracebackhide__ = True
        actual = {name: getattr(self.pipe, name) for name in settings}
        lines = [
            f"{name}: {actual[name]!r}, not {wanted!r}" for name, wanted in settings.items() if actual[name] != wanted
        ]
        if lines:
            self._fail("is set otherwise", lines)
        return self

    def has_dead_letter_queue(self, queue: Reference = "arn:*:sqs:*") -> Self:
        """
        Assert that records that are given up are named in messages to a queue: any, or this one.

        Raises:
            AssertionError: There is none, another one, or the template does not tell that it is a queue.
            ConfigurationError: There is no such queue in the template.
        """
        __tracebackhide__ = True
        if self.pipe.dead_letter is None:
            self._fail("has no dead-letter queue", ["records that it gives up are gone without a trace"])
        self._expect("sends what it gives up to", self.pipe.dead_letter, queue)
        return self

    def has_no_dead_letter_queue(self) -> Self:
        """
        Assert that nothing is told of records that are given up.

        Raises:
            AssertionError: There is a dead-letter queue or topic.
        """
        __tracebackhide__ = True
        if self.pipe.dead_letter is not None:
            target = describe(self.pipe.dead_letter, self._document.resources)
            self._fail("has a dead-letter target", [f"there is: {target}"])
        return self


def _described(record: Mapping[str, Any]) -> str:
    keys = record.get("dynamodb", {}).get("Keys", {})
    article = "an" if record.get("eventName") == "INSERT" else "a"
    return f"{article} {record.get('eventName')} of {keys}"
