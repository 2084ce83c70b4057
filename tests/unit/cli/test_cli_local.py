"""
The command line as a whole and `local run`: help, exit codes, and errors without a traceback.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Assembly = Callable[[Path, dict[str, dict[str, Any]]], None]
    Shell = Callable[..., tuple[int, str, str]]
    Template = Callable[..., dict[str, Any]]


def test_the_version_is_the_packages(shell: Shell) -> None:
    """
    --version names the package and its version.
    """
    assert shell("--version") == (0, "pipes-trigger, version 0.1.0\n", "")


def test_the_help_of_a_run_has_examples(shell: Shell) -> None:
    """
    A reader of --help can copy a line.
    """
    code, out, _ = shell("local", "run", "--help")

    assert code == 0
    assert "  pipes-trigger local run --assembly cdk.out --stack Platform\n" in out


def test_a_missing_option_is_bad_input(shell: Shell) -> None:
    """
    Exit status 2, and the option is named.
    """
    code, _, err = shell("local", "run")

    assert code == 2
    assert "Missing option '--assembly'" in err


def test_a_directory_that_is_no_assembly_is_bad_input(shell: Shell, tmp_path: Path) -> None:
    """
    The error says what is missing and which command makes it; no traceback.
    """
    code, _, err = shell("local", "run", "--assembly", str(tmp_path))

    assert code == 2
    assert err == (
        f"error: [CA001] {tmp_path}: is no cloud assembly: it has no manifest.json; "
        "run `cdk synth`, or name the directory that it wrote\n"
    )


@pytest.mark.parametrize("url", ["http://10.0.0.1:4566", "https://dynamodb.eu-west-1.amazonaws.com", "nonsense"])
def test_an_endpoint_on_another_machine_is_refused(
    shell: Shell, assembly: Assembly, template: Template, tmp_path: Path, url: str
) -> None:
    """
    A local run talks to this machine alone, whatever the URL.
    """
    assembly(tmp_path / "cdk.out", {"Orders": template(Pipe={})})
    code, _, err = shell("local", "run", "--assembly", "cdk.out", "--endpoint-url", url)

    assert code == 2
    assert err == (
        f"error: [LR011] --endpoint-url: leads to another machine: '{url}'; "
        "a local run talks to this machine alone; write http://127.0.0.1:<port>\n"
    )


def test_an_unknown_stack_is_refused_before_anything_is_started(
    shell: Shell, assembly: Assembly, template: Template, tmp_path: Path
) -> None:
    """
    The stacks that there are are named, and no emulator was started.
    """
    assembly(tmp_path / "cdk.out", {"OrderNotifications": template(Pipe={})})
    code, out, err = shell("local", "run", "--assembly", "cdk.out", "--stack", "Orders")

    assert (code, out) == (2, "")
    assert "has no stack called 'Orders'" in err
    assert "OrderNotifications" in err


def test_a_run_needs_the_extra(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Without boto3 and rich the message says what to install.
    """
    monkeypatch.setitem(sys.modules, "pipes_trigger.local.run", None)

    assert shell("local", "run", "--assembly", ".") == (
        2,
        "",
        "Error: the local runtime is an extra: pip install 'pipes-trigger[local]' "
        "(import of pipes_trigger.local.run halted; None in sys.modules)\n",
    )


def test_ctrl_c(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Exit status 130 says that the user interrupted a command, and no traceback is shown.
    """

    def interrupted(*_given: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipes_trigger.local.run.run_assembly", interrupted)
    status, out, err = shell("local", "run", "--assembly", ".")

    assert (status, out, err.strip()) == (130, "", "")
