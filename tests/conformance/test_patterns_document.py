"""
`docs/PATTERNS.md` names cases that exist and every rule of the checker.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from pipes_trigger.filters.rules import Rule

HERE = Path(__file__).parent
DOCUMENT = (HERE.parents[1] / "docs" / "PATTERNS.md").read_text(encoding="utf-8")


def test_cases_exist() -> None:
    """
    Every case that the document names is a case, and no sentence of its lists is without one.
    """
    files = [HERE / "pattern_cases.jsonl", HERE / "own_cases.jsonl"]
    known = {json.loads(line)["id"] for file in files for line in file.read_text(encoding="utf-8").splitlines()}
    named = set(re.findall(r"\b[po]\d{4}\b", DOCUMENT))

    assert len(named) > 100
    assert sorted(named - known) == []


def test_rules_are_listed() -> None:
    """
    The document lists each rule with its meaning.
    """
    assert [f"| {rule.id} | {rule.meaning} |" for rule in Rule] == re.findall(
        r"^\| F[PW]\d{3} \|.*\|$", DOCUMENT, re.MULTILINE
    )
