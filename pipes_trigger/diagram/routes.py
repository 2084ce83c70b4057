"""
The ways of wires: straight where they can be, else with two corners in the gutter between two columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipes_trigger.diagram.model import Kind, Meaning
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipes_trigger.diagram.boxes import Box

GUTTER: Final = 36.0
TRACK: Final = 9.0
MOST_TRACKS: Final = 8
_LEVEL: Final = 0.5
# A wire to the dead-letter queue leaves the pipe below the one to the target.
_BELOW: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """
    A wire in its place.

    Attributes:
        meaning: What it means.
        points: Its corners from start to end, in pixels.
        text: What it says to those who hear it.
    """

    meaning: Meaning
    points: tuple[tuple[float, float], ...]
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """
    Where wires turn: those that come from one table, or lead to one box, turn together.

    Attributes:
        gutter: The part whose column stands to the left of that gutter.
        key: The box that they share.
    """

    gutter: Kind
    key: str


def turn_of(start: Box, end: Box) -> Turn | None:
    """
    Say where a wire turns, None where it is straight.
    """
    if _is_upright(end) or abs(_leaving(start, end) - end.middle) <= _LEVEL:
        return None
    if end.node.kind is Kind.DEAD_LETTER:
        return Turn(Kind.PIPE, end.node.key)
    return Turn(Kind.TABLE, start.node.key) if start.node.kind is Kind.TABLE else Turn(Kind.DOWNSTREAM, end.node.key)


def tracks(ends: Iterable[tuple[Box, Box]]) -> dict[Turn, int]:
    """
    Choose a track for each turn, numbered from the left, so that wires that do not belong together lie apart.
    """
    spans: dict[Turn, tuple[float, float]] = {}
    for start, end in ends:
        turn = turn_of(start, end)
        if turn is not None:
            low, high = sorted((_leaving(start, end), end.middle))
            first, last = spans.get(turn, (low, high))
            spans[turn] = (min(first, low), max(last, high))
    chosen: dict[Turn, int] = {}
    for turn, (low, high) in spans.items():
        taken = {
            chosen[other]
            for other in chosen
            if other.gutter is turn.gutter and spans[other][0] <= high and spans[other][1] >= low
        }
        free = (number for number in range(MOST_TRACKS) if number not in taken)
        chosen[turn] = next(free, MOST_TRACKS - 1)
    return chosen


def route(meaning: Meaning, start: Box, end: Box, turns: Mapping[Turn, float]) -> Route:
    """
    Lead a wire from one box to another.

    Args:
        meaning: What it means.
        start: Where it begins.
        end: Where it ends: to the right of the start, or below it.
        turns: Where each turn lies, in pixels from the left.
    """
    text = words_of(meaning, start, end)
    if _is_upright(end):
        x = start.x + start.width / 2
        return Route(meaning=meaning, points=((x, start.y + start.height), (x, end.y)), text=text)
    leaving, turn = _leaving(start, end), turn_of(start, end)
    first, last = (start.x + start.width, leaving), (end.x, end.middle)
    between = () if turn is None else ((turns[turn], leaving), (turns[turn], end.middle))
    return Route(meaning=meaning, points=(first, *between, last), text=text)


def words_of(meaning: Meaning, start: Box, end: Box) -> str:
    """
    Say what a wire means.
    """
    return f"{start.node.text} {_WORDS[meaning]} {end.node.text}"


_WORDS: Final = {Meaning.FLOW: "to", Meaning.GIVEN_UP: "given up to", Meaning.WATCHES: "watched by"}


def _is_upright(end: Box) -> bool:
    return end.node.kind is Kind.ALARM


def _leaving(start: Box, end: Box) -> float:
    return start.middle + (_BELOW if end.node.kind is Kind.DEAD_LETTER else 0.0)
