"""
The pages about errors, read for the terminal: the very Markdown that the site is built from.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PACKAGE: Final = Path(__file__).resolve().parent.parent
_ENTRY: Final = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_TEXT: Final = re.compile(r"\*\*(?P<title>.+?[.?])\*\*\s*(?P<why>.*?)(?=\nWrong:\n)", re.DOTALL)
_BLOCK: Final = re.compile(r"^```(?P<language>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_RIGHT: Final = "\nRight:\n"


@dataclass(frozen=True, slots=True)
class Example:
    """
    A block of code on a page.

    Attributes:
        language: What stands behind the fence: `python`, `console`, ...
        text: The code, with its last line break.
    """

    language: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEntry:
    """
    What a page says of one rule, or of one class of errors.

    Attributes:
        name: The rule's id, or the class's name; in lower case it is the anchor on the page.
        page: The page's file name without its suffix.
        title: What is wrong, in one sentence.
        why: Why it is wrong, and what to do.
        setup: What the examples of the page begin with.
        wrong: An example that meets the error.
        right: An example that does not.
    """

    name: str
    page: str
    title: str
    why: str
    setup: tuple[Example, ...]
    wrong: tuple[Example, ...]
    right: tuple[Example, ...]


def pages_directory(package: Path = _PACKAGE) -> Path:
    """
    Give the pages' directory: inside the package where a wheel put it, else beside it in a checkout.
    """
    installed = package / "_error_pages"
    return installed if installed.is_dir() else package.parent / "docs" / "errors"


@cache
def error_entries() -> Mapping[str, ErrorEntry]:
    """
    Read every entry of every page, by its name.

    Example:
        >>> error_entries()["FP003"].title
        'Match values are not in a list.'
    """
    found = (entry for path in sorted(pages_directory().glob("*.md")) for entry in read_page(path))
    return {entry.name: entry for entry in found}


def read_page(path: Path) -> Iterator[ErrorEntry]:
    """
    Read the entries of one page.

    Raises:
        ValueError: An entry is not of the shape that `CONTRIBUTING.md` asks for.
    """
    page = path.read_text(encoding="utf-8")
    head = page.partition("\n## ")[0]
    setup = tuple(each for each in _examples(head) if each.language == "python")
    for name, body in _ENTRY.findall(page):
        text = _TEXT.match(body.strip() + "\n")
        wrong, found, right = body.partition(_RIGHT)
        if text is None or not found:
            raise ValueError(f"{path.name}: the entry {name} has no title in bold, no 'Wrong:' or no 'Right:'")
        yield ErrorEntry(
            name=name,
            page=path.stem,
            title=" ".join(text["title"].split()),
            why=" ".join(text["why"].split()),
            setup=setup,
            wrong=tuple(_examples(wrong)),
            right=tuple(_examples(right)),
        )


def _examples(text: str) -> Iterator[Example]:
    return (Example(found["language"], found["text"]) for found in _BLOCK.finditer(text))
