"""
SVG: well-formed, self-contained, accessible, and text in it stays text.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipes_trigger.diagram import Kind, read_diagram
from pipes_trigger.diagram.svg import COLOUR_OF, to_svg
from pipes_trigger.diagram.text import printable
from pipes_trigger.look import COLOURS
from tests.unit.diagram.building import one_pipe_template

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {f"{SVG}{name}" for name in ("svg", "title", "desc", "style", "rect", "g", "path", "text")}


def read(svg: str) -> ET.Element:
    """
    Read an SVG.
    """
    return ET.fromstring(svg)  # noqa: S314 - what was just written here


def test_it_is_named_and_described(twenty: dict[str, Any]) -> None:
    """
    A reader who hears the picture learns what it shows and what it says.
    """
    diagram = read_diagram({"Shop": twenty})
    root = read(to_svg(diagram))
    named = {each.get("id"): each.text for each in root if each.get("id")}

    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title desc")
    assert named == {"title": "20 triggers of Shop", "desc": diagram.description}


def test_every_box_and_wire_has_a_tooltip(twenty: dict[str, Any]) -> None:
    """
    What a box has no room for is told whole when it is pointed at.
    """
    diagram = read_diagram({"Shop": twenty})
    groups = read(to_svg(diagram)).findall(f"{SVG}g")
    titles = {each.findtext(f"{SVG}title") for each in groups}

    nodes = {node.text for stack in diagram.stacks for trigger in stack.triggers for node in trigger.nodes}
    assert nodes - titles == set()
    assert [each for each in groups if not each.findtext(f"{SVG}title")] == []


def test_the_same_triggers_are_the_same_bytes(twenty: dict[str, Any]) -> None:
    """
    A picture that is kept beside the code differs only where the triggers do.
    """
    assert to_svg(read_diagram({"Shop": twenty})) == to_svg(read_diagram({"Shop": twenty}))


def test_it_loads_nothing(twenty: dict[str, Any]) -> None:
    """
    No address stands in it but the one that says that it is SVG, and nothing that runs.
    """
    svg = to_svg(read_diagram({"Shop": twenty}))

    assert re.findall(r"\w+://[^\"]*", svg) == ["http://www.w3.org/2000/svg"]
    assert {each.tag for each in read(svg).iter()} == ELEMENTS
    assert "url(" not in svg


@settings(deadline=None)
@given(st.text(min_size=1, max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_name_and_no_filter_becomes_markup(name: str, attribute: str, value: str) -> None:
    """
    Whatever a name, an attribute or a value holds, it is shown, and the elements are the same.
    """
    pattern = {"dynamodb": {"NewImage": {attribute: {"S": [value]}}}}
    root = read(to_svg(read_diagram({name: one_pipe_template(pattern, table=name, name=name)})))

    assert {each.tag for each in root.iter()} == ELEMENTS
    assert {name for each in root.iter() for name in each.attrib} <= {
        *("width", "height", "viewBox", "role", "aria-labelledby", "id", "class", "d", "x", "y")
    }
    titles = [each.text or "" for each in root.iter(f"{SVG}title")]
    assert any(printable(name) in title for title in titles)


def test_night_and_day() -> None:
    """
    By itself a picture follows its reader; asked for one of the two, it has no other colours.
    """
    diagram = read_diagram({"Shop": one_pipe_template()})
    both, light, dark = to_svg(diagram), to_svg(diagram, theme="light"), to_svg(diagram, theme="dark")

    assert "@media (prefers-color-scheme: dark)" in both
    assert "@media" not in light + dark
    assert {COLOURS["light"]["page"] in each for each in (both, light)} == {True}
    assert COLOURS["light"]["page"] not in dark


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_two_kinds_differ_by_their_colour_alone(twenty: dict[str, Any], theme: Any) -> None:
    """
    Without any colour each kind still has an outline and a word of its own, and each wire its own dashes.
    """
    root = read(to_svg(read_diagram({"Shop": twenty}), theme=theme))
    outlines = {}
    for kind in Kind:
        box = next(each for each in root.iter(f"{SVG}g") if each.get("class") == kind.value)
        paths = [re.sub(r"[\d. -]+", "", path.get("d", "")) for path in box.iter(f"{SVG}path")]
        size = re.findall(r"a(\d+)", next(box.iter(f"{SVG}path")).get("d", ""))
        outlines[kind] = (*paths, *size[:1])

    assert len(set(outlines.values())) == len(Kind)
    style = root.findtext(f"{SVG}style") or ""
    assert ".wire.given-up{stroke-dasharray:6 4}.wire.watches{stroke-dasharray:1.5 3.5}" in style
    assert set(COLOUR_OF.values()) <= set(COLOURS[theme])
