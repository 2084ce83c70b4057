"""
The pages that show how to do one thing: executed as written, and listed.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from tests.docs.conftest import Player

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGES: Final = sorted(path for path in (DOCS / "howto").glob("*.md") if path.stem != "index")
EXPLANATIONS: Final = sorted((DOCS / "explanation").glob("*.md"))
FEWEST: Final = 20


@pytest.mark.parametrize("page", [*PAGES, *EXPLANATIONS], ids=lambda page: page.stem)
def test_a_page_works_as_written(
    player: Player, page: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """
    Its code runs and prints what it shows, its commands say what it shows, and the tests on it pass.
    """
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "app", raising=False)  # what a page calls its handler's module
    player.play(page.read_text(encoding="utf-8"))
    for name, value in player.namespace.items():
        if name.startswith("test_"):
            wanted = inspect.signature(value).parameters
            value(**{one: player.namespace.get(one) or request.getfixturevalue(one) for one in wanted})

    assert player.played > 0


def test_the_index_lists_every_page() -> None:
    """
    Each page is found from the index, and there are as many as people want things.
    """
    index = (DOCS / "howto" / "index.md").read_text(encoding="utf-8")

    assert [page.name for page in PAGES if f"({page.name})" not in index] == []
    assert len(PAGES) >= FEWEST
