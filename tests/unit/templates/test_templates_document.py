"""
The document on templates says what the code does.
"""

from __future__ import annotations

import doctest
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "TEMPLATES.md"


def test_examples() -> None:
    """
    Every example of docs/TEMPLATES.md runs and prints what is printed there.
    """
    failed, tried = doctest.testfile(str(DOCUMENT), module_relative=False, encoding="utf-8")
    assert (failed, tried > 10) == (0, True)


def test_rules() -> None:
    """
    docs/TEMPLATES.md lists exactly the rules that the code names.
    """
    rule = re.compile(r"\b(?:IT|PR)\d{3}\b")
    sources = [path for room in ("templates", "proof") for path in (ROOT / "pipes_trigger" / room).glob("*.py")]
    named = {found for path in sources for found in rule.findall(path.read_text(encoding="utf-8"))}
    assert set(rule.findall(DOCUMENT.read_text(encoding="utf-8").partition("## Rules")[2])) == named
