"""
Patterns combined by and and or, written as canonical short JSON.

A pattern is a list of branches, each a condition per field. And pairs the branches of both sides; or joins them. What
all branches share is written once, beside `$or`; branches that differ in one field become one, with a longer list.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from pipes_trigger.errors import FilterPatternError, Violation
from pipes_trigger.filters.grammar import MOST_BRANCHES
from pipes_trigger.filters.json_text import read
from pipes_trigger.filters.nodes import from_python, to_json, to_python
from pipes_trigger.filters.pattern import FilterPattern
from pipes_trigger.filters.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipes_trigger.filters.support import Service

Steps = tuple[str, ...]
# The values of each field as compact JSON, sorted: what makes two conditions the same.
Branch = dict[Steps, tuple[str, ...]]
_ANY = '{"exists":true}'


def all_of(patterns: Iterable[FilterPattern]) -> FilterPattern:
    """
    Combine patterns: a record passes if it passes every one.

    Raises:
        FilterPatternError: Two of them say of one field what one list cannot say, no record can pass, or they make too
            many combinations.

    Example:
        >>> keys = FilterPattern({"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "ORDER#"}]}}}})
        >>> all_of([FilterPattern({"eventName": ["INSERT"]}), keys]).to_json()
        '{"eventName":["INSERT"],"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"ORDER#"}]}}}}'
    """
    given = list(patterns)
    sides = [branches_of(pattern) for pattern in given]
    _refuse_many(prod(map(len, sides)))
    found: list[Branch] = []
    faults: list[Violation] = []
    for choice in product(*sides):
        joined = _joined(choice, faults)
        if joined is not None:
            found.append(joined)
    if not found:
        raise FilterPatternError(dict.fromkeys(faults))
    return make(found, _service(given))


def any_of(patterns: Iterable[FilterPattern]) -> FilterPattern:
    """
    Combine patterns: a record passes if it passes any one.

    Raises:
        FilterPatternError: They make too many combinations.

    Example:
        >>> any_of([FilterPattern({"eventName": ["INSERT"]}), FilterPattern({"eventName": ["REMOVE"]})]).to_json()
        '{"eventName":["INSERT","REMOVE"]}'
    """
    given = list(patterns)
    branches = [branch for pattern in given for branch in branches_of(pattern)]
    _refuse_many(len(branches))
    return make(branches, _service(given))


def branches_of(pattern: FilterPattern) -> list[Branch]:
    """
    Return the branches of a pattern.
    """
    return [{each.steps: values(map(to_python, each.values)) for each in branch} for branch in pattern.branches]


def values(alternatives: Iterable[Any]) -> tuple[str, ...]:
    """
    Write the alternatives of a condition canonically.
    """
    return tuple(sorted({to_json(from_python(each)) for each in alternatives}))


def make(branches: Sequence[Branch], service: Service = "pipes") -> FilterPattern:
    """
    Make the shortest pattern that this module knows of branches.

    Raises:
        FilterPatternError: No record can pass.
    """
    # No branch at all is the empty pattern, which is refused.
    short = _merged(branches) or [{}]
    shared = {steps: short[0][steps] for steps in short[0] if all(each.get(steps) == short[0][steps] for each in short)}
    written = _nested(shared)
    if len(short) > 1:
        rest = [{steps: each[steps] for steps in each if steps not in shared} for each in short]
        # A branch without conditions of its own lets everything through that has what is shared.
        if all(rest):
            prefix = _common_prefix([steps for each in rest for steps in each])
            place = written
            for step in prefix:
                place = place.setdefault(step, {})
            place["$or"] = [_nested({steps[len(prefix) :]: each[steps] for steps in each}) for each in rest]
    return FilterPattern(written, service=service)


def _service(patterns: Sequence[FilterPattern]) -> Service:
    # One pattern for a pipe makes the whole one for a pipe.
    return "event_bus" if all(pattern.service == "event_bus" for pattern in patterns) else "pipes"


def _refuse_many(branches: int) -> None:
    if branches > MOST_BRANCHES:
        problem = f"the filters make more than {MOST_BRANCHES} combinations"
        raise FilterPatternError([Violation(Rule.TOO_LARGE.id, "pattern", problem, "pass them to the pipe one by one")])


def _joined(choice: Iterable[Branch], faults: list[Violation]) -> Branch | None:
    joined: Branch = {}
    for branch in choice:
        for steps, alternatives in branch.items():
            known = joined.get(steps, alternatives)
            joined[steps] = _both(steps, known, alternatives)
            if not joined[steps]:
                fix = "ask for a value that satisfies both"
                faults.append(_clash(steps, known, alternatives, "no value is", fix))
                return None
    return joined


def _both(steps: Steps, one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    if other in (one, (_ANY,)):
        return one
    if one == (_ANY,):
        return other
    if _is_plain(one):
        return _accepted(one, other)
    if _is_plain(other):
        return _accepted(other, one)
    fix = "say it in one condition, or pass two filters"
    raise FilterPatternError([_clash(steps, one, other, "one list cannot ask for", fix)])


def _is_plain(alternatives: tuple[str, ...]) -> bool:
    return not any(each.startswith("{") for each in alternatives)


def _accepted(plain: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    pattern = FilterPattern(f'{{"value":[{",".join(other)}]}}', service="event_bus")
    return tuple(value for value in plain if pattern.matches(f'{{"value":{value}}}'))


def _clash(steps: Steps, one: tuple[str, ...], other: tuple[str, ...], what: str, fix: str) -> Violation:
    path = "pattern" + "".join(f"[{step!r}]" for step in steps)
    problem = f"{what} both [{', '.join(one)}] and [{', '.join(other)}]"
    return Violation(Rule.EXCLUDE_EACH_OTHER.id, path, problem, fix)


def _merged(branches: Sequence[Branch]) -> list[Branch]:
    merged = list(branches)
    fields = sorted({steps for branch in branches for steps in branch})
    before = 0
    while before != len(merged):
        before = len(merged)
        for steps in fields:
            merged = _merged_in(steps, merged)
    return sorted(merged, key=lambda branch: sorted(branch.items()))


def _merged_in(steps: Steps, branches: Sequence[Branch]) -> list[Branch]:
    # Branches that differ in this field alone are one, with the alternatives of both.
    groups: dict[tuple[bool, frozenset[tuple[Steps, tuple[str, ...]]]], Branch] = {}
    for branch in branches:
        others = (steps in branch, frozenset(item for item in branch.items() if item[0] != steps))
        if steps in branch and others in groups:
            groups[others] = {**branch, steps: tuple(sorted({*groups[others][steps], *branch[steps]}))}
        else:
            groups[others] = branch
    return list(groups.values())


def _nested(branch: Branch) -> dict[str, Any]:
    written: dict[str, Any] = {}
    # What is at the top, such as `eventName`, comes first.
    for steps in sorted(branch, key=lambda steps: (len(steps) > 1, steps)):
        place = written
        key = steps[-1]
        for index, step in enumerate(steps[:-1]):
            below = place.setdefault(step, {})
            if isinstance(below, list):
                # The field above has values of its own, so a dotted key names the one below.
                key = ".".join(steps[index:])
                break
            place = below
        place[key] = [to_python(read(value)) for value in branch[steps]]
    return written


def _common_prefix(paths: Sequence[Steps]) -> Steps:
    first, last = min(paths), max(paths)
    length = 0
    while length < min(len(first), len(last)) - 1 and first[length] == last[length]:
        length += 1
    return first[:length]
