"""
Text in boxes: how wide it is, where it breaks, and how it is cut short.

Which font a reader has is not known, so a character is as wide here as in the widest of the usual ones (DejaVu Sans,
Manrope and Liberation Sans were measured). A box is then too wide at times, and never too narrow.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ELLIPSIS: Final = "…"

# Hundredths of the font's size, rounded up to fives.
_WIDTHS: Final = {
    character: width
    for width, characters in {
        30: "'Iijl",
        35: " ,.:;|",
        40: "/\\f",
        45: "!()-[]rt",
        50: '"*J`',
        55: "sz",
        60: "?Lckvxy",
        65: "$0123456789FTabdeghnopqu{}",
        70: "ABEKPSVXYZ_",
        75: "CNRU",
        80: "&DGHOQ",
        85: "+<=>^w~",
        90: "M",
        95: "#",
        100: f"%Wm{ELLIPSIS}",
        105: "@",
    }.items()
    for character in characters
}
_OTHER: Final = 90
_WIDE: Final = 105
BOLD: Final = 1.1

_SPACES: Final = re.compile(r"\S+|\s+")
# Where a word that is too long may break: after what joins the parts of a name, and before a capital letter.
_PARTS: Final = re.compile(r"(?<=[\-_./:,#])|(?<=[a-z0-9])(?=[A-Z])")


def printable(text: str) -> str:
    r"""
    Write what cannot be seen, or would turn text around, as an escape; each run of white space as one space.

    Example:
        >>> printable("a\u202eb\x00\tc"), printable("é漢")
        ('a\\u202eb\\x00 c', 'é漢')
    """
    return "".join(each if each.isprintable() else _escape(each) for each in " ".join(text.split()))


def width(text: str, size: float, *, is_bold: bool = False) -> float:
    """
    Say how wide a text is at most, in pixels.

    Args:
        text: The text.
        size: The font's size in pixels.
        is_bold: Whether it is written in bold.

    Example:
        >>> width("pipe", 10)
        22.5
    """
    return sum(map(_character, text)) * size * (BOLD if is_bold else 1) / 100


def wrap(text: str, size: float, room: float, *, most: int, is_bold: bool = False) -> tuple[str, ...]:
    """
    Break a text into lines that fit; what needs more lines than there may be is cut short.

    Args:
        text: The text; made `printable` here.
        size: The font's size in pixels.
        room: The width of a line in pixels.
        most: How many lines there may be.
        is_bold: Whether it is written in bold.

    Example:
        >>> wrap("deployment-requests of dev", 10, 80, most=2)
        ('deployment-', 'requests of …')
    """
    lines = [""]
    for piece in _pieces(printable(text), size, room, is_bold=is_bold):
        if width((lines[-1] + piece).rstrip(), size, is_bold=is_bold) <= room:
            lines[-1] += piece
        else:
            lines.append(piece.lstrip())
    whole = [line.rstrip() for line in lines]
    if len(whole) <= most:
        return tuple(whole)
    kept = whole[:most]
    # The space before it stays, where there is room, so that a word that was cut is told from one that was not.
    last = f"{kept[-1]} "
    while last and width(last + ELLIPSIS, size, is_bold=is_bold) > room:
        last = last[:-1]
    return (*kept[:-1], last + ELLIPSIS)


def _pieces(text: str, size: float, room: float, *, is_bold: bool) -> Iterator[str]:
    for word in _SPACES.findall(text):
        is_long = width(word, size, is_bold=is_bold) > room
        for part in _PARTS.split(word) if is_long else (word,):
            yield from _cut(part, size, room, is_bold=is_bold)


def _cut(part: str, size: float, room: float, *, is_bold: bool) -> Iterator[str]:
    rest = part
    while width(rest, size, is_bold=is_bold) > room:
        fitting = 1
        while width(rest[: fitting + 1], size, is_bold=is_bold) <= room:
            fitting += 1
        yield rest[:fitting]
        rest = rest[fitting:]
    yield rest


def _character(character: str) -> int:
    known = _WIDTHS.get(character)
    if known is not None:
        return known
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _OTHER


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004
