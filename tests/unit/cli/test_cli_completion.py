"""
What a shell completes, asked as a shell asks, and in a real bash.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.shell_completion import ShellComplete

from pipes_trigger.cli import cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Shell = Callable[..., tuple[int, str, str]]
    Assembly = Callable[[Path, dict[str, dict[str, Any]]], None]
    Template = Callable[..., dict[str, Any]]

_BASH = shutil.which("bash")


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, assembly: Assembly, template: Template) -> Path:
    """
    Return a working directory with an assembly of two stacks.
    """
    monkeypatch.chdir(tmp_path)
    assembly(tmp_path / "cdk.out", {"Orders": template(OrdersPipe={}, OldPipe={}), "Bills": template(BillsPipe={})})
    return tmp_path


def completed(*words: str) -> list[str]:
    """
    Return what is offered for the last word.
    """
    *before, incomplete = words
    completer = ShellComplete(cli, {}, "pipes-trigger", "_PIPES_TRIGGER_COMPLETE")
    return [each.value or each.type for each in completer.get_completions(before, incomplete)]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("ex",), ["explain"]),
        (("--d",), ["--debug"]),
        (("check", "--vi"), ["--view-type"]),
        (("check", "--view-type", "NEW"), ["NEW_IMAGE", "NEW_AND_OLD_IMAGES"]),
        (("check", ""), ["file"]),
        (("check", "--template", ""), ["file"]),
        (("match", "pattern.json", ""), ["file"]),
        (("render", "t.json", "--variable", "aws.pipes.pipe"), ["aws.pipes.pipe-arn=", "aws.pipes.pipe-name="]),
        (("new", ""), ["dir"]),
        (("rule", "PR00"), ["PR001", "PR002", "PR003", "PR004"]),
        (("rule", "PR001", "Filter"), ["FilterPatternError"]),
        (("new", "--trigger-type", "sns"), ["sns_topic"]),
        (("local", "run", "--assembly", ""), ["dir"]),
        (("local", "run", "--report", ""), ["file"]),
        (("completion", ""), ["bash", "zsh", "fish"]),
    ],
)
def test_what_needs_no_assembly(words: tuple[str, ...], offered: list[str]) -> None:
    """
    Commands, options, choices, files, directories and variables.
    """
    assert completed(*words) == offered


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("match", "cdk.out", "--pipe", ""), ["BillsPipe", "OldPipe", "OrdersPipe"]),
        (("simulate", "cdk.out/Orders.template.json", "--pipe", "Or"), ["OrdersPipe"]),
        (("redrive", "--pipe", "B"), ["BillsPipe"]),
        (("explain", '{"eventName": ["INSERT"]}', "--pipe", "B"), ["BillsPipe"]),
        (("local", "run", "--assembly", "cdk.out", "--stack", ""), ["Bills", "Orders"]),
        (("local", "run", "--stack", "O"), ["Orders"]),
        (("diagram", "cdk.out", "--stack", "B"), ["Bills"]),
        (("permissions", "cdk.out", "--pipe", "B"), ["BillsPipe"]),
    ],
)
def test_pipes_and_stacks(orders: Path, words: tuple[str, ...], offered: list[str]) -> None:
    """
    Those of the assembly that the line names, or of cdk.out where it names none yet.
    """
    assert sorted(completed(*words)) == offered


def test_no_assembly_offers_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Where nothing can be read, nothing is offered, and nothing is said.
    """
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.json").write_text("{")

    assert completed("match", "--pipe", "") == []
    assert completed("match", "broken.json", "--pipe", "") == []
    assert completed("local", "run", "--stack", "") == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("bash", "complete -o nosort -F _pipes_trigger_completion pipes-trigger"),
        ("zsh", "compdef _pipes_trigger_completion pipes-trigger"),
        ("fish", 'complete --no-files --command pipes-trigger --arguments "(_pipes_trigger_completion)"'),
    ],
)
def test_each_shell_has_its_script(shell: Shell, name: str, line: str) -> None:
    """
    The script registers a function for the command.
    """
    status, out, err = shell("completion", name)

    assert (status, err) == (0, "")
    assert line in out.replace(";", "")


def test_another_shell_is_bad_input(shell: Shell) -> None:
    """
    The three that there are are named.
    """
    status, _, err = shell("completion", "tcsh")

    assert status == 2
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in err


@pytest.mark.skipif(_BASH is None, reason="there is no bash here; click's own classes are asked above")
def test_bash_itself(shell: Shell, orders: Path) -> None:
    """
    A bash that sources the script completes a pipe of the assembly.
    """
    assert _BASH is not None
    program = orders / "bin" / "pipes-trigger"
    program.parent.mkdir()
    program.write_text(
        f"#!/bin/sh\nexec '{sys.executable}' -c 'from pipes_trigger.cli import main; main()' \"$@\"\n", encoding="utf-8"
    )
    program.chmod(0o755)
    (orders / "completion.bash").write_text(shell("completion", "bash")[1], encoding="utf-8")
    script = """
        source completion.bash
        COMP_WORDS=(pipes-trigger match cdk.out --pipe Or) COMP_CWORD=4
        _pipes_trigger_completion pipes-trigger
        echo "${COMPREPLY[@]}"
    """
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    ended = subprocess.run(
        [_BASH, "--norc", "-c", script], cwd=orders, env=environment, capture_output=True, text=True, check=False
    )

    assert (ended.stdout, ended.stderr) == ("OrdersPipe\n", "")
