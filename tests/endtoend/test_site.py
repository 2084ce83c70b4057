"""
The site in a browser, from a disk: the search, and what it looks like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.endtoend.conftest import Browser

PAGES: Final = ("index.html", "tutorial.html", "howto/check.html", "reference/construct.html", "errors/filters.html")
SEARCH: Final = """
(() => {
  document.querySelector("[data-md-toggle=search]").click();
  const box = document.querySelector("[data-md-component=search-query]");
  box.focus();
  box.value = "FP033";
  for (const name of ["input", "keyup"]) box.dispatchEvent(new Event(name, {bubbles: true}));
})()
"""
FOUND: Final = "[...document.querySelectorAll('.md-search-result__link')].map((link) => link.href)"
WRONG: Final = {"Log.entryAdded", "Runtime.exceptionThrown"}


def complaints(browser: Browser) -> list[dict[str, Any]]:
    """
    List what the browser complained of.
    """
    return [each for each in browser.messages if each["method"] in WRONG]


def test_the_search_finds_an_error_without_a_server(browser: Browser, site: Path) -> None:
    """
    From a disk, an error's id leads to its entry, and nothing is asked of another host.
    """
    browser.open(site / "index.html")
    browser.ask(SEARCH)
    while not (found := browser.ask(FOUND)):
        pass

    assert any(link.startswith(f"{(site / 'errors' / 'filters.html').as_uri()}?h=fp033#fp033") for link in found)
    asked = [each["params"]["request"]["url"] for each in browser.messages if "requestWillBeSent" in each["method"]]
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:", "blob:"))] == []
    assert complaints(browser) == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_phones_and_desks_by_day_and_by_night(browser: Browser, site: Path, width: int, *, dark: bool) -> None:
    """
    No page is wider than the window, and the colours are those of the reader's system.
    """
    for page in PAGES:
        browser.open(site / page, width=width, dark=dark)

        assert browser.ask("document.documentElement.scrollWidth <= window.innerWidth"), page
        scheme = browser.ask("document.body.getAttribute('data-md-color-scheme')")
        assert scheme == ("slate" if dark else "default"), page
    assert complaints(browser) == []
