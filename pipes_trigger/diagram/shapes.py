"""
The outlines of boxes: each part of a trigger has a shape of its own, so that colour never has to tell them apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipes_trigger.diagram.model import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipes_trigger.diagram.boxes import Box

_LID: Final = 7.0
_POINT: Final = 12.0
_ROUND: Final = 16.0
_BAR: Final = 6.0
_CORNER: Final = 10.0
_SMALL: Final = 5.0


def outline(box: Box) -> tuple[str, str]:
    """
    Draw a box: the path that is filled and outlined, and one that is only drawn, empty where there is none.

    A table is a cylinder, a filter a hexagon; a pipe has round ends, a function bars at its sides, an enrichment
    slanted sides, what is downstream small round corners, a dead-letter queue a folded corner; alarms have cut corners.
    """
    return _SHAPES[box.node.kind](box)


def _cylinder(box: Box) -> tuple[str, str]:
    left, top, right, bottom = _edges(box)
    rim = f"{shown((right - left) / 2)} {shown(_LID)} 0 0"
    body = f"M{shown(left)} {shown(top + _LID)}A{rim} 1 {shown(right)} {shown(top + _LID)}V{shown(bottom - _LID)}"
    body += f"A{rim} 1 {shown(left)} {shown(bottom - _LID)}Z"
    return body, f"M{shown(left)} {shown(top + _LID)}A{rim} 0 {shown(right)} {shown(top + _LID)}"


def _hexagon(box: Box) -> tuple[str, str]:
    left, top, right, bottom = _edges(box)
    middle = shown(box.middle)
    return (
        f"M{shown(left)} {middle}L{shown(left + _POINT)} {shown(top)}H{shown(right - _POINT)}L{shown(right)} {middle}"
        f"L{shown(right - _POINT)} {shown(bottom)}H{shown(left + _POINT)}Z"
    ), ""


def _bars(box: Box) -> tuple[str, str]:
    left, top, right, bottom = _edges(box)
    bars = (f"M{shown(x)} {shown(top)}V{shown(bottom)}" for x in (left + _BAR, right - _BAR))
    return f"M{shown(left)} {shown(top)}H{shown(right)}V{shown(bottom)}H{shown(left)}Z", "".join(bars)


def _slanted(box: Box) -> tuple[str, str]:
    left, top, right, bottom = _edges(box)
    return f"M{shown(left + _BAR)} {shown(top)}H{shown(right)}L{shown(right - _BAR)} {shown(bottom)}H{shown(left)}Z", ""


def _folded(box: Box) -> tuple[str, str]:
    left, top, right, bottom = _edges(box)
    fold = f"M{shown(right - _CORNER)} {shown(top)}V{shown(top + _CORNER)}H{shown(right)}"
    edge = f"M{shown(left)} {shown(top)}H{shown(right - _CORNER)}L{shown(right)} {shown(top + _CORNER)}"
    return f"{edge}V{shown(bottom)}H{shown(left)}Z", fold


def _cut(box: Box) -> tuple[str, str]:
    left, top, right, bottom = _edges(box)
    return (
        f"M{shown(left + _CORNER)} {shown(top)}H{shown(right - _CORNER)}L{shown(right)} {shown(top + _CORNER)}"
        f"V{shown(bottom - _CORNER)}L{shown(right - _CORNER)} {shown(bottom)}H{shown(left + _CORNER)}"
        f"L{shown(left)} {shown(bottom - _CORNER)}V{shown(top + _CORNER)}Z"
    ), ""


def _rounded(radius: float) -> Callable[[Box], tuple[str, str]]:
    def draw(box: Box) -> tuple[str, str]:
        left, top, right, bottom = _edges(box)
        turn = f"a{shown(radius)} {shown(radius)} 0 0 1"
        more, less = shown(radius), shown(-radius)
        upper = f"M{shown(left + radius)} {shown(top)}H{shown(right - radius)}{turn} {more} {more}"
        lower = f"V{shown(bottom - radius)}{turn} {less} {more}H{shown(left + radius)}{turn} {less} {less}"
        return f"{upper}{lower}V{shown(top + radius)}{turn} {more} {less}Z", ""

    return draw


_SHAPES: Final[Mapping[Kind, Callable[[Box], tuple[str, str]]]] = {
    Kind.TABLE: _cylinder,
    Kind.FILTER: _hexagon,
    Kind.PIPE: _rounded(_ROUND),
    Kind.ENRICHMENT: _slanted,
    Kind.TARGET: _bars,
    Kind.DOWNSTREAM: _rounded(_SMALL),
    Kind.DEAD_LETTER: _folded,
    Kind.ALARM: _cut,
}


def _edges(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.x + box.width, box.y + box.height


def shown(number: float) -> str:
    """
    Write a length: two decimals at most, so that the same picture is the same text on every machine.

    Example:
        >>> shown(12.0), shown(1 / 3), shown(-0.001)
        ('12', '0.33', '0')
    """
    return f"{round(number, 2) + 0:.2f}".rstrip("0").rstrip(".")
