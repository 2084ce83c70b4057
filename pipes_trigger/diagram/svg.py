"""
A picture as SVG: one file that needs nothing else, by day and by night, for eyes and for ears.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal
from xml.sax.saxutils import escape

from pipes_trigger.diagram.boxes import Style
from pipes_trigger.diagram.layout import EDGE, HEADING, lay_out
from pipes_trigger.diagram.model import Kind, Meaning
from pipes_trigger.diagram.narrow import lay_out_narrow
from pipes_trigger.diagram.shapes import outline, shown
from pipes_trigger.diagram.text import printable, wrap
from pipes_trigger.diagram.text import width as text_width
from pipes_trigger.look import COLOURS, FONTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipes_trigger.diagram.boxes import Box
    from pipes_trigger.diagram.layout import Heading, Layout
    from pipes_trigger.diagram.model import Diagram
    from pipes_trigger.diagram.routes import Route
    from pipes_trigger.look import Theme

# The colour of each part, by its meaning in every picture and report; what has no meaning of its own is quiet.
COLOUR_OF: Final[Mapping[Kind, str]] = {
    Kind.PIPE: "accent",
    Kind.FILTER: "filtered",
    Kind.DOWNSTREAM: "delivered",
    Kind.DEAD_LETTER: "dead-lettered",
    Kind.ALARM: "undecided",
}
_DASHES: Final[Mapping[Meaning, str]] = {Meaning.GIVEN_UP: "6 4", Meaning.WATCHES: "1.5 3.5"}
_WIRE_COLOUR: Final[Mapping[Meaning, str]] = {
    Meaning.FLOW: "quiet",
    Meaning.GIVEN_UP: "dead-lettered",
    Meaning.WATCHES: "undecided",
}
_ARROW: Final = 7.0
_LEGEND: Final = 26.0
_SAMPLE: Final = 30.0
_NARROWEST: Final = 200.0
_LEGEND_TEXTS: Final[Mapping[Meaning, str]] = {
    Meaning.FLOW: "records",
    Meaning.GIVEN_UP: "records that were given up",
    Meaning.WATCHES: "watched by",
}


def to_svg(
    diagram: Diagram, *, narrow: bool = False, theme: Theme | Literal["auto"] = "auto", fonts: str = FONTS
) -> str:
    """
    Write a picture as SVG; ends with a newline.

    Names and filters are data: whatever stands in them is text, and no markup. What has no room in a box is cut with an
    ellipsis, and stands whole in the box's tooltip.

    Args:
        diagram: What is shown.
        narrow: Whether each trigger leads from top to bottom, for phones, instead of from left to right.
        theme: `light`, `dark`, or `auto`: light, and dark for readers who prefer it.
        fonts: The font families, as CSS writes them.

    Example:
        >>> from pipes_trigger.diagram import Diagram
        >>> to_svg(Diagram(stacks=()))[:41]
        '<svg xmlns="http://www.w3.org/2000/svg" w'
    """
    layout = lay_out_narrow(diagram) if narrow else lay_out(diagram)
    legend = tuple(_legend(layout))
    bottom = layout.height + _LEGEND * (1 + max((row for _, row, _ in legend), default=0))
    width, height = shown(max(layout.width, _NARROWEST)), shown(bottom)
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">',
        f'<title id="title">{_text(diagram.title)}</title>',
        f'<desc id="desc">{_text(diagram.description)}</desc>',
        f"<style>{_style(theme, fonts)}</style>",
        '<rect class="page" width="100%" height="100%"/>',
        *_content(layout),
        *(_entry(*entry, layout.height) for entry in legend),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _content(layout: Layout) -> Iterator[str]:
    yield from (_heading(each, layout.width) for each in layout.headings)
    yield from (_wire(each) for each in layout.routes)
    for box in layout.boxes:
        yield from _box(box)


def _heading(heading: Heading, wide: float) -> str:
    (text,) = wrap(heading.text, 15, wide - 2 * EDGE, most=1, is_bold=True)
    return f'<text class="heading" x="{shown(EDGE)}" y="{shown(heading.y + HEADING / 2)}">{_text(text)}</text>'


def _wire(route: Route) -> str:
    points = route.points
    name = route.meaning.name.lower().replace("_", "-")
    line = "".join(f"{'L' if number else 'M'}{shown(x)} {shown(y)}" for number, (x, y) in enumerate(points))
    head = (
        ""
        if route.meaning is Meaning.WATCHES
        else f'<path class="head {name}" d="{_head(points[-1], is_down=points[-1][0] == points[-2][0])}"/>'
    )
    return f'<g><title>{_text(route.text)}</title><path class="wire {name}" d="{line}"/>{head}</g>'


def _head(end: tuple[float, float], *, is_down: bool = False) -> str:
    point = f"M{shown(end[0])} {shown(end[1])}"
    back, half, whole = shown(-_ARROW), shown(-_ARROW / 2), shown(_ARROW)
    return f"{point}l{half} {back}h{whole}Z" if is_down else f"{point}l{back} {half}v{whole}Z"


def _box(box: Box) -> Iterator[str]:
    path, more = outline(box)
    name = box.node.kind.value
    yield f'<g class="{name}"><title>{_text(box.node.text)}</title>'
    yield f'<path class="box" d="{path}"/>' + (f'<path class="mark" d="{more}"/>' if more else "")
    for line in box.lines:
        x, y = shown(box.x + box.inset), shown(box.y + line.base)
        yield f'<text class="{line.style.name.lower()}" x="{x}" y="{y}">{_text(line.text)}</text>'
    yield "</g>"


def _legend(layout: Layout) -> Iterator[tuple[Meaning, int, float]]:
    """
    Say of each kind of wire that occurs in which row of the legend it stands, and where that begins.
    """
    row, x = 0, EDGE
    for meaning in Meaning:
        if any(each.meaning is meaning for each in layout.routes):
            wide = _SAMPLE + 8 + text_width(_LEGEND_TEXTS[meaning], Style.LINE.size)
            if x > EDGE and x + wide > layout.width - EDGE:
                row, x = row + 1, EDGE
            yield meaning, row, x
            x += wide + 22


def _entry(meaning: Meaning, row: int, x: float, top: float) -> str:
    y, end = top + 4 + _LEGEND * row, x + _SAMPLE
    name = meaning.name.lower().replace("_", "-")
    head = "" if meaning is Meaning.WATCHES else f'<path class="head {name}" d="{_head((end, y))}"/>'
    line = f'<path class="wire {name}" d="M{shown(x)} {shown(y)}H{shown(end)}"/>{head}'
    return f'{line}<text class="line" x="{shown(end + 8)}" y="{shown(y + 4)}">{_LEGEND_TEXTS[meaning]}</text>'


def _style(theme: Theme | Literal["auto"], fonts: str) -> str:
    """
    Write the style with every colour spelled out: not everything that shows an SVG knows the variables of CSS.
    """
    common = f"text{{font-family:{fonts}}}svg{{max-width:100%;height:auto}}"
    common += "".join(
        f".{style.name.lower()}{{font-size:{style.size}px;font-weight:{600 if style.is_bold else 400}}}"
        for style in Style
    )
    common += ".heading{font-size:15px;font-weight:600}.box{stroke-width:1.5}.mark{fill:none;stroke-width:1.5}"
    common += ".wire{fill:none;stroke-width:1.5;stroke-linejoin:round}.dead-letter .box{stroke-dasharray:6 4}"
    common += "".join(
        f".wire.{meaning.name.lower().replace('_', '-')}{{stroke-dasharray:{dashes}}}"
        for meaning, dashes in _DASHES.items()
    )
    if theme != "auto":
        return common + _colours(theme)
    return f"{common}{_colours('light')}@media (prefers-color-scheme: dark){{{_colours('dark')}}}"


def _colours(theme: Theme) -> str:
    colours = COLOURS[theme]
    rules = [
        f".page{{fill:{colours['page']}}}",
        f".heading,.name,.line{{fill:{colours['text']}}}",
        f".box{{fill:{colours['panel']}}}",
    ]
    for kind in Kind:
        colour = colours[COLOUR_OF.get(kind, "quiet")]
        rules.append(f".{kind.value} .box,.{kind.value} .mark{{stroke:{colour}}}.{kind.value} .noun{{fill:{colour}}}")
    for meaning, name in _WIRE_COLOUR.items():
        css = meaning.name.lower().replace("_", "-")
        rules.append(f".wire.{css}{{stroke:{colours[name]}}}.head.{css}{{fill:{colours[name]}}}")
    return "".join(rules)


def _text(text: str) -> str:
    return escape(printable(text))
