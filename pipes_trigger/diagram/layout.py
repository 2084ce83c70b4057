"""
Where everything stands: a trigger is a lane from left to right, and what triggers share stands between them.

Lanes keep the order of the template, so that one trigger more moves nothing above it. The same triggers always give the
same picture: nothing is searched for, or left to chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipes_trigger.diagram.boxes import Box, box_width, make_box
from pipes_trigger.diagram.model import Kind
from pipes_trigger.diagram.routes import GUTTER, TRACK, Route, Turn, route, tracks
from pipes_trigger.quick_dataclasses import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipes_trigger.diagram.model import Diagram, Node, StackTriggers, Trigger, Wire

EDGE: Final = 24.0
HEADING: Final = 34.0
_BETWEEN_BOXES: Final = 14.0
_BETWEEN_LANES: Final = 26.0
_BETWEEN_STACKS: Final = 20.0

# The columns from left to right; what was given up stands below the target, and alarms below the pipe.
_COLUMNS: Final = (Kind.TABLE, Kind.FILTER, Kind.PIPE, Kind.ENRICHMENT, Kind.TARGET, Kind.DOWNSTREAM)
_COLUMN_OF: Final[Mapping[Kind, Kind]] = {Kind.DEAD_LETTER: Kind.TARGET, Kind.ALARM: Kind.PIPE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """
    The name of a stack above its triggers.

    Attributes:
        text: The name.
        y: Its upper edge in pixels.
    """

    text: str
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """
    A picture with everything in its place.

    Attributes:
        width: In pixels.
        height: In pixels.
        headings: The names of the stacks.
        boxes: The nodes.
        routes: The wires.
    """

    width: float
    height: float
    headings: tuple[Heading, ...]
    boxes: tuple[Box, ...]
    routes: tuple[Route, ...]


def lay_out(diagram: Diagram, top: float = EDGE) -> Layout:
    """
    Give everything its place.

    Args:
        diagram: What is to be shown.
        top: Where it may begin, in pixels.
    """
    widths = _widths(diagram)
    headings, stacks = [], []
    for stack in diagram.stacks:
        headings.append(Heading(text=stack.name, y=top))
        placed, bottom = _place(stack, widths, top + HEADING)
        stacks.append((_wires(stack), placed))
        top = bottom + _BETWEEN_STACKS
    chosen = [tracks((placed[wire.start.key], placed[wire.end.key]) for wire in wires) for wires, placed in stacks]
    lefts, right = _lefts(widths, [turn for each in chosen for turn in each.items()])
    boxes: list[Box] = []
    routes: list[Route] = []
    for (wires, placed), turned in zip(stacks, chosen, strict=True):
        here = {key: replace(box, x=lefts[_column(box.node)]) for key, box in placed.items()}
        turns = {turn: _gutter(turn, lefts, widths) + GUTTER / 2 + TRACK * track for turn, track in turned.items()}
        boxes += here.values()
        routes += [route(wire.meaning, here[wire.start.key], here[wire.end.key], turns) for wire in wires]
    return Layout(width=right + EDGE, height=top, headings=tuple(headings), boxes=tuple(boxes), routes=tuple(routes))


def _widths(diagram: Diagram) -> dict[Kind, float]:
    widths: dict[Kind, float] = {}
    for stack in diagram.stacks:
        for node in dict.fromkeys(node for trigger in stack.triggers for node in trigger.nodes):
            widths[_column(node)] = max(widths.get(_column(node), 0.0), box_width(node))
    return {kind: widths[kind] for kind in _COLUMNS if kind in widths}


def _lefts(widths: Mapping[Kind, float], chosen: Iterable[tuple[Turn, int]]) -> tuple[dict[Kind, float], float]:
    """
    Say where each column begins, and where the last one ends.
    """
    most: dict[Kind, int] = {}
    for turn, track in chosen:
        column = _before(turn.gutter, widths)
        most[column] = max(most.get(column, 0), track)
    lefts, x = {}, EDGE
    for kind, width in widths.items():
        lefts[kind] = x
        x += width + GUTTER + TRACK * most.get(kind, 0)
    return lefts, max((left + widths[kind] for kind, left in lefts.items()), default=0.0)


def _gutter(turn: Turn, lefts: Mapping[Kind, float], widths: Mapping[Kind, float]) -> float:
    column = _before(turn.gutter, widths)
    return lefts[column] + widths[column]


def _before(gutter: Kind, widths: Mapping[Kind, float]) -> Kind:
    """
    Name the column to the left of a gutter; that before the downstream depends on which columns there are.
    """
    return [kind for kind in widths if kind is not Kind.DOWNSTREAM][-1] if gutter is Kind.DOWNSTREAM else gutter


def _column(node: Node) -> Kind:
    return _COLUMN_OF.get(node.kind, node.kind)


def _place(stack: StackTriggers, widths: Mapping[Kind, float], top: float) -> tuple[dict[str, Box], float]:
    owners = _owners(stack.triggers)
    placed: dict[str, Box] = {}
    bottom = top
    for number, trigger in enumerate(stack.triggers):
        own = [node for node in trigger.nodes if owners[node.key] == number and node.kind is not Kind.TABLE]
        boxes = {node.key: _box(node, widths) for node in own}
        bottom = _lane(boxes, top)
        placed |= boxes
        top = bottom + _BETWEEN_LANES
    last = 0.0
    for key in dict.fromkeys(trigger.table.key for trigger in stack.triggers):
        readers = [placed[trigger.filter.key].middle for trigger in stack.triggers if trigger.table.key == key]
        table = _box(next(trigger.table for trigger in stack.triggers if trigger.table.key == key), widths)
        y = max((readers[0] + readers[-1]) / 2 - table.height / 2, last)
        placed[key] = replace(table, y=y)
        last = y + table.height + _BETWEEN_BOXES
    return placed, max([bottom, *(box.y + box.height for box in placed.values())])


def _owners(triggers: Iterable[Trigger]) -> dict[str, int]:
    """
    Say in which lane each node stands: what several triggers use stands in the middle one of these.
    """
    users: dict[str, list[int]] = {}
    for number, trigger in enumerate(triggers):
        for node in trigger.nodes:
            users.setdefault(node.key, []).append(number)
    return {key: numbers[(len(numbers) - 1) // 2] for key, numbers in users.items()}


def _box(node: Node, widths: Mapping[Kind, float]) -> Box:
    return make_box(node, widths[_column(node)])


def _lane(boxes: dict[str, Box], top: float) -> float:
    """
    Give the boxes of one lane their heights, in place, and return where the lane ends.
    """
    steps = [key for key, box in boxes.items() if box.node.kind in _COLUMNS and box.node.kind is not Kind.DOWNSTREAM]
    ends = [key for key, box in boxes.items() if box.node.kind is Kind.DOWNSTREAM]
    stack_height = sum(boxes[key].height for key in ends) + _BETWEEN_BOXES * max(len(ends) - 1, 0)
    row = max(boxes[key].height for key in steps)
    # The first downstream stands beside the function, the others below it.
    first = max([row, *(boxes[key].height for key in ends[:1])])
    for key in steps:
        boxes[key] = replace(boxes[key], y=top + (first - boxes[key].height) / 2)
    y = top + (first - boxes[ends[0]].height) / 2 if ends else top
    for key in ends:
        boxes[key] = replace(boxes[key], y=y)
        y += boxes[key].height + _BETWEEN_BOXES
    bottom = max(top + first, top + stack_height)
    for kind in (Kind.DEAD_LETTER, Kind.ALARM):
        above = [box.y + box.height for box in boxes.values() if box.node.kind is _COLUMN_OF[kind]]
        y = max(above, default=top + first) + _BETWEEN_BOXES
        for key in [key for key, box in boxes.items() if box.node.kind is kind]:
            boxes[key] = replace(boxes[key], y=y)
            y += boxes[key].height + _BETWEEN_BOXES
    return max([bottom, *(box.y + box.height for box in boxes.values())])


def _wires(stack: StackTriggers) -> tuple[Wire, ...]:
    return tuple(dict.fromkeys(wire for trigger in stack.triggers for wire in trigger.wires))
