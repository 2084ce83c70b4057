"""
Which conditions look at strings as IP addresses.

Event Ruler decides it not per condition but per place in its state machine: where an address is asked for and no
number is, every string that is an address is compared as one and as nothing else. The branches of `$or` share places,
so one branch can change what another sees. This replays how Event Ruler adds branches to its machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipes_trigger.filters.condition import Condition
    from pipes_trigger.filters.operators.matcher import Matcher


class _Place:
    """
    A state of the machine: for each field the state that each matcher leads to.
    """

    def __init__(self) -> None:
        self.following: dict[str, dict[Matcher, _Place]] = {}

    def reads_addresses(self, field: str) -> bool:
        matchers = self.following.get(field, {})
        return any(each.is_address for each in matchers) and not any(each.is_numeric for each in matchers)


def conditions_reading_addresses(branches: Sequence[Sequence[Condition]]) -> set[tuple[int, int]]:
    """
    Return the branch and the position in it of each condition that compares addresses.

    Args:
        branches: The conditions of each branch, sorted as Event Ruler sorts them.
    """
    if not any(matcher.is_address for branch in branches for each in branch for matcher in each.matchers):
        return set()
    start = _Place()
    reached = [_add(start, branch) for branch in branches]
    return {
        (number, position)
        for number, branch in enumerate(branches)
        for position, condition in enumerate(branch)
        if any(place.reads_addresses(condition.name) for place in reached[number][position])
    }


def _add(start: _Place, branch: Sequence[Condition]) -> list[list[_Place]]:
    reached = []
    places = [start]
    for condition in branch:
        reached.append(places)
        following: list[_Place] = []
        for place in places:
            known = place.following.setdefault(condition.name, {})
            latest: _Place | None = None
            for matcher in condition.matchers:
                # A matcher that another branch brought leads where it led; a new one goes where the last one went.
                latest = known.setdefault(matcher, latest or _Place())
                if latest not in following:
                    following.append(latest)
        places = following
    return reached
