"""
The site: built strictly, whole, and read without anything from elsewhere.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest

from pipes_trigger.cli.error_pages import error_entries

ROOT: Final = Path(__file__).parents[2]
LOADING: Final = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src")}


class Page(HTMLParser):
    """
    What a page has and asks for.

    Attributes:
        ids: The anchors.
        links: Where its links lead.
        loads: What a browser fetches to show it.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """
        Note an element.
        """
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given["id"]} if "id" in given else set()
        self.links += [given["href"]] if tag == "a" and "href" in given else []
        self.loads += [
            value for name, value in given.items() if (tag, name) in LOADING and given.get("rel") != "canonical"
        ]


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    """
    Return every page of the site, by its file.
    """
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def test_links_lead_somewhere(site: Path, pages: dict[Path, Page]) -> None:
    """
    Every link within the site leads to a file and an anchor that are there.
    """
    broken = []
    for path, page in pages.items():
        # The page for what is not found is served from any address, so its links begin at the root.
        home = site if path.name == "404.html" else path.parent
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            file, _, anchor = link.partition("#")
            target = (home / file.lstrip("/")).resolve() if file not in {"", "."} else path
            if target.is_dir():
                target /= "index.html"
            if not target.is_file() or (anchor and target in pages and anchor not in pages[target].ids):
                broken.append(f"{path.relative_to(site)}: {link}")

    assert broken == []


def test_nothing_comes_from_elsewhere(site: Path, pages: dict[Path, Page]) -> None:
    """
    No page and no stylesheet asks another host for anything.
    """
    asked = {load for page in pages.values() for load in page.loads if re.match(r"(https?:)?//", load)}
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))

    assert asked == set()
    assert re.findall(r"url\(\"?(?:https?:)?//[^)]*\)|@import", styles) == []


def test_every_error_has_its_anchor(site: Path, pages: dict[Path, Page]) -> None:
    """
    What `pipes-trigger rule --json` names as an entry's place is there.
    """
    missing = {
        entry.name
        for entry in error_entries().values()
        if entry.name.lower() not in pages[site / "errors" / f"{entry.page}.html"].ids
    }

    assert missing == set()


def test_every_public_name_has_its_anchor(site: Path, pages: dict[Path, Page]) -> None:
    """
    What the pages of the reference ask to be shown is shown.
    """
    missing = [
        shown
        for page in (ROOT / "docs" / "reference").glob("*.md")
        for shown in re.findall(r"^::: ([\w.]+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        if shown not in pages[site / "reference" / f"{page.stem}.html"].ids
    ]

    assert missing == []


def test_the_search_works_without_a_server(site: Path) -> None:
    """
    The index is a script, which a page from a disk may load, and it knows the errors and the reference.
    """
    index = (site / "search" / "search_index.js").read_text(encoding="utf-8")

    assert index.startswith("var __index = ")
    assert {"errors/filters.html#fp003", "reference/filters.html#pipes_trigger.filters.FilterPattern"} <= set(
        re.findall(r'"location": ?"([^"]+)"', index)
    )


def test_the_reference_says_which_classes_are_dataclasses(site: Path) -> None:
    """
    Ours are made by functions of our own, which the site takes for the standard library's.
    """
    page = (site / "reference" / "construct.html").read_text(encoding="utf-8")

    assert re.search(r"FailureHandling.{,40}dataclass", re.sub(r"\s+", " ", html.unescape(page)))
