"""
PNG: of the right size, with text in it, and the same on a machine without fonts.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

import resvg_py

from pipes_trigger.diagram import read_diagram
from pipes_trigger.diagram.layout import lay_out
from pipes_trigger.diagram.png import to_png
from pipes_trigger.diagram.svg import to_svg
from tests.unit.diagram.building import one_pipe_template

if TYPE_CHECKING:
    import pytest


def size(png: bytes) -> tuple[int, int]:
    """
    Read the width and the height of a PNG.
    """
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def pixels(png: bytes) -> bytes:
    """
    Unpack what a PNG shows, each row as it was filtered.
    """
    data, place = b"", 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            data += png[place + 8 : place + 8 + length]
        place += length + 12
    return zlib.decompress(data)


def test_it_is_as_large_as_the_svg_times_the_zoom(twenty: dict[str, Any]) -> None:
    """
    Twenty triggers are drawn whole.
    """
    diagram = read_diagram({"Shop": twenty})
    layout = lay_out(diagram)

    width, height = size(to_png(diagram, zoom=1))
    assert (abs(width - layout.width) <= 1, abs(height - layout.height - 26) <= 1) == (True, True)


def test_a_narrow_picture_fits_a_phone(twenty: dict[str, Any]) -> None:
    """
    At its own size it is no wider than a phone.
    """
    assert size(to_png(read_diagram({"Shop": twenty}), narrow=True, zoom=1))[0] <= 390


def test_it_is_not_blank() -> None:
    """
    Boxes are drawn, and text in them: with other names the picture is another.
    """
    orders, events = (
        to_png(read_diagram({"Shop": one_pipe_template(table=name)}), zoom=1) for name in ("abcd", "dcba")
    )

    assert len(set(pixels(orders))) > 50
    assert size(orders) == size(events)
    assert pixels(orders) != pixels(events)


def test_a_machine_without_fonts_draws_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The font comes with the extra, so no font of the machine is needed, or preferred.
    """
    diagram = read_diagram({"Shop": one_pipe_template({"eventName": ["INSERT"]})})
    with_fonts = to_png(diagram)
    draw = resvg_py.svg_to_bytes
    monkeypatch.setattr(resvg_py, "svg_to_bytes", lambda **given: draw(**given, skip_system_fonts=True))

    assert to_png(diagram) == with_fonts
    assert draw(svg_string=to_svg(diagram, theme="light"), zoom=2, skip_system_fonts=True) != with_fonts


def test_by_night_it_is_dark() -> None:
    """
    The theme chooses the colours.
    """
    diagram = read_diagram({"Shop": one_pipe_template()})

    assert to_png(diagram, theme="dark") != to_png(diagram)
