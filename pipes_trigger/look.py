"""
The look of what a person sees, reports and pictures alike: the colours by day and by night, and the fonts.

A colour has the same meaning wherever it stands: green is what arrived, red what was given up. No meaning is told by a
colour alone; a word stands beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Theme = Literal["light", "dark"]

FONTS: Final = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'

# Every text colour stands out from `page` and from `panel` with a contrast of at least 4.5 to 1 (WCAG 2, level AA).
COLOURS: Final[Mapping[Theme, Mapping[str, str]]] = {
    "light": {
        "page": "#ffffff",
        "panel": "#f4f5f7",
        "line": "#d9dce1",
        "text": "#1b1f24",
        "quiet": "#59616b",
        "accent": "#0b5cad",
        "delivered": "#136c34",
        "filtered": "#59616b",
        "dead-lettered": "#b3261e",
        "discarded": "#b3261e",
        "undecided": "#8a5a00",
    },
    "dark": {
        "page": "#14171b",
        "panel": "#1e2329",
        "line": "#363d46",
        "text": "#e7eaee",
        "quiet": "#a3acb7",
        "accent": "#7cb8f7",
        "delivered": "#6fd18c",
        "filtered": "#a3acb7",
        "dead-lettered": "#ff8f86",
        "discarded": "#ff8f86",
        "undecided": "#f0bf66",
    },
}


def css_variables() -> str:
    r"""
    Write colours and fonts as variables of CSS, those of the night for readers who prefer it.

    Example:
        >>> print(css_variables().partition("\n")[0][:47])
        :root { --page: #ffffff; --panel: #f4f5f7; --li
    """
    light, dark = (
        " ".join(f"--{name}: {colour};" for name, colour in COLOURS[theme].items()) for theme in ("light", "dark")
    )
    return f":root {{ {light} --fonts: {FONTS}; }}\n@media (prefers-color-scheme: dark) {{\n  :root {{ {dark} }}\n}}\n"
