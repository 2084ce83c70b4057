"""
The conditions of a branch together: whether any record can satisfy them all, and whether every record does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipes_trigger.filters.faults import Fault
from pipes_trigger.filters.operators.exists import Present
from pipes_trigger.filters.record_shape import (
    ALWAYS_PRESENT,
    EVENT_NAMES,
    EVENT_SOURCE,
    IMAGE_EVENTS,
    IMAGE_VIEWS,
    RECORD,
    VIEW_TYPES,
)
from pipes_trigger.filters.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipes_trigger.filters.condition import Condition
    from pipes_trigger.filters.grammar import Branch

_VIEW_TYPE: Final = "dynamodb.StreamViewType"
_EXPIRY: Final = "userIdentity"


def check_branch(branch: Branch) -> Iterator[Fault]:
    """
    Say why no record can satisfy a branch.
    """
    names = accepted_texts(branch.get("eventName"), EVENT_NAMES)
    views = accepted_texts(branch.get(_VIEW_TYPE), VIEW_TYPES)
    if not names:
        event_name = branch["eventName"]
        problem = f"no event name is {event_name.wanted}"
        yield Fault(Rule.EVENT_NAME, problem, f"there are {_listed(EVENT_NAMES)}", event_name.path)
    elif not possible_events(branch.values()):
        reasons = [
            f"{image} values exist in {_listed(sorted(IMAGE_EVENTS[image]))}"
            for image in needed_images(branch.values())
        ]
        reasons += ["only a TTL delete, a REMOVE, has userIdentity"] * _needs_expiry(branch.values())
        where = branch["eventName"].path if "eventName" in branch else ()
        problem = (
            f"no record is {_listed(sorted(names), 'or')} and has the fields that are asked for: {', '.join(reasons)}"
        )
        yield Fault(Rule.EXCLUDE_EACH_OTHER, problem, "drop one of the conditions, or make two filters of them", where)
    for image in needed_images(branch.values()):
        if not views & IMAGE_VIEWS[image]:
            problem = f"a stream of that view type has no {image}"
            fix = f"ask for {_listed(sorted(IMAGE_VIEWS[image]), 'or')}"
            yield Fault(Rule.EXCLUDE_EACH_OTHER, problem, fix, branch[_VIEW_TYPE].path)
    yield from _two_types(branch.values())


def matches_everything(branch: Iterable[Condition]) -> bool:
    """
    Say whether every record satisfies a branch.
    """
    return all(map(_is_always_true, branch))


def possible_events(branch: Iterable[Condition]) -> frozenset[str]:
    """
    Return the event names that a record which satisfies a branch can have.
    """
    branch = list(branch)
    event_name = next((each for each in branch if each.name == "eventName"), None)
    names = accepted_texts(event_name, EVENT_NAMES)
    for image in needed_images(branch):
        names &= IMAGE_EVENTS[image]
    return names & {"REMOVE"} if _needs_expiry(branch) else names


def needed_images(branch: Iterable[Condition]) -> list[str]:
    """
    Return the images without which no record satisfies a branch.
    """
    needed = {each.steps[1] for each in branch if each.steps[0] == "dynamodb" and not each.is_absent_allowed}
    return [image for image in IMAGE_EVENTS if image in needed]


def accepted_texts(condition: Condition | None, texts: Iterable[str]) -> frozenset[str]:
    """
    Return those of some strings that a condition accepts.
    """
    if condition is None:
        return frozenset(texts)
    accepts = condition.predicate(reads_addresses=False)
    return frozenset(text for text in texts if accepts(text))


def _needs_expiry(branch: Iterable[Condition]) -> bool:
    return any(each.steps[0] == _EXPIRY and not each.is_absent_allowed for each in branch)


def _two_types(branch: Iterable[Condition]) -> Iterator[Fault]:
    types: dict[tuple[str, ...], str] = {}
    for condition in branch:
        if condition.is_absent_allowed:
            continue
        place = RECORD
        for index, step in enumerate(condition.steps):
            if place.is_typed:
                other = types.setdefault(condition.steps[:index], step)
                if other != step:
                    problem = f"an attribute has one type, and cannot be {other!r} and {step!r}"
                    fix = "put the types into $or"
                    yield Fault(Rule.EXCLUDE_EACH_OTHER, problem, fix, condition.path)
                    break
            below = place.below(step)
            if below is None:
                break
            place = below


def _is_always_true(condition: Condition) -> bool:
    is_any = any(each.takes_every_text for each in condition.matchers)
    if condition.is_absent_allowed:
        return any(isinstance(each, Present) for each in condition.matchers)
    if condition.name == "eventName":
        return accepted_texts(condition, EVENT_NAMES) == set(EVENT_NAMES)
    if condition.name == "eventSource":
        return bool(accepted_texts(condition, [EVENT_SOURCE]))
    if condition.name == _VIEW_TYPE:
        return accepted_texts(condition, VIEW_TYPES) == set(VIEW_TYPES)
    return condition.name in ALWAYS_PRESENT and is_any


def _listed(names: Iterable[str], word: str = "and") -> str:
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last
