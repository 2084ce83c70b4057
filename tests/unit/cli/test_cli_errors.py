"""
How commands fail: in a line, with a status that says whose fault it is, and with a traceback for those who ask.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Shell = Callable[..., tuple[int, str, str]]

MISSING = ("check", "nowhere.json")
LINE = (
    "error: [SH001] nowhere.json: cannot be read: No such file or directory; "
    "name a file that can be read, or - for standard input\n"
)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Let `check` meet something that nobody thought of, with an item's value in its words.
    """

    def fail(*_given: object) -> None:
        raise KeyError("ada@example.org")

    monkeypatch.setattr("pipes_trigger.cli.check.check_pattern", fail)


def test_a_user_error_has_no_traceback(shell: Shell) -> None:
    """
    One line, and status 2.
    """
    assert shell(*MISSING) == (2, "", LINE)


def test_debug_shows_the_traceback(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    `--debug` and the variable show where the error was raised, above the same line; the status stays.
    """
    status, out, err = shell("--debug", *MISSING)
    monkeypatch.setenv("PIPES_TRIGGER_DEBUG", "1")

    assert (status, out) == (2, "")
    assert re.match(r"Traceback \(most recent call last\):\n(?s:.*)pipes_trigger/cli/sources\.py(?s:.*)\n", err)
    assert err.endswith(LINE)
    assert shell(*MISSING)[2].startswith("Traceback ")


def test_debug_holds_for_one_call(shell: Shell) -> None:
    """
    What one call asked for, the next in the same process does not get.
    """
    shell("--debug", *MISSING)

    assert shell(*MISSING) == (2, "", LINE)


@pytest.mark.parametrize("arguments", [("check",), ("check", "--strikt"), ("match",)])
def test_a_usage_error_has_no_traceback(shell: Shell, arguments: tuple[str, ...]) -> None:
    """
    Usage, the fault, and status 2.
    """
    status, out, err = shell(*arguments)

    assert (status, out) == (2, "")
    assert err.startswith(f"Usage: pipes-trigger {arguments[0]} ")
    assert "Traceback" not in err


def test_an_internal_error_is_one_line(shell: Shell, broken: None) -> None:
    """
    A status of its own, the place, how to see more, and nothing of the data.
    """
    status, out, err = shell("check", "{}")

    assert (status, out) == (70, "")
    assert re.sub(r":\d+;", ":N;", err) == (
        "internal error: KeyError at cli/check.py:N; this is a fault of pipes-trigger: please report it with the "
        "traceback, which PIPES_TRIGGER_DEBUG=1 shows\n"
    )


def test_an_internal_error_with_its_traceback(shell: Shell, broken: None) -> None:
    """
    Who asks sees the error's own words and the frames.
    """
    status, _, err = shell("--debug", "check", "{}")

    assert status == 70
    assert "KeyError: 'ada@example.org'" in err
