"""
Pictures of triggers, looked at in a real browser: alone, and in a page as Markdown shows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipes_trigger.diagram import read_diagram
from pipes_trigger.diagram.svg import to_svg
from pipes_trigger.look import COLOURS
from tests.unit.diagram.building import read_assembly, twenty_triggers

if TYPE_CHECKING:
    from pathlib import Path

    from tests.endtoend.conftest import Browser

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A picture</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style>body { margin: 0 1rem } img { max-width: 100% }</style></head>
<body><p>Before</p><img src="picture.svg" alt="the triggers"></body></html>
"""
# Every line of text that reaches out of the outline it stands in, by more than half a pixel.
OUTSIDE = """
[...document.querySelectorAll("g > text")].filter((text) => {
  const box = text.parentElement.querySelector(".box").getBBox(), own = text.getBBox();
  return own.x < box.x + 4 || own.x + own.width > box.x + box.width - 4 ||
    own.y < box.y - 0.5 || own.y + own.height > box.y + box.height + 0.5;
}).map((text) => text.textContent)
"""
LOOKS = [(width, dark) for width in (390, 1280) for dark in (False, True)]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory, example_assemblies: dict[str, Path]) -> dict[str, Path]:
    """
    Draw both examples and twenty triggers, these also narrow, each in a directory of its own with a page that shows it.
    """
    home = tmp_path_factory.mktemp("pictures")
    diagrams = {name: read_assembly(directory) for name, directory in example_assemblies.items()}
    diagrams["twenty"] = diagrams["narrow-twenty"] = read_diagram({"Shop": twenty_triggers()})
    paths = {}
    for name, diagram in diagrams.items():
        paths[name] = home / name / "picture.svg"
        paths[name].parent.mkdir()
        paths[name].write_text(to_svg(diagram, narrow=name.startswith("narrow")), encoding="utf-8")
        paths[name].with_name("page.html").write_text(PAGE, encoding="utf-8")
    return paths


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_a_picture_fits_and_is_as_light_as_its_reader_wants(
    browser: Browser, pictures: dict[str, Path], width: int, *, dark: bool
) -> None:
    """
    It is never wider than the window, its text stays in its boxes in the fonts of this browser, and no one complains.
    """
    for path in pictures.values():
        browser.open(path, width=width, dark=dark)
        browser.picture(path.with_name(f"{width}-{'dark' if dark else 'light'}.png"))

        assert browser.ask("document.documentElement.getBoundingClientRect().right <= innerWidth") is True
        assert browser.ask(OUTSIDE) == []
        if path.parent.name.startswith("narrow"):
            # Readable on a phone as it is: no pixel of it is shrunk.
            assert browser.ask("document.documentElement.getBoundingClientRect().width") == 374
        page = COLOURS["dark" if dark else "light"]["page"]
        expected = f"rgb({', '.join(str(int(page[place : place + 2], 16)) for place in (1, 3, 5))})"
        assert browser.ask("getComputedStyle(document.querySelector('.page')).fill") == expected
    assert browser.complaints == []


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_a_picture_in_a_page_fits(browser: Browser, pictures: dict[str, Path], width: int, *, dark: bool) -> None:
    """
    Shown as an image, as READMEs do, it shrinks with the page and keeps its proportions.
    """
    for path in pictures.values():
        browser.open(path.with_name("page.html"), width=width, dark=dark)
        browser.picture(path.with_name(f"page-{width}-{'dark' if dark else 'light'}.png"))

        root = "document.documentElement"
        assert browser.ask(f"{root}.scrollWidth <= {root}.clientWidth && {root}.clientWidth <= {width}") is True
        image = "document.images[0]"
        shape = f"{image}.naturalWidth / {image}.naturalHeight - {image}.width / {image}.height"
        assert browser.ask(f"{image}.complete && Math.abs({shape}) < 0.1") is True
    assert browser.complaints == []
