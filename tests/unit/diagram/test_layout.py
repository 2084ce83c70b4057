"""
Where everything stands: nothing lies upon anything else, in a picture of twenty triggers, too.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.diagram import Kind, read_diagram
from pipes_trigger.diagram.layout import EDGE, lay_out
from pipes_trigger.diagram.narrow import lay_out_narrow
from pipes_trigger.diagram.text import width

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipes_trigger.diagram.boxes import Box
    from pipes_trigger.diagram.layout import Layout

SLACK = 0.01


@pytest.fixture
def layout(twenty: dict[str, Any]) -> Layout:
    """
    Return the layout of twenty triggers in one stack, and of one of them in a second.
    """
    kept = ("Table0", "Pipe0", "Function0", "Role0", "Queue0", "Topic")
    second = {"Resources": {name: twenty["Resources"][name] for name in kept}}
    return lay_out(read_diagram({"Shop": twenty, "Second": second}))


def test_no_two_boxes_overlap(layout: Layout) -> None:
    """
    Between any two boxes there is a gap.
    """
    assert len([box for box in layout.boxes if box.node.kind is Kind.PIPE]) == 21
    overlapping = [
        (one.node.text, other.node.text)
        for one, other in combinations(layout.boxes, 2)
        if one.x < other.x + other.width + 8
        and other.x < one.x + one.width + 8
        and one.y < other.y + other.height + 8
        and other.y < one.y + one.height + 8
    ]

    assert overlapping == []


def test_everything_is_in_the_picture(layout: Layout) -> None:
    """
    Boxes and wires keep away from the picture's edges.
    """
    corners = [point for route in layout.routes for point in route.points]
    corners += [(box.x, box.y) for box in layout.boxes]
    corners += [(box.x + box.width, box.y + box.height) for box in layout.boxes]

    assert [x for x, _ in corners if not EDGE <= x <= layout.width - EDGE + SLACK] == []
    assert [y for _, y in corners if not EDGE <= y <= layout.height] == []


def test_no_wire_runs_through_a_box(layout: Layout) -> None:
    """
    A wire touches the boxes at its ends, and no other.
    """
    crossed = [
        (route.text, box.node.text)
        for route in layout.routes
        for one, other in pairwise(route.points)
        for box in layout.boxes
        if meets(one, other, box)
    ]

    assert crossed == []


def meets(one: tuple[float, float], other: tuple[float, float], box: Box) -> bool:
    """
    Say whether a level or upright line runs through a box.
    """
    left, right = sorted((one[0], other[0]))
    top, bottom = sorted((one[1], other[1]))
    return (
        left < box.x + box.width - SLACK
        and right > box.x + SLACK
        and top < box.y + box.height - SLACK
        and bottom > box.y + SLACK
    )


def test_wires_of_different_tables_and_targets_lie_apart(layout: Layout) -> None:
    """
    Upright parts of wires share a place only where the wires have an end in common.
    """
    upright = [
        (route, one[0], min(one[1], other[1]), max(one[1], other[1]))
        for route in layout.routes
        for one, other in pairwise(route.points)
        if one[0] == other[0]
    ]
    together = [
        (one.text, other.text)
        for (one, x, top, bottom), (other, also_x, also_top, also_bottom) in combinations(upright, 2)
        if x == also_x and top < also_bottom and also_top < bottom and not share_an_end(one.points, other.points)
    ]

    assert together == []


def share_an_end(one: tuple[tuple[float, float], ...], other: tuple[tuple[float, float], ...]) -> bool:
    """
    Say whether two wires begin or end at the same place.
    """
    return one[0] == other[0] or one[-1] == other[-1]


def test_text_stays_in_its_box(layout: Layout) -> None:
    """
    In the widest of the usual fonts every line still ends before the outline.
    """
    wide = [
        line.text
        for box in layout.boxes
        for line in box.lines
        if box.inset + width(line.text, line.style.size, is_bold=line.style.is_bold) > box.width - 10
    ]

    assert wide == []


def test_what_is_shared_is_drawn_once(layout: Layout) -> None:
    """
    Triggers of one table share its box; so do those that start one topic, or give up to one queue.
    """
    counts = {kind: len([box for box in layout.boxes if box.node.kind is kind]) for kind in Kind}

    assert counts == {
        Kind.TABLE: 6 + 1,
        Kind.FILTER: 20 + 1,
        Kind.PIPE: 20 + 1,
        Kind.ENRICHMENT: 3,
        Kind.TARGET: 16 + 1,
        Kind.DOWNSTREAM: 3 + 1,
        Kind.DEAD_LETTER: 16 + 1 + 1,
        Kind.ALARM: 10,
    }


def test_columns_are_in_the_order_of_the_way(layout: Layout) -> None:
    """
    Every wire leads to the right, but the one to alarms, which leads down.
    """
    backwards = [route.text for route in layout.routes if route.points[0][0] > route.points[-1][0]]

    assert backwards == []


def test_one_trigger_more_moves_nothing_above_it(
    one_pipe: Callable[..., dict[str, Any]], twenty: dict[str, Any]
) -> None:
    """
    A picture that is kept beside the code changes only where the code did.
    """
    before = one_pipe(name="orders")
    after = {"Resources": {**before["Resources"], "Table9": twenty["Resources"]["Table0"]}}
    after["Resources"]["Later"] = {
        **before["Resources"]["Pipe"],
        "Properties": {**before["Resources"]["Pipe"]["Properties"]},
    }
    after["Resources"]["Later"]["Properties"]["Source"] = {"Fn::GetAtt": ["Table9", "StreamArn"]}
    first, second = (lay_out(read_diagram({"Shop": each})) for each in (before, after))
    pipes = [next(box for box in each.boxes if box.node.name == "orders") for each in (first, second)]

    assert pipes[0].y == pipes[1].y


@pytest.fixture
def narrow(twenty: dict[str, Any]) -> Layout:
    """
    Return the narrow layout of twenty triggers.
    """
    return lay_out_narrow(read_diagram({"Shop": twenty}))


def test_a_narrow_picture_is_one_column_for_a_phone(narrow: Layout) -> None:
    """
    Each trigger is whole in itself, all boxes have the same edges, and none overlaps the next.
    """
    assert narrow.width <= 390
    assert len({(box.x, box.width) for box in narrow.boxes}) == 1
    assert len([box for box in narrow.boxes if box.node.kind is Kind.TABLE]) == 20
    gaps = [other.y - one.y - one.height for one, other in pairwise(narrow.boxes)]
    assert [gap for gap in gaps if gap < 20] == []
    assert narrow.boxes[-1].y + narrow.boxes[-1].height < narrow.height


def test_wires_of_a_narrow_picture_keep_clear(narrow: Layout) -> None:
    """
    They run through no box, stay in the picture, and lie upon each other only where both mean the same.
    """
    lines = [(route, one, other) for route in narrow.routes for one, other in pairwise(route.points)]

    assert [route.text for route, one, other in lines for box in narrow.boxes if meets(one, other, box)] == []
    assert [x for route in narrow.routes for x, _ in route.points if not EDGE <= x <= narrow.width - EDGE] == []
    upright = [(route, one, other) for route, one, other in lines if one[0] == other[0]]
    together = [
        (one.text, other.text)
        for (one, start, end), (other, also_start, also_end) in combinations(upright, 2)
        if start[0] == also_start[0]
        and start[1] < also_end[1]
        and also_start[1] < end[1]
        and one.meaning is not other.meaning
    ]
    assert together == []


def test_nothing_to_draw_is_an_empty_picture() -> None:
    """
    A diagram without stacks has a size all the same.
    """
    empty = lay_out(read_diagram({}))

    assert (empty.width, empty.height, empty.boxes, empty.routes) == (EDGE, EDGE, (), ())
