"""
The pattern language: which patterns are valid, and which branches of conditions a valid one means.

A pattern is read as Event Ruler reads it. `$or` multiplies the branches that were read so far, and of a field that
is there twice the last one wins, in document order. Where `$or` is malformed, the whole pattern is read again with
`$or` as the name of a field; only if that fails too is it invalid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.filters.condition import Condition
from pipes_trigger.filters.faults import Fault, Step, below
from pipes_trigger.filters.json_text import Pairs
from pipes_trigger.filters.nodes import Foreign, show
from pipes_trigger.filters.operators import OPERATORS, reader
from pipes_trigger.filters.operators.exact import read_value
from pipes_trigger.filters.operators.matcher import Matcher, Read, one_key
from pipes_trigger.filters.rules import Rule
from pipes_trigger.filters.support import Service, is_supported, variant
from pipes_trigger.filters.trampoline import Steps, run
from pipes_trigger.helpers.suggest import known_names

if TYPE_CHECKING:
    from collections.abc import Iterator

# AWS documents 1,000 combinations as the most that a rule may have [?]; Event Ruler alone has no such limit.
MOST_BRANCHES: Final = 1000
# Event Ruler, GenericMachine.MAXIMUM_RULE_SIZE.
MOST_FIELDS: Final = 256
OR: Final = "$or"
_FEWEST_ALTERNATIVES: Final = 2
_LEVELS_OF_OPERATORS: Final = 2
_RESERVED_IN_OR: Final = frozenset(
    {
        *OPERATORS,
        *("html", "=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case"),
        *("date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"),
        *("ip-address-in-range", "ip-address-not-in-range"),
    }
)

Branch = dict[str, Condition]
Path = tuple[Step, ...]


class Reading:
    """
    One reading of a pattern.

    Attributes:
        faults: What is wrong with it.
        branches: The alternatives; each is the conditions on its fields, all of which must hold.
        overridden: Where a field replaced a condition that a branch had for it.
        or_is_field: Whether `$or` is the name of a field.
    """

    def __init__(self, pattern: Any, service: Service, *, or_is_field: bool = False) -> None:
        self.faults: list[Fault] = []
        self.overridden: list[Path] = []
        self.or_is_field = or_is_field
        self._service = service
        self.branches: list[Branch] = []
        if isinstance(pattern, Pairs):
            self.branches = run(self._object(pattern, (), (), [{}]))
        else:
            is_foreign = isinstance(pattern, Foreign)
            got = f"{show(pattern)} {pattern.problem}" if is_foreign else f"must be a JSON object, got {show(pattern)}"
            self._fault(Rule.NOT_AN_OBJECT, (), got, 'write {"eventName": ["INSERT"]}')
        if any(len(branch) > MOST_FIELDS for branch in self.branches):
            self._fault(Rule.TOO_LARGE, (), f"has more than {MOST_FIELDS} fields", "split it into several filters")

    def _object(
        self, pairs: Pairs, path: Path, steps: tuple[str, ...], branches: list[Branch], *, is_in_or: bool = False
    ) -> Steps[list[Branch]]:
        if not pairs:
            fix = (
                'name a field in it; {"exists": true} asks for any value' if path else 'write {"eventName": ["INSERT"]}'
            )
            self._fault(Rule.EMPTY_OBJECT, path, "an object needs at least one key, got {}", fix)
        for key, value in pairs:
            here = (*path, key)
            if key == OR and not self.or_is_field:
                branches = yield self._or(value, here, steps, branches)
            elif is_in_or and key in _RESERVED_IN_OR:
                problem = f"{key!r} is reserved and cannot be a field inside $or"
                self._fault(Rule.OR, here, problem, f'name a field: {{"$or": [{{"field": [{{{key!r}: ...}}]}}, ...]}}')
            elif isinstance(value, Pairs) and not _is_forgotten_list(value):
                branches = yield self._object(value, here, (*steps, key), branches, is_in_or=is_in_or)
            elif isinstance(value, list) and not isinstance(value, Pairs):
                self._field(value, here, (*steps, key), branches)
            else:
                self._no_list(value, here)
        return branches

    def _or(self, value: Any, path: Path, steps: tuple[str, ...], branches: list[Branch]) -> Steps[list[Branch]]:
        if not isinstance(value, list) or isinstance(value, Pairs) or len(value) < _FEWEST_ALTERNATIVES:
            problem = f"$or takes a list of at least two objects, got {show(value)}"
            self._fault(Rule.OR, path, problem, 'write {"$or": [{"a": ["x"]}, {"b": ["y"]}]}')
        alternatives: list[Branch] = []
        for index, each in enumerate(value if isinstance(value, list) and not isinstance(value, Pairs) else ()):
            here = (*path, index)
            if not isinstance(each, Pairs):
                self._fault(Rule.OR, here, f"$or takes objects, got {show(each)}", 'write {"field": ["value"]}')
                continue
            copies = [dict(branch) for branch in branches]
            alternatives += yield self._object(each, here, steps, copies, is_in_or=True)
            if len(alternatives) > MOST_BRANCHES:
                problem = f"$or makes more than {MOST_BRANCHES} combinations"
                self._fault(Rule.TOO_LARGE, path, problem, "split the pattern into several filters")
                return branches
        return alternatives or branches

    def _field(self, values: list[Any], path: Path, steps: tuple[str, ...], branches: list[Branch]) -> None:
        if not values:
            fix = 'write the values, or [{"exists": true}] for any'
            self._fault(Rule.EMPTY_LIST, path, "match values must not be empty, got []", fix)
        matchers: list[Matcher | None] = []
        for index, value in enumerate(values):
            reading = _read_value(value, self._service)
            while True:
                try:
                    self.faults.append(next(reading).below(*path, index))
                except StopIteration as stop:
                    matchers.append(stop.value)
                    break
        # A condition with faults in it is never used: whoever finds faults raises.
        condition = Condition(steps, tuple(each for each in matchers if each is not None), path, tuple(values))
        if any(condition.name in branch for branch in branches):
            self.overridden.append(path)
        for branch in branches:
            branch[condition.name] = condition

    def _no_list(self, value: Any, path: Path) -> None:
        if isinstance(value, Pairs):
            problem = f"an operator needs a list around it, got {show(value)}"
            self._fault(Rule.FORGOTTEN_LIST, path, problem, f"write [{show(value)}]")
        elif isinstance(value, Foreign):
            self._fault(
                Rule.NOT_JSON_DATA,
                path,
                f"{show(value)} {value.problem}",
                "write strings, numbers, True, False or None",
            )
        else:
            self._fault(
                Rule.NOT_A_LIST, path, f"match values must be a list, got {show(value)}", f"write [{show(value)}]"
            )

    def _fault(self, rule: Rule, path: Path, problem: str, fix: str) -> None:
        self.faults.append(Fault(rule, problem, fix, path))


def read_pattern(pattern: Any, service: Service) -> Reading:
    """
    Read a pattern, if need be with `$or` as the name of a field.

    No DynamoDB record has such a field, so for Pipes a malformed `$or` is nothing but that.
    """
    reading = Reading(pattern, service)
    if reading.faults and service == "event_bus":
        second = Reading(pattern, service, or_is_field=True)
        if not second.faults:
            return second
    return reading


def _is_forgotten_list(value: Pairs) -> bool:
    # {"prefix": "a"} or {"anything-but": {"prefix": "a"}}; a list or another object may belong to a field of that name.
    for _ in range(_LEVELS_OF_OPERATORS):
        if len(value) != 1 or value[0][0] not in OPERATORS:
            return False
        operand = value[0][1]
        if not isinstance(operand, Pairs):
            return not isinstance(operand, list)
        value = operand
    return False


def _read_value(value: Any, service: Service) -> Read:
    if isinstance(value, Pairs):
        pair = yield from one_key(value, "an operator object")
        if pair is not None:
            return (yield from _read_operator(*pair, service))
    elif isinstance(value, Foreign):
        yield Fault(Rule.NOT_JSON_DATA, f"{show(value)} {value.problem}", "write strings, numbers, True, False or None")
    elif isinstance(value, list):
        problem = f"a match value must be a string, number, true, false, null or operator object, got {show(value)}"
        yield Fault(Rule.MATCH_VALUE, problem, "write its values into the list around it")
    else:
        return read_value(value)
    return None


def _read_operator(name: str, operand: Any, service: Service) -> Read:
    if name not in OPERATORS:
        yield Fault(Rule.UNKNOWN_OPERATOR, f"there is no operator {name!r}", _nearest(name))
        return None
    full_name = variant(name, operand)
    if not is_supported(service, full_name):
        fix = "filter in the function, or say it with " + ", ".join(sorted(_supported_operators(service)))
        yield Fault(Rule.UNSUPPORTED_OPERATOR, f"{full_name} is not supported by Pipes", fix)
        return None
    return (yield from below(reader(name)(operand), name))


def _supported_operators(service: Service) -> Iterator[str]:
    return (name for name in OPERATORS if is_supported(service, name))


def _nearest(name: str) -> str:
    return known_names(name.lower().replace("_", "-"), OPERATORS)
