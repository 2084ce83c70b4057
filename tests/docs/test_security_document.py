"""
docs/security.md: its tables are the data that is acknowledged, and the options that satisfy the rest.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipes_trigger.findings import BY_DESIGN, FOR_THE_OWNER, STAR_CHECK, WILDCARD_CHECK, ByDesign, ForTheOwner

PAGE = (Path(__file__).parent.parent.parent / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| `")]


def row_of(check: str, *, part: str = "") -> str:
    """
    Return the one row that names a rule, and a part of a trigger where there are several.
    """
    (row,) = (line for line in ROWS if f"`{check.partition('::')[2]}`" in line and (not part or f"`{part}`" in line))
    return row


@pytest.mark.parametrize("finding", BY_DESIGN, ids=lambda finding: f"{finding.check}-{finding.part}")
def test_what_is_by_design_has_its_row(finding: ByDesign) -> None:
    """
    Each finding that a trigger acknowledges is named with the part that it is found in.
    """
    assert f"`{finding.part}`" in row_of(finding.check, part=finding.part)


@pytest.mark.parametrize("check", [WILDCARD_CHECK, STAR_CHECK])
def test_wildcards_have_their_rows(check: str) -> None:
    """
    The rules about wildcards name every role that has one.
    """
    assert {"FunctionRole", "RedriveRole"} <= set(re.findall(r"`(\w+Role)`", row_of(check)))


@pytest.mark.parametrize("finding", FOR_THE_OWNER, ids=lambda finding: finding.check)
def test_what_the_owner_decides_has_its_option(finding: ForTheOwner) -> None:
    """
    Each finding that is left has a row with every option that satisfies it.
    """
    row = row_of(finding.check)

    assert [option for option in finding.option.split(" and ") if f"`{option}`" not in row] == []


def test_no_row_is_left_over() -> None:
    """
    The page names no rule that the data does not know.
    """
    rules = {finding.check.partition("::")[2] for finding in (*BY_DESIGN, *FOR_THE_OWNER)}
    rules |= {check.partition("::")[2] for check in (WILDCARD_CHECK, STAR_CHECK)}
    named = {rule for line in ROWS for rule in re.findall(r"`((?:CKV_\w+|W\d+|[A-Z]\w+-\w+))`", line)}

    assert named == rules
