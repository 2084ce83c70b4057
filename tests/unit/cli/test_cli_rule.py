"""
`pipes-trigger rule`: an error explained in the terminal, and the line that points there.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pipes_trigger.cli import error_pages
from pipes_trigger.cli.error_pages import error_entries, read_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Shell = Callable[..., tuple[int, str, str]]

FP003 = """\
FP003  Match values are not in a list.

  The values that a field may have always stand in a list, also a single one.

  wrong
    FilterPattern({"eventName": "INSERT"})

  right
    FilterPattern({"eventName": ["INSERT"]})
"""


@pytest.mark.parametrize("name", ["FP003", "fp003"])
def test_a_rule(shell: Shell, name: str) -> None:
    """
    A rule is explained with a wrong and a right example, in whichever case its id is written.
    """
    assert shell("rule", name) == (0, FP003, "")


def test_a_class_and_several_at_once(shell: Shell) -> None:
    """
    Classes are explained by their name, and entries are divided by an empty line.
    """
    status, out, _ = shell("rule", "FP003", "FilterPatternError")

    assert status == 0
    assert out.startswith(f"{FP003}\nFilterPatternError  The service would refuse a filter")


def test_all_rules(shell: Shell) -> None:
    """
    Without an id every entry is listed in a line, sorted.
    """
    status, out, _ = shell("rule")
    names = [line.split("  ")[0] for line in out.splitlines()]

    assert (status, names) == (0, sorted(error_entries()))
    assert "IT009  A structure is neither JSON nor markers.\n" in out


def test_for_machines(shell: Shell) -> None:
    """
    With --json an entry is an object, which names its place in the site.
    """
    _, out, _ = shell("rule", "FP003", "--json")

    assert json.loads(out) == {
        "name": "FP003",
        "title": "Match values are not in a list.",
        "why": "The values that a field may have always stand in a list, also a single one.",
        "wrong": 'FilterPattern({"eventName": "INSERT"})',
        "right": 'FilterPattern({"eventName": ["INSERT"]})',
        "page": "errors/filters.html#fp003",
    }


def test_an_unknown_rule(shell: Shell) -> None:
    """
    What is no rule is bad input, and the nearest one is named.
    """
    status, out, err = shell("rule", "FP999")

    assert (status, out) == (2, "")
    assert "Error: there is no rule 'FP999'; did you mean 'FP0" in err


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["match", "nowhere.json", "records.json"], b"help: pipes-trigger rule SH001\r\n"),
        (
            ["check", '{"eventName": "INSERT", "dynamodb": {"newImage": {"a": {"S": "x"}}}}'],
            b"help: pipes-trigger rule FP003 FP030\r\n",
        ),
        (["render", '{"id": <$.eventID>}', "{}"], b"help: pipes-trigger rule IT101\r\n"),
    ],
)
def test_errors_point_to_the_command(tmp_path: Path, arguments: list[str], line: bytes) -> None:
    """
    On a terminal the last line names the command that explains what was broken, each rule once.
    """
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb") as terminal:
        command = [sys.executable, "-c", "from pipes_trigger.cli import main; main()", *arguments]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=theirs, cwd=tmp_path, check=False)
        shown = os.read(terminal.fileno(), 10_000)
        os.close(theirs)

    assert shown.endswith(line)


def test_where_no_person_reads_there_is_no_such_line(shell: Shell) -> None:
    """
    What is read by programs has the error alone.
    """
    assert "help:" not in shell("match", "nowhere.json", "records.json")[2]


def test_a_page_of_another_shape(tmp_path: Path) -> None:
    """
    An entry that lacks a part is named, so that whoever writes one finds it.
    """
    page = tmp_path / "filters.md"
    page.write_text("# Filters\n\n## FP003\n\nNo title.\n\nWrong:\n", encoding="utf-8")

    with pytest.raises(ValueError, match=r"filters\.md: the entry FP003 has no title in bold"):
        list(read_page(page))


def test_an_installed_package_has_its_pages_inside(tmp_path: Path) -> None:
    """
    A wheel puts the pages into the package; a checkout has them in docs.
    """
    assert error_pages.pages_directory(tmp_path / "pipes_trigger") == tmp_path / "docs" / "errors"

    (tmp_path / "pipes_trigger" / "_error_pages").mkdir(parents=True)

    assert error_pages.pages_directory(tmp_path / "pipes_trigger").name == "_error_pages"
