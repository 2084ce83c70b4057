"""
`pipes-trigger render`: what records become.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Shell = Callable[..., tuple[int, str, str]]

STATUS = '{"to": <$.dynamodb.NewImage.status.S>}'
MISSING = (
    "[IT101] <$.dynamodb.NewImage.status.S>: is not in this record, and AWS does not say what comes out then; "
    "filter such records out, or pass <$.dynamodb> on"
)


def test_what_pipes_would_make(shell: Shell, tmp_path: Path, lines: str) -> None:
    """
    Standard output holds what is made and nothing else; a record that cannot be rendered is reported and fails.
    """
    (tmp_path / "template.json").write_text(STATUS + "\n")

    assert shell("render", "template.json", stdin=lines) == (
        1,
        '{"to": "PLACED"}\n{"to": "PAID"}\n',
        f"stdin:3: {MISSING}\n",
    )


def test_all_rendered(shell: Shell, lines: str) -> None:
    """
    Exit status 0 says that every record could be rendered.
    """
    assert shell("render", STATUS, stdin=lines.splitlines()[0]) == (0, '{"to": "PLACED"}\n', "")


def test_free_text(shell: Shell, tmp_path: Path) -> None:
    """
    Free text is shown as the JSON string that a function gets, in UTF-8.
    """
    (tmp_path / "template.txt").write_text("id is <$.eventID>!\n")

    assert shell("render", "template.txt", '{"eventID": "é\\n"}') == (0, '"id is é\\n!"\n', "")


def test_rendered_for_machines(shell: Shell, changes: list[dict[str, Any]]) -> None:
    """
    --json gives each record's result, or what is wrong with it, as data.
    """
    status, out, err = shell("render", STATUS, "--json", stdin=json.dumps(changes[1:]))

    rule, path = "IT101", "<$.dynamodb.NewImage.status.S>"
    problem = "is not in this record, and AWS does not say what comes out then"
    fix = "filter such records out, or pass <$.dynamodb> on"
    assert (status, err) == (1, "")
    assert [json.loads(line) for line in out.splitlines()] == [
        {"record": "stdin:1[0]", "rendered": {"to": "PAID"}},
        {"record": "stdin:1[1]", "violations": [{"rule": rule, "path": path, "problem": problem, "fix": fix}]},
    ]


def test_free_text_for_machines(shell: Shell, tmp_path: Path) -> None:
    """
    Rendered free text is a string.
    """
    (tmp_path / "template.txt").write_text("id <$.eventID>")

    assert shell("render", "template.txt", '{"eventID": "1"}', "--json")[1] == (
        '{"record": "RECORDS:1", "rendered": "id 1"}\n'
    )


def test_reserved_variables(shell: Shell) -> None:
    """
    A reserved variable has the value of --variable; without one, the option is named.
    """
    template = '{"by": <aws.pipes.pipe-name>}'

    assert shell("render", template, "{}", "--variable", "aws.pipes.pipe-name=a=b") == (0, '{"by": "a=b"}\n', "")
    assert shell("render", template, "{}") == (
        1,
        "",
        "RECORDS:1: [IT103] <aws.pipes.pipe-name>: has no value here; pass --variable aws.pipes.pipe-name=...\n",
    )


def test_unknown_variables(shell: Shell) -> None:
    """
    Every variable that is none is named, with the nearest one.
    """
    options = ("--variable", "aws.pipes.name=x", "--variable", "aws.pipes.pipe-arn")

    assert shell("render", STATUS, "{}", *options) == (
        2,
        "",
        "error: 2 faults in the input:\n"
        "  [SH010] --variable: there is no variable 'aws.pipes.name'; did you mean 'aws.pipes.pipe-name'?\n"
        "  [SH010] --variable: must be NAME=VALUE, got 'aws.pipes.pipe-arn'; did you mean 'aws.pipes.pipe-arn'?\n",
    )


def test_a_template_that_is_wrong(shell: Shell, tmp_path: Path) -> None:
    """
    Every fault of the template is named by file, line and column.
    """
    (tmp_path / "template.json").write_text('{"id": <$.eventID>,\n "by": <aws.pipes.name>,\n "x": <$.a b>}')

    assert shell("render", "template.json", "{}") == (
        2,
        "",
        "error: 2 faults in the input template:\n"
        "  [IT004] template.json, line 2, column 8: there is no variable <aws.pipes.name>; "
        "did you mean 'aws.pipes.pipe-name'?\n"
        "  [IT003] template.json, line 3, column 7: <$.a b> is no path that Pipes reads; "
        "write field names (letters, digits, - _ /) and indices, as <$.dynamodb.Keys.id.S> or <$.lines[0]>\n",
    )
