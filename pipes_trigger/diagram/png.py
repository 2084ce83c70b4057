"""
A picture as PNG, drawn from the SVG by resvg with the font Manrope; both come with the extra `diagram`.

The font is brought along because a machine may have none, and resvg then draws boxes without text. What the font lacks,
such as Chinese characters, is taken from the machine's fonts where it has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipes_trigger.diagram.svg import to_svg

if TYPE_CHECKING:
    from pipes_trigger.diagram.model import Diagram
    from pipes_trigger.look import Theme

FONT: Final = "Manrope"
ZOOM: Final = 2.0


def to_png(diagram: Diagram, *, narrow: bool = False, theme: Theme = "light", zoom: float = ZOOM) -> bytes:
    r"""
    Draw a picture.

    Args:
        diagram: What is shown.
        narrow: As for `to_svg`.
        theme: `light` or `dark`.
        zoom: How many pixels of the PNG a pixel of the SVG becomes, in each direction.

    Raises:
        ImportError: The extra `diagram` is not installed.

    Example:
        >>> from pipes_trigger.diagram import Diagram
        >>> to_png(Diagram(stacks=()))[:4]
        b'\x89PNG'
    """
    import resvg_py  # noqa: PLC0415 - an extra
    from font_manrope import font_files  # noqa: PLC0415 - as above

    svg = to_svg(diagram, narrow=narrow, theme=theme, fonts=FONT)
    files = [path for name, path in sorted(font_files.items()) if name in {"Manrope", "ManropeSemiBold"}]
    return resvg_py.svg_to_bytes(svg_string=svg, font_files=files, font_family=FONT, zoom=zoom)
