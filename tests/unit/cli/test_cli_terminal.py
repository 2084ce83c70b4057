"""
The command line as a program: in a pipe, on a terminal, in another encoding.
"""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Shell = Callable[..., tuple[int, str, str]]

PROGRAM = [sys.executable, "-c", "from pipes_trigger.cli import main; main()"]
INSERTS = '{"eventName": ["INSERT"]}'
WITHOUT = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "PYTHONIOENCODING"}}


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """
    Run the program with a terminal as its standard output, and return what is shown.
    """
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb") as terminal:
        subprocess.run([*PROGRAM, *arguments], stdout=theirs, env={**WITHOUT, **environment}, check=False)
        shown = os.read(terminal.fileno(), 10_000)
        os.close(theirs)
    return shown.decode().replace("\r\n", "\n")


def test_nobody_reads_on(tmp_path: Path) -> None:
    """
    A reader that stops, as head does, ends the program without a word.
    """
    records = tmp_path / "records.jsonl"
    records.write_text('{"eventName": "INSERT"}\n' * 5_000)
    command = [*PROGRAM, "match", INSERTS, str(records)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        first = running.stdout.readline()
        running.stdout.close()
        told = running.stderr.read()

    assert (first, told, running.returncode) == (f"yes  {records}:1 INSERT\n", "", 141)


def test_answers_come_before_the_input_ends() -> None:
    """
    Each record is answered when it is read.
    """
    command = [*PROGRAM, "match", INSERTS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(b'{"eventName": "INSERT"}\n')
        running.stdin.flush()
        answer = running.stdout.readline()
        running.stdin.close()

    assert (answer, running.wait()) == (b"yes  stdin:1 INSERT\n", 0)


def test_colour_on_a_terminal_alone() -> None:
    """
    Verdicts are coloured where a terminal shows them, and not where NO_COLOR is set.
    """
    arguments = ("match", INSERTS, '{"Records": [{"eventName": "INSERT"}, {"eventName": "REMOVE"}]}')
    plain = "yes  RECORDS:1['Records'][0] INSERT\nno   RECORDS:1['Records'][1] REMOVE\n"

    assert on_a_terminal(*arguments) == plain.replace("yes", "\x1b[32myes\x1b[0m").replace("no ", "\x1b[31mno\x1b[0m ")
    assert on_a_terminal(*arguments, NO_COLOR="1") == plain


def test_a_narrow_terminal_wraps_between_words() -> None:
    """
    At 40 columns what was found and why is wrapped with an indent; in a pipe each stays one line to be searched.
    """
    broken = '{"eventName": "MODIFY", "dynamodb": {"newImage": {"a": {"S": ["x"]}}}}'
    checked = on_a_terminal("check", broken, COLUMNS="40", NO_COLOR="1")
    explained = on_a_terminal("explain", INSERTS, '{"eventName": "REMOVE"}', COLUMNS="40", NO_COLOR="1")

    assert checked == (
        "PATTERNS: 2 errors\n"
        "error [FP003] PATTERNS['eventName']\n"
        "  match values must be a list, got\n"
        "    'MODIFY'\n"
        "  fix: write ['MODIFY']\n"
        "error [FP030]\n"
        "        PATTERNS['dynamodb']['newImage']\n"
        "  'dynamodb' has no field 'newImage'\n"
        "  fix: did you mean 'NewImage'?\n"
    )
    assert explained == (
        "no   RECORDS:1 REMOVE\n"
        "  no   eventName: wanted 'INSERT', found\n"
        "         'REMOVE'\n"
        "  near miss: look at eventName\n"
    )
    assert (
        subprocess.run([*PROGRAM, "check", broken], capture_output=True, text=True, check=False).stdout.count("\n") == 7
    )


def test_payloads_are_indented_on_a_terminal_alone(shell: Shell) -> None:
    """
    People see the structure; what is piped on is exactly what is sent.
    """
    arguments = ("render", '{"id": <$.eventID>}', '{"eventID": "é"}')

    assert on_a_terminal(*arguments) == '{\n  "id": "é"\n}\n'
    assert shell(*arguments)[1] == '{"id": "é"}\n'


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("match", INSERTS, '{"eventName": "€"}'), b"no   RECORDS:1 \\u20ac\n"),
        (("render", '{"id": <$.eventID>}', '{"eventID": "€"}'), '{"id": "€"}\n'.encode()),
    ],
)
def test_another_encoding(arguments: tuple[str, ...], expected: bytes) -> None:
    """
    Where the encoding lacks a character its escape is shown; payloads are JSON, and so UTF-8.
    """
    environment = {**WITHOUT, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run([*PROGRAM, *arguments], capture_output=True, env=environment, check=False)

    assert done.stdout == expected


@pytest.mark.parametrize("command", ["check", "match", "explain", "render", "simulate"])
def test_help_has_examples_and_exit_status(shell: Shell, command: str) -> None:
    """
    A reader of --help can copy a line, learns the exit status, and needs no more than 80 columns.
    """
    status, out, _ = shell(command, "--help")

    assert status == 0
    assert f"  Examples:\n    pipes-trigger {command} " in out
    assert "xit status" in out.replace("\n", " ")
    assert max(map(len, out.splitlines())) <= 80
