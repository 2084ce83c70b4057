"""
A node as a box of text: how wide it wants to be, and how high it becomes.
"""

from __future__ import annotations

from enum import Enum, unique
from typing import TYPE_CHECKING, Final

from pipes_trigger.diagram.model import Kind, Node
from pipes_trigger.diagram.text import printable, width, wrap
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@unique
class Style(Enum):
    """
    How text is written: the font's size and a line's height in pixels, whether it is bold, how many lines at most.
    """

    NOUN = (11, 15, True, 2)
    NAME = (13, 18, True, 3)
    LINE = (12, 16, False, 4)

    size: float
    height: float
    is_bold: bool
    most: int

    def __init__(self, size: float, height: float, is_bold: bool, most: int) -> None:  # noqa: FBT001 - a row of the table
        self.size = size
        self.height = height
        self.is_bold = is_bold
        self.most = most


# The widest that the text of a box may be, in pixels, and what its outline needs to the left and right of the text.
_WIDEST: Final[Mapping[Kind, float]] = {Kind.FILTER: 210}
_WIDEST_OTHER: Final = 165
_NARROWEST: Final = 84
_SIDES: Final[Mapping[Kind, float]] = {Kind.FILTER: 20, Kind.PIPE: 18, Kind.TARGET: 18}
_SIDE: Final = 13
# Above and below the text; the lid and the round foot of a table need more.
_ABOVE: Final[Mapping[Kind, float]] = {Kind.TABLE: 19}
_BELOW: Final[Mapping[Kind, float]] = {Kind.TABLE: 14}
_MARGIN: Final = 9
_MOST_LINES: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """
    One line in a box.

    Attributes:
        text: The text.
        style: How it is written.
        base: How far its base line lies below the top of the box, in pixels.
    """

    text: str
    style: Style
    base: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """
    A node in its place.

    Attributes:
        node: The node.
        x: The left edge in pixels.
        y: The upper edge in pixels.
        width: In pixels.
        height: In pixels.
        inset: How far the text lies from the left edge.
        lines: The text.
        is_cut: Whether some text had no room and is told in the tooltip alone.
    """

    node: Node
    x: float
    y: float
    width: float
    height: float
    inset: float
    lines: tuple[TextLine, ...]
    is_cut: bool

    @property
    def middle(self) -> float:
        """
        The height at which wires meet it, in pixels.
        """
        return self.y + self.height / 2


def box_width(node: Node) -> float:
    """
    Say how wide the box of a node wants to be, in pixels.
    """
    widest = max(width(printable(text), style.size, is_bold=style.is_bold) for text, style in _texts(node))
    return min(max(widest, _NARROWEST), _room(node)) + 2 * _side(node)


def make_box(node: Node, box_width: float) -> Box:
    """
    Fill a box of a width with the text of a node; it stands at the upper left corner of the picture.
    """
    room = box_width - 2 * _side(node)
    above = _ABOVE.get(node.kind, _MARGIN)
    lines: list[TextLine] = []
    is_cut, bottom = False, above
    for text, style in _texts(node):
        most = min(style.most, _MOST_LINES - len(lines))
        if most < 1:
            is_cut = True
            break
        wrapped = wrap(text, style.size, room, most=most, is_bold=style.is_bold)
        is_cut = is_cut or "".join(wrapped).replace(" ", "") != printable(text).replace(" ", "")
        for each in wrapped:
            bottom += style.height
            lines.append(TextLine(text=each, style=style, base=bottom - style.height * 0.28))
    height = bottom + _BELOW.get(node.kind, _MARGIN)
    inset = _side(node)
    return Box(node=node, x=0, y=0, width=box_width, height=height, inset=inset, lines=tuple(lines), is_cut=is_cut)


def _texts(node: Node) -> Iterator[tuple[str, Style]]:
    yield node.noun, Style.NOUN
    if node.name:
        yield node.name, Style.NAME
    yield from ((line, Style.LINE) for line in node.lines)


def _room(node: Node) -> float:
    return _WIDEST.get(node.kind, _WIDEST_OTHER)


def _side(node: Node) -> float:
    return _SIDES.get(node.kind, _SIDE)
