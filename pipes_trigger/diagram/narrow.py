"""
The narrow picture, for phones and columns of text: a trigger is a strip from top to bottom, one below the other.

It is no wider than 390 pixels, so that nothing has to shrink. Each strip is whole in itself: what triggers share is
drawn in each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipes_trigger.diagram.boxes import make_box
from pipes_trigger.diagram.layout import EDGE, HEADING, Heading, Layout
from pipes_trigger.diagram.model import Meaning
from pipes_trigger.diagram.routes import TRACK, Route, words_of
from pipes_trigger.quick_dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipes_trigger.diagram.boxes import Box
    from pipes_trigger.diagram.model import Diagram, Trigger, Wire

NARROW: Final = 374.0
_TRACKS: Final = 34.0
# Wires that lead around others keep apart, the longest on the outside.
_TRACK_OF: Final = {Meaning.FLOW: 1, Meaning.GIVEN_UP: 2, Meaning.WATCHES: 3}
_BETWEEN_BOXES: Final = 22.0
_BETWEEN_STRIPS: Final = 44.0
_BETWEEN_STACKS: Final = 20.0


def lay_out_narrow(diagram: Diagram, top: float = EDGE) -> Layout:
    """
    Give everything its place, in one column.

    Args:
        diagram: What is to be shown.
        top: Where it may begin, in pixels.
    """
    headings: list[Heading] = []
    boxes: list[Box] = []
    routes: list[Route] = []
    for stack in diagram.stacks:
        headings.append(Heading(text=stack.name, y=top))
        top += HEADING
        for trigger in stack.triggers:
            strip = _strip(trigger, top)
            boxes += strip.values()
            routes += [_route(wire, strip) for wire in trigger.wires]
            top = max(box.y + box.height for box in strip.values()) + _BETWEEN_STRIPS
        top += _BETWEEN_STACKS - _BETWEEN_STRIPS
    return Layout(width=NARROW, height=top, headings=tuple(headings), boxes=tuple(boxes), routes=tuple(routes))


def _strip(trigger: Trigger, top: float) -> dict[str, Box]:
    left = EDGE + _TRACKS
    strip = {}
    for node in trigger.nodes:
        box = replace(make_box(node, NARROW - EDGE - left), x=left, y=top)
        strip[node.key] = box
        top += box.height + _BETWEEN_BOXES
    return strip


def _route(wire: Wire, strip: Mapping[str, Box]) -> Route:
    """
    Lead a wire down to the next box, or to any other around what stands between, on the left.
    """
    start, end = strip[wire.start.key], strip[wire.end.key]
    order = list(strip)
    if order.index(end.node.key) == order.index(start.node.key) + 1:
        x = start.x + start.width / 2
        points: tuple[tuple[float, float], ...] = ((x, start.y + start.height), (x, end.y))
    else:
        x = start.x - TRACK * _TRACK_OF[wire.meaning]
        points = ((start.x, start.middle), (x, start.middle), (x, end.middle), (end.x, end.middle))
    return Route(meaning=wire.meaning, points=points, text=words_of(wire.meaning, start, end))
