"""
The code of docs/TESTING.md, executed in order, and compared with the output that the page shows below it.
"""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipes_trigger.testing import TriggerAssertions
from pipes_trigger.testing.running import RunningApp

if TYPE_CHECKING:
    import pytest

PAGE = (Path(__file__).parent.parent.parent.parent / "docs" / "TESTING.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_pages_code_prints_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Every Python block runs, and a text block that follows one is what it printed.
    """
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {}
    printed, compared = "", 0
    for language, text in BLOCK.findall(PAGE):
        if language == "python":
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                exec(compile(text, "TESTING.md", "exec"), namespace)  # noqa: S102 - our own page
            printed = output.getvalue()
        elif language == "text":
            assert printed == text
            compared += 1

    assert compared == 2


def test_the_page_names_every_part() -> None:
    """
    Each part of a sentence, and each thing that a running app can do, is on the page.
    """
    parts = [name for kind in (TriggerAssertions, RunningApp) for name in dir(kind) if not name.startswith("_")]

    assert [name for name in parts if not re.search(rf"\b{name}\b", PAGE)] == []
