"""
`pipes-trigger match`: which records match, however they are written.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.filters import fields

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Shell = Callable[..., tuple[int, str, str]]
    Template = Callable[..., dict[str, Any]]

INSERTS = '{"eventName": ["INSERT"]}'


def test_a_verdict_per_record(shell: Shell, tmp_path: Path, lines: str) -> None:
    """
    Verdicts with the line, the event name and the keys go to standard output, the sum to standard error.
    """
    (tmp_path / "inserts.json").write_text(INSERTS)
    (tmp_path / "records.jsonl").write_text(lines)

    assert shell("match", "inserts.json", "records.jsonl") == (
        0,
        "yes  records.jsonl:1 INSERT id=o-1\nno   records.jsonl:2 MODIFY id=o-1\nno   records.jsonl:3 REMOVE id=o-1\n",
        "1 of 3 records matches\n",
    )


@pytest.mark.parametrize(
    ("written", "places"),
    [
        (lambda records: "\n".join(map(json.dumps, records)), ["stdin:1", "stdin:2", "stdin:3"]),
        (lambda records: "\ufeff" + "\r\n\r\n".join(map(json.dumps, records)), ["stdin:1", "stdin:3", "stdin:5"]),
        (json.dumps, ["stdin:1[0]", "stdin:1[1]", "stdin:1[2]"]),
        (lambda records: json.dumps(records, indent=2), ["stdin[0]", "stdin[1]", "stdin[2]"]),
        (
            lambda records: json.dumps({"Records": records}, indent=0),
            ["stdin['Records'][0]", "stdin['Records'][1]", "stdin['Records'][2]"],
        ),
        (
            lambda records: '{"Records": [\n' + ",\n".join(map(json.dumps, records)) + "\n]}",
            ["stdin['Records'][0]", "stdin['Records'][1]", "stdin['Records'][2]"],
        ),
        (lambda records: json.dumps(records[0], indent=2), ["stdin"]),
        (
            lambda records: json.dumps(records[0]) + "\n" + json.dumps({"Records": records[1:]}),
            ["stdin:1", "stdin:2['Records'][0]", "stdin:2['Records'][1]"],
        ),
        (lambda _: "", []),
        (lambda _: "\n \n", []),
    ],
)
def test_every_way_to_write_records(
    shell: Shell, changes: list[dict[str, Any]], written: Callable[[Any], str], places: list[str]
) -> None:
    """
    JSON lines, a list, an envelope and one record are read alike, each record with its place.
    """
    status, out, err = shell("match", INSERTS, stdin=written(changes))

    assert [line.split()[1] for line in out.splitlines()] == places
    assert (status, err) == (
        0 if places else 1,
        f"{1 if places else 0} of {len(places)} record{'s' * (len(places) != 1)} match{'es' * bool(places)}\n",
    )


def test_none_matches(shell: Shell, lines: str) -> None:
    """
    Exit status 1 says that no record matches.
    """
    status, out, _ = shell("match", '{"eventName": ["REMOVE"]}', lines.splitlines()[0])

    assert (status, out) == (1, "no   RECORDS:1 INSERT id=o-1\n")


def test_for_machines(shell: Shell, lines: str) -> None:
    """
    --json prints one object a record and nothing else.
    """
    assert shell("match", INSERTS, "-", "--json", stdin=lines) == (
        0,
        '{"record": "stdin:1", "matches": true}\n'
        '{"record": "stdin:2", "matches": false}\n'
        '{"record": "stdin:3", "matches": false}\n',
        "",
    )


def test_pattern_from_stdin(shell: Shell, tmp_path: Path, lines: str) -> None:
    """
    Either input may be standard input.
    """
    (tmp_path / "records.jsonl").write_text(lines)

    assert shell("match", "-", "records.jsonl", stdin=INSERTS)[0] == 0


def test_an_event_bus(shell: Shell) -> None:
    """
    With --service event_bus any event is matched by the whole grammar, numbers as they are spelled.
    """
    pattern = '{"size": [1e400], "name": [{"wildcard": "a*"}]}'
    status, out, _ = shell("match", "--service", "event_bus", pattern, '{"size": 1e400, "name": "ab"}')

    assert (status, out) == (0, "yes  RECORDS:1\n")


def test_what_a_terminal_would_obey_is_escaped(shell: Shell) -> None:
    """
    Records cannot send control sequences to a terminal.
    """
    record = json.dumps({"eventName": "\x1b[2J", "dynamodb": {"Keys": {"id": {"S": "\ud800"}, "n": 5}}})

    assert shell("match", INSERTS, record)[1] == "no   RECORDS:1 '\\x1b[2J' id='\\ud800' n=5\n"


def test_the_filters_of_a_pipe(shell: Shell, tmp_path: Path, lines: str, template: Template) -> None:
    """
    A record matches a pipe if one of its filters lets it through, or if there is none.
    """
    filters = ({"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]})
    both = template(Some={"filters": filters}, Every={"filters": ()})
    (tmp_path / "a.json").write_text(json.dumps(both))
    (tmp_path / "records.jsonl").write_text(lines)

    assert shell("match", "a.json", "records.jsonl", "--pipe", "Some")[2] == "2 of 3 records match\n"
    assert shell("match", "a.json", "records.jsonl", "--pipe", "Every")[2] == "3 of 3 records match\n"


def test_a_pattern_that_is_wrong(shell: Shell, tmp_path: Path) -> None:
    """
    All that is wrong with the pattern is named, with its file, before any record is read.
    """
    (tmp_path / "bad.json").write_text('{"eventName": "INSERT",\n "dynamo": {"x": [1]}}')

    assert shell("match", "bad.json", "no such file") == (
        2,
        "",
        "error: 2 faults in the filter pattern:\n"
        "  [FP003] bad.json['eventName']: match values must be a list, got 'INSERT'; write ['INSERT']\n"
        "  [FP030] bad.json['dynamo']: a record has no field 'dynamo'; did you mean 'dynamodb'?\n",
    )


def test_a_pattern_that_is_no_json(shell: Shell, tmp_path: Path) -> None:
    """
    File, line and column are named.
    """
    (tmp_path / "bad.json").write_text('{"eventName":\n  ["INSERT",]}')

    assert shell("match", "bad.json")[2] == (
        "error: [FP001] bad.json: is not JSON at line 2, column 13: expected a value, found ']'; write valid JSON\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("match", "-", "-"),
            "Error: PATTERN and RECORDS cannot both be standard input; name a file for one of them\n",
        ),
        (
            ("explain", "-"),
            "Error: PATTERN and RECORDS cannot both be standard input; name a file for one of them\n",
        ),
        (
            ("match", INSERTS, "--pipe", "Orders"),
            "Error: --pipe chooses from a synthesized template, and PATTERN is none\n",
        ),
        (
            ("match", "pipe.json", "--service", "event_bus"),
            "Error: --service event_bus is for a pattern, and pipe.json is a synthesized template\n",
        ),
    ],
)
def test_options_that_do_not_go_together(
    shell: Shell, tmp_path: Path, template: Template, arguments: tuple[str, ...], message: str
) -> None:
    """
    What cannot be meant is bad input, and the message says what does not fit.
    """
    (tmp_path / "pipe.json").write_text(json.dumps(template(Orders={})))
    status, out, err = shell(*arguments)

    assert (status, out) == (2, "")
    assert err.endswith(message)


@pytest.mark.parametrize(
    ("pipe", "message"),
    [
        (None, "[SH009] pipes.json: has 2 pipes: Orders, Others; pass --pipe, one of them"),
        ("Order", "[SH009] pipes.json: has no pipe 'Order'; did you mean 'Orders'?"),
    ],
)
def test_no_one_pipe_is_meant(shell: Shell, tmp_path: Path, template: Template, pipe: str | None, message: str) -> None:
    """
    Of several pipes one must be named, by its logical id.
    """
    (tmp_path / "pipes.json").write_text(json.dumps(template(Orders={}, Others={})))

    assert shell("match", "pipes.json", *(["--pipe", pipe] if pipe else [])) == (2, "", f"error: {message}\n")


def test_a_record_that_cannot_be_matched(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A record whose lists nest beyond what is followed is named.
    """
    monkeypatch.setattr(fields, "MOST_ELEMENTS", 1)
    record = '{"a": [[{"b": 1}, {}], {}]}'

    for command in ("match", "explain"):
        assert shell(command, "--service", "event_bus", '{"a": {"b": [3]}}', record) == (
            2,
            "",
            "error: [FP040] RECORDS:1: record: its fields are in more than 1 elements of lists within lists; "
            "nest fewer lists\n",
        )
