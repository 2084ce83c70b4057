"""
Why a record matches or does not: one verdict per condition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.filters.addresses import conditions_reading_addresses
from pipes_trigger.filters.fields import FieldNames, Occurrence
from pipes_trigger.filters.nodes import show
from pipes_trigger.filters.search import Check, satisfies
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from pipes_trigger.filters.condition import Condition
    from pipes_trigger.filters.faults import Step

_SHOWN_VALUES: Final = 5


@dataclass(frozen=True, slots=True)
class LeafVerdict:
    """
    One condition of a pattern, and what it met in a record.

    Attributes:
        path: The field's dotted name: `dynamodb.NewImage.status.S`.
        wanted: What a value must be, in words.
        found: The values that are there, in words; `nothing` where there is none.
        verdict: Whether one of them satisfies the condition.
        where: The condition's place in the pattern: keys and indices.

    Example:
        >>> leaf = LeafVerdict(path="dynamodb.NewImage.status.S", wanted="'PAID'", found="'OPEN'", verdict=False)
        >>> print(leaf)
        dynamodb.NewImage.status.S: wanted 'PAID', found 'OPEN'
    """

    path: str
    wanted: str
    found: str
    verdict: bool
    where: tuple[Step, ...] = ()

    def __str__(self) -> str:
        return f"{self.path}: wanted {self.wanted}, found {self.found}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    The verdicts of every condition, branch by branch; iterating gives all of them.

    Attributes:
        matches: Whether the record matches.
        branches: The verdicts of each alternative that `$or` makes; one without it.

    Example:
        >>> from pipes_trigger.filters import FilterPattern
        >>> done = {"eventName": "MODIFY", "dynamodb": {"NewImage": {"status": {"S": "DONE"}}}}
        >>> wanted = {"eventName": ["MODIFY"], "dynamodb": {"NewImage": {"status": {"S": ["PENDING"]}}}}
        >>> print(FilterPattern(wanted).explain(done).near_miss)
        dynamodb.NewImage.status.S: wanted 'PENDING', found 'DONE'
    """

    matches: bool
    branches: tuple[tuple[LeafVerdict, ...], ...]

    @property
    def leaves(self) -> tuple[LeafVerdict, ...]:
        """
        Every verdict once, in the order of the pattern's branches.
        """
        return tuple(dict.fromkeys(leaf for branch in self.branches for leaf in branch))

    @property
    def near_miss(self) -> LeafVerdict | None:
        """
        The one condition to look at: all others of its branch hold, and no other branch is as close.
        """
        if self.matches:
            return None
        failing = sorted(([leaf for leaf in branch if not leaf.verdict] for branch in self.branches), key=len)
        closest = {leaf for leaves in failing if len(leaves) <= 1 for leaf in leaves}
        return closest.pop() if len(closest) == 1 and failing[0] else None

    @property
    def is_split(self) -> bool:
        """
        Whether all conditions of a branch hold, but only in different elements of a list.
        """
        return not self.matches and any(all(leaf.verdict for leaf in branch) for branch in self.branches)

    def __iter__(self) -> Iterator[LeafVerdict]:
        return iter(self.leaves)

    def __str__(self) -> str:
        lines = ["matches" if self.matches else "does not match"]
        for number, branch in enumerate(self.branches, 1):
            if len(self.branches) > 1:
                lines.append(f"  alternative {number}")
            lines += [f"  {'yes' if leaf.verdict else 'no '}  {leaf}" for leaf in branch]
        if self.is_split:
            lines.append("  each condition holds, but not within one element of the list")
        return "\n".join(lines)


def explain(branches: Sequence[Sequence[Condition]], event: Any, *, matches: bool) -> Explanation:
    """
    Explain the verdict on an event.
    """
    reading = conditions_reading_addresses(branches)
    names = FieldNames(each.name for branch in branches for each in branch)
    found = names.collect(event if isinstance(event, Mapping) else {})
    verdicts = []
    for number, branch in enumerate(branches):
        checks = [Check.of(each, reads_addresses=(number, place) in reading) for place, each in enumerate(branch)]
        # What holds together holds; `exists: false` may do so only beside the element that another condition chose.
        is_satisfied = satisfies(checks, found)
        verdicts.append(tuple(_verdict(each, found, event, holds=is_satisfied) for each in checks))
    return Explanation(matches, tuple(verdicts))


def _verdict(check: Check, found: dict[str, list[Occurrence]], event: Any, *, holds: bool) -> LeafVerdict:
    condition = check.condition
    values = list(dict.fromkeys(show(value) for value, _ in found.get(condition.name, ())))
    shown = ", ".join(values[:_SHOWN_VALUES]) + (", ..." if len(values) > _SHOWN_VALUES else "")
    verdict = holds or satisfies([check], found)
    return LeafVerdict(condition.name, condition.wanted, shown or _instead(condition, event), verdict, condition.path)


def _instead(condition: Condition, event: Any) -> str:
    value = event
    for step in condition.steps:
        if not isinstance(value, Mapping) or step not in value:
            return "nothing"
        value = value[step]
    return f"{show(value, 1)}, which is no value"
