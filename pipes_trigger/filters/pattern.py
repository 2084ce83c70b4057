"""
`FilterPattern`: an event pattern that is checked when it is made, and that matches as the service does.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from pipes_trigger.errors import FilterPatternError, Violation
from pipes_trigger.filters.checker import check, in_document_order, without_repetitions
from pipes_trigger.filters.errors import EventError
from pipes_trigger.filters.grammar import Reading, read_pattern
from pipes_trigger.filters.json_text import JsonTextError, read
from pipes_trigger.filters.matching import compile_branches
from pipes_trigger.filters.nodes import from_python, to_json, to_python
from pipes_trigger.filters.number import Number
from pipes_trigger.filters.rules import Rule
from pipes_trigger.filters.support import SERVICES, Service

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipes_trigger.filters.condition import Condition
    from pipes_trigger.filters.explanation import Explanation
    from pipes_trigger.filters.faults import Fault


class FilterPattern:
    """
    One filter: a pattern that a record matches or does not.

    Args:
        pattern: The pattern, as a mapping or as JSON text.
        service: Whose rules hold. `pipes`: what EventBridge Pipes supports, checked against the shape of a DynamoDB
            stream record. `event_bus`: the grammar alone, valid exactly where Event Ruler 2.0.1 accepts it.
        root: What messages call the pattern.

    Attributes:
        service: Whose rules hold.
        warnings: What is legal but almost surely a mistake.

    Raises:
        FilterPatternError: The pattern is invalid; `violations` lists every fault with its path and fix.

    Example:
        >>> pending = FilterPattern({"eventName": ["INSERT"], "dynamodb": {"NewImage": {"status": {"S": ["PENDING"]}}}})
        >>> pending.matches({"eventName": "INSERT", "dynamodb": {"NewImage": {"status": {"S": "PENDING"}}}})
        True
        >>> try:
        ...     FilterPattern({"eventName": "INSERT"})
        ... except FilterPatternError as error:
        ...     print(error)
        [FP003] pattern['eventName']: match values must be a list, got 'INSERT'; write ['INSERT']
    """

    __slots__ = ("_branches", "_decode", "_identity", "_json", "_match", "_nodes", "service", "warnings")

    service: Service
    warnings: tuple[Violation, ...]

    def __init__(self, pattern: Mapping[str, Any] | str, *, service: Service = "pipes", root: str = "pattern") -> None:
        if service not in SERVICES:
            fix = f"pass one of {', '.join(map(repr, SERVICES))}"
            raise FilterPatternError([Violation(Rule.SERVICE.id, "service", f"there is no service {service!r}", fix)])
        nodes = _read_text(pattern, service, root) if isinstance(pattern, str) else from_python(pattern)
        reading = read_pattern(nodes, service)
        faults = list(reading.faults)
        warnings: list[Fault] = []
        if service == "pipes":
            findings = check(nodes, reading)
            faults = without_repetitions(faults, findings.errors) + findings.errors
            warnings += findings.warnings
        if faults:
            raise FilterPatternError(fault.at(root) for fault in in_document_order(nodes, faults))
        self.service = service
        self.warnings = tuple(fault.at(root) for fault in in_document_order(nodes, warnings)) if warnings else ()
        self._nodes = nodes
        self._json: str | None = None
        self._branches = _sorted_branches(reading)
        self._identity = frozenset(frozenset(each.identity for each in branch) for branch in self._branches)
        looks_at_numbers = any(each.looks_at_numbers for branch in self._branches for each in branch)
        self._decode = _decode_numbers if looks_at_numbers else _decode_plain
        # Compiled when the first record comes: a pattern that is only deployed never needs it.
        self._match: Callable[[Any], bool] = self._compile_and_match

    def matches(self, record: Mapping[str, Any] | str) -> bool:
        """
        Say whether a record passes the filter.

        Args:
            record: The record as a JSON-shaped mapping, or as JSON text. JSON that is no object matches nothing.

        Raises:
            EventError: The text is not JSON, or the record's nesting cannot be searched within bounds. It is a
                `FilterPatternError`.

        Example:
            >>> FilterPattern({"eventName": ["INSERT"]}).matches('{"eventName": "REMOVE"}')
            False
        """
        if isinstance(record, str):
            return self._match(self._decode(record))
        return self._match(record)

    def explain(self, record: Mapping[str, Any] | str) -> Explanation:
        """
        Say of every condition what it wanted, what it found, and whether that satisfies it.

        Raises:
            EventError: As `matches`.

        Example:
            >>> print(FilterPattern({"eventName": ["INSERT"]}).explain({"eventName": "REMOVE"}))
            does not match
              no   eventName: wanted 'INSERT', found 'REMOVE'
        """
        from pipes_trigger.filters.explanation import explain  # noqa: PLC0415 - matching alone does not pay for it

        event = self._decode(record) if isinstance(record, str) else record
        return explain(self._branches, event, matches=self._match(event))

    def _compile_and_match(self, event: Any) -> bool:
        self._match = compile_branches(self._branches)
        return self._match(event)

    @property
    def pattern(self) -> dict[str, Any]:
        """
        The pattern as plain data, a new copy each time.
        """
        return cast("dict[str, Any]", to_python(self._nodes))

    @property
    def branches(self) -> tuple[tuple[Condition, ...], ...]:
        """
        The alternatives that the pattern means, each the conditions that must hold together.
        """
        return self._branches

    def to_json(self) -> str:
        """
        Return the compact JSON that is deployed.

        Example:
            >>> FilterPattern({"eventName": ["INSERT", "MODIFY"]}).to_json()
            '{"eventName":["INSERT","MODIFY"]}'
        """
        if self._json is None:
            self._json = to_json(self._nodes)
        return self._json

    def __and__(self, other: FilterPattern) -> FilterPattern:
        """
        Combine two filters: a record passes if it passes both.

        Raises:
            FilterPatternError: They say of one field what one list cannot say, or no record can pass.
        """
        from pipes_trigger.filters.combining import all_of  # noqa: PLC0415 - it makes patterns, so it imports this

        return all_of([self, other])

    def __or__(self, other: FilterPattern) -> FilterPattern:
        """
        Combine two filters: a record passes if it passes either.
        """
        from pipes_trigger.filters.combining import any_of  # noqa: PLC0415 - it makes patterns, so it imports this

        return any_of([self, other])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FilterPattern):
            return NotImplemented
        return self.service == other.service and self._identity == other._identity

    def __hash__(self) -> int:
        return hash((self.service, self._identity))

    def __repr__(self) -> str:
        service = "" if self.service == "pipes" else f", service={self.service!r}"
        return f"{type(self).__name__}({self.to_json()!r}{service})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.to_json(), self.service)


def _restored(kind: type[FilterPattern], text: str, service: Service) -> FilterPattern:
    return kind(text, service=service)


def _sorted_branches(reading: Reading) -> tuple[tuple[Condition, ...], ...]:
    return tuple(tuple(sorted(branch.values(), key=lambda each: each.sort_key)) for branch in reading.branches)


def _read_text(text: str, service: Service, root: str) -> Any:
    try:
        # Event Ruler stops reading where the pattern ends; in a pipe what follows is a mistake.
        return read(text, is_whole=service == "pipes")
    except JsonTextError as error:
        place = f"line {error.line}, column {error.column}"
        violation = Violation(Rule.JSON_TEXT.id, root, f"is not JSON at {place}: {error.problem}", "write valid JSON")
        raise FilterPatternError([violation]) from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"JSON has no {name}")


_PLAIN: Final = json.JSONDecoder(parse_constant=_refuse_constant)
_NUMBERS: Final = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=Number)


def _decode_plain(text: str) -> Any:
    return _decode(_PLAIN, text)


def _decode_numbers(text: str) -> Any:
    return _decode(_NUMBERS, text)


def _decode(decoder: json.JSONDecoder, text: str) -> Any:
    try:
        return decoder.decode(text)
    except (ValueError, RecursionError):
        # Not JSON, an integer that Python does not convert, or deeper than Python's stack: read again, without either.
        try:
            return read(text, objects=dict, is_limited=False)
        except JsonTextError as error:
            place = f"line {error.line}, column {error.column}"
            problem = f"is not JSON at {place}: {error.problem}"
            raise EventError(Rule.EVENT_TEXT, problem, "pass JSON text or a mapping") from None
