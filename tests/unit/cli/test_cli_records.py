"""
Reading records: every fault is named with its place, and nothing is read without a bound.
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from pipes_trigger.cli import records, sources

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Shell = Callable[..., tuple[int, str, str]]

INSERTS = '{"eventName": ["INSERT"]}'
GOOD = '{"eventName": "INSERT"}'
IS_NO_RECORD = 'write a record, a list of records, or {"Records": [...]}'


def faults(*lines: str) -> str:
    """
    Write the error of several faults.
    """
    return "\n  ".join([f"error: {len(lines)} faults in the input:", *lines]) + "\n"


def test_every_bad_line(shell: Shell) -> None:
    """
    Good lines are answered, all bad ones are named at the end.
    """
    bad = [b'{"a": 1,}', b"5", b'[1, {"eventName": "REMOVE"}]', b"\xff", b'{"b": NaN}', b'{"Records": ["x"]}']
    text = b"\n".join([GOOD.encode(), *bad, GOOD.encode()])

    assert shell("match", INSERTS, stdin=text) == (
        2,
        "yes  stdin:1 INSERT\nno   stdin:4[1] REMOVE\nyes  stdin:8 INSERT\n",
        faults(
            "[SH004] stdin: is not JSON at line 2, column 9: expected a key in double quotes, found '}'; "
            "write valid JSON",
            f"[SH006] stdin:3: must be a JSON object, got 5; {IS_NO_RECORD}",
            f"[SH006] stdin:4[0]: must be a JSON object, got 1; {IS_NO_RECORD}",
            "[SH002] stdin:5: is not UTF-8 text: byte 1 is 0xff; save it as UTF-8",
            "[SH004] stdin: is not JSON at line 6, column 7: expected a value, found 'N'; write valid JSON",
            f"[SH006] stdin:7['Records'][0]: must be a JSON object, got 'x'; {IS_NO_RECORD}",
        ),
    )


def test_a_bad_first_line(shell: Shell) -> None:
    """
    JSON lines are recognized by any good line.
    """
    assert shell("match", INSERTS, stdin=f"{{\n{GOOD}\nx\n") == (
        2,
        "yes  stdin:2 INSERT\n",
        faults(
            "[SH004] stdin: is not JSON at line 1, column 2: expected a key in double quotes, "
            "found the end of the text; write valid JSON",
            "[SH004] stdin: is not JSON at line 3, column 1: expected a value, found 'x'; write valid JSON",
        ),
    )


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ('{\n "eventName": "INSERT",\n "x": ]\n}', "line 3, column 7", "expected a value, found ']'"),
        ('\n\n{\n "x": 1\n', "line 4, column 8", "expected ',' or '}', found the end of the text"),
        (f"[\n{GOOD},\n{GOOD}\n", "line 3, column 24", "expected ',' or ']', found the end of the text"),
        ("[" * 1001, "line 1, column 1001", "nests deeper than 1000 levels"),
        ("what", "line 1, column 1", "expected a value, found 'w'"),
    ],
)
def test_a_bad_document(shell: Shell, text: str, place: str, problem: str) -> None:
    """
    A document over several lines is one fault, by line and column.
    """
    assert shell("match", INSERTS, stdin=text) == (
        2,
        "",
        f"error: [SH004] stdin: is not JSON at {place}: {problem}; write valid JSON\n",
    )


def test_deep_records_are_read(shell: Shell) -> None:
    """
    What Event Ruler's reader takes is read, deeper than Python's own reader goes.
    """
    deep = '{"a":' * 999 + "1" + "}" * 999

    assert shell("match", INSERTS, stdin=deep) == (1, "no   stdin:1\n", "0 of 1 record match\n")


def test_many_faults_are_counted(shell: Shell) -> None:
    """
    A hundred faults are shown, and how many more there are.
    """
    status, _, err = shell("match", INSERTS, stdin=GOOD + "\n5" * 103)

    shown = err.splitlines()
    assert (status, len(shown)) == (2, 102)
    assert shown[-1] == "  [SH005] stdin: has 3 more faults; mend these first"


@pytest.fixture
def small_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Let 40 bytes be the most that is read at once.
    """
    monkeypatch.setattr(records, "INPUT_FILE_BYTES", 40)
    monkeypatch.setattr(sources, "INPUT_FILE_BYTES", 40)


TOO_LARGE = "is larger than 40 bytes; split it; of JSON lines only each line is bounded"


def test_only_lines_are_bounded(shell: Shell, small_bound: None) -> None:
    """
    JSON lines have no bound together; a line that is too long is named and left out.
    """
    long = json.dumps({"eventName": "x" * 100})

    assert shell("match", INSERTS, stdin=f"{GOOD}\n{GOOD}\n{long}\n{GOOD}\n") == (
        2,
        "yes  stdin:1 INSERT\nyes  stdin:2 INSERT\nyes  stdin:4 INSERT\n",
        f"error: [SH003] stdin:3: {TOO_LARGE}\n",
    )
    assert shell("match", INSERTS, stdin=long) == (2, "", f"error: [SH003] stdin:1: {TOO_LARGE}\n")


def test_a_document_over_the_bound_is_read_as_lines(shell: Shell, small_bound: None) -> None:
    """
    Lines keep their numbers where the first one is bad and the whole is no document within the bound.
    """
    assert shell("match", INSERTS, stdin=f"{{\n{GOOD}\n{GOOD}\n{GOOD}\n") == (
        2,
        "yes  stdin:2 INSERT\nyes  stdin:3 INSERT\nyes  stdin:4 INSERT\n",
        "error: [SH004] stdin: is not JSON at line 1, column 2: expected a key in double quotes, "
        "found the end of the text; write valid JSON\n",
    )


def test_other_inputs_are_bounded(shell: Shell, small_bound: None, tmp_path: Path) -> None:
    """
    A pattern over the bound is not read.
    """
    (tmp_path / "pattern.json").write_text(" " * 41)

    assert shell("match", "pattern.json") == (2, "", f"error: [SH003] pattern.json: {TOO_LARGE}\n")


def test_lines_stream() -> None:
    """
    A record is given before the next line is read.
    """
    file = BytesIO(f"{GOOD}\n".encode() * 3)
    chunks = records._chunks(file)
    positions = [file.tell() for _ in chunks]

    assert positions == [24, 48, 72]


@pytest.mark.parametrize(("name", "problem"), [("nothing.jsonl", "No such file or directory"), (".", "Is a directory")])
def test_what_cannot_be_read(shell: Shell, name: str, problem: str) -> None:
    """
    The file is named with the reason.
    """
    assert shell("match", INSERTS, name) == (
        2,
        "",
        f"error: [SH001] {name}: cannot be read: {problem}; name a file that can be read, or - for standard input\n",
    )


def test_a_pattern_that_is_no_text(shell: Shell, tmp_path: Path) -> None:
    """
    A pattern in another encoding is named with the byte.
    """
    (tmp_path / "pattern.json").write_bytes(b'{"\xe9": 1}')

    assert shell("match", "pattern.json") == (
        2,
        "",
        "error: [SH002] pattern.json: is not UTF-8 text: byte 3 is 0xe9; save it as UTF-8\n",
    )
