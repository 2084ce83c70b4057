"""
The look: what is written can be read by day and by night.
"""

from __future__ import annotations

from itertools import product

import pytest

from pipes_trigger.look import COLOURS, FONTS, Theme, css_variables

NO_TEXT = {"page", "panel", "line"}


def light(colour: str) -> float:
    """
    Give the relative luminance of a colour, as WCAG 2 defines it.
    """
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out(theme: Theme) -> None:
    """
    Every colour of text has a contrast of 4.5 to 1 with the page and with a panel.
    """
    colours = COLOURS[theme]
    weak = {}
    for name, behind in product(colours.keys() - NO_TEXT, ("page", "panel")):
        low, high = sorted((light(colours[name]), light(colours[behind])))
        if (high + 0.05) / (low + 0.05) < 4.5:
            weak[name, behind] = colours[name]

    assert weak == {}


def test_day_and_night_have_the_same_names() -> None:
    """
    No colour is there by day alone.
    """
    assert list(COLOURS["light"]) == list(COLOURS["dark"])


def test_css_has_every_variable() -> None:
    """
    Both themes and the fonts become variables, the second for readers who prefer the dark.
    """
    day, _, night = css_variables().partition("@media (prefers-color-scheme: dark)")

    assert [f"--{name}: {colour};" in day for name, colour in COLOURS["light"].items()] == [True] * len(
        COLOURS["light"]
    )
    assert [f"--{name}: {colour};" in night for name, colour in COLOURS["dark"].items()] == [True] * len(
        COLOURS["dark"]
    )
    assert f"--fonts: {FONTS};" in day
