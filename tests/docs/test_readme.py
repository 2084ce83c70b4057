"""
README's code, executed in order, and compared with the output that README shows below it.
"""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_readmes_code_prints_what_readme_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Every Python block runs, and a text block that follows one is what it printed.
    """
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {}
    printed, compared = "", 0
    for language, text in BLOCK.findall(README):
        if language == "python":
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                exec(compile(text, "README.md", "exec"), namespace)  # noqa: S102 - our own README
            printed = output.getvalue()
        elif language == "text" and printed:
            assert printed == text
            printed, compared = "", compared + 1

    assert compared == 2


def test_readmes_example_is_twenty_lines() -> None:
    """
    The first example fits in a glance.
    """
    first = next(text for language, text in BLOCK.findall(README) if language == "python")

    assert len(first.strip().splitlines()) <= 22


@pytest.mark.parametrize("target", re.findall(r"\]\(((?!https?:)[^)#]+)\)", README))
def test_readmes_links_lead_somewhere(target: str) -> None:
    """
    What README points to is in the repository.
    """
    assert (ROOT / target).exists()


@pytest.mark.parametrize("goal", re.findall(r"^\$ make (\w+)", README, re.MULTILINE))
def test_readmes_commands_are_in_the_makefile(goal: str) -> None:
    """
    The two commands are goals of the Makefile.
    """
    assert re.search(rf"^{goal}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
