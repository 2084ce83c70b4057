"""
`FilterSet`: the filters of one pipe together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipes_trigger.errors import FilterPatternError, Violation
from pipes_trigger.filters.faults import spell
from pipes_trigger.filters.pattern import FilterPattern
from pipes_trigger.filters.rules import Rule
from pipes_trigger.limits import FILTERS_PER_PIPE

Pattern = Mapping[str, Any] | str | FilterPattern


class FilterSet:
    """
    The filters of one pipe: a record passes if any one of them matches, or if there are none.

    Args:
        patterns: One pattern, or a sequence of them: mappings, JSON texts or `FilterPattern`s.
        root: What messages call the filters.

    Attributes:
        warnings: The warnings of every filter, and filters that are there twice.

    Raises:
        FilterPatternError: Any of them is invalid, is for another service, or there are too many; `violations` lists
            every fault of every filter.

    Example:
        >>> filters = FilterSet([{"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}])
        >>> filters.matches({"eventName": "REMOVE"}), FilterSet([]).matches({"eventName": "REMOVE"})
        (True, True)
        >>> try:
        ...     FilterSet([{"eventName": ["INSERT"]}, {"eventName": "REMOVE"}])
        ... except FilterPatternError as error:
        ...     print(error)
        [FP003] filters[1]['eventName']: match values must be a list, got 'REMOVE'; write ['REMOVE']
    """

    __slots__ = ("_patterns", "warnings")

    warnings: tuple[Violation, ...]

    def __init__(self, patterns: Pattern | Sequence[Pattern] = (), *, root: str = "filters") -> None:
        given = [patterns] if isinstance(patterns, (str, Mapping, FilterPattern)) else list(patterns)
        violations: list[Violation] = []
        warnings: list[Violation] = []
        made: list[FilterPattern] = []
        if not FILTERS_PER_PIPE.allows(len(given)):
            problem = f"has {len(given)} filters, a pipe takes {FILTERS_PER_PIPE}"
            fix = "join some: the values of one list, and the branches of $or, are alternatives too"
            violations.append(Violation(Rule.FILTER_COUNT.id, root, problem, fix))
        for index, each in enumerate(given):
            where = spell(root, [index])
            try:
                pattern = _for_pipes(each, where)
            except FilterPatternError as error:
                violations += error.violations
                continue
            warnings += pattern.warnings
            if pattern in made:
                problem = f"is the same filter as {spell(root, [made.index(pattern)])}"
                warnings.append(Violation(Rule.REPEATED_FILTER.id, where, problem, "drop one of them"))
            made.append(pattern)
        if violations:
            raise FilterPatternError(violations)
        self._patterns = tuple(made)
        self.warnings = tuple(warnings)

    def matches(self, record: Mapping[str, Any] | str) -> bool:
        """
        Say whether a record passes.

        Raises:
            EventError: As `FilterPattern.matches`.
        """
        return not self._patterns or any(pattern.matches(record) for pattern in self._patterns)

    def __iter__(self) -> Iterator[FilterPattern]:
        return iter(self._patterns)

    def __len__(self) -> int:
        return len(self._patterns)

    def __getitem__(self, index: int) -> FilterPattern:
        return self._patterns[index]

    def __eq__(self, other: object) -> bool:
        return set(self._patterns) == set(other) if isinstance(other, FilterSet) else NotImplemented

    def __hash__(self) -> int:
        return hash(frozenset(self._patterns))

    def __repr__(self) -> str:
        return f"FilterSet({list(self._patterns)!r})"


def _for_pipes(pattern: Pattern, where: str) -> FilterPattern:
    # A pattern that was made elsewhere is read again, so that its warnings and faults name their place here.
    return FilterPattern(pattern.to_json() if isinstance(pattern, FilterPattern) else pattern, root=where)
