"""
`pipes-trigger simulate`: the payloads, batch by batch.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.spec import PipeSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    Shell = Callable[..., tuple[int, str, str]]
    Template = Callable[..., dict[str, Any]]

ANY = {"filters": (), "text": '{"name": "<$.eventName>"}'}


@pytest.fixture
def stack(tmp_path: Path, template: Template) -> Callable[..., str]:
    """
    Return a function that writes a template with one pipe and returns the file's name.
    """

    def write(**pipe: Any) -> str:
        (tmp_path / "stack.json").write_text(json.dumps(template(Orders=pipe)))
        return "stack.json"

    return write


def test_batch_by_batch(shell: Shell, stack: Callable[..., str], lines: str) -> None:
    """
    Standard output holds the payloads, standard error what went into them.
    """
    assert shell("simulate", stack(**ANY), stdin=lines) == (
        0,
        '[{"name": "INSERT"},{"name": "MODIFY"}]\n[{"name": "REMOVE"}]\n',
        "batch 1, 2 records: stdin:1 to stdin:2\nbatch 2, 1 record: stdin:3\n2 batches of 3 records, 0 filtered out\n",
    )


@pytest.mark.parametrize("text", [None, '{"name": "<$.eventName>"}', "free <$.eventName>", "<aws.pipes.event>"])
def test_as_the_library_says(
    shell: Shell, stack: Callable[..., str], changes: list[dict[str, Any]], text: str | None
) -> None:
    """
    The payloads are those of PipeSpec.simulate.
    """
    filters = ({"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]})
    made = stack(filters=filters, text=text, batch_size=1)
    out = shell("simulate", made, stdin=json.dumps(changes))[1]

    spec = PipeSpec.from_template(Path(made))
    assert tuple(json.loads(line) for line in out.splitlines()) == spec.simulate(changes)
    assert len(out.splitlines()) == 2


def test_nothing_passes(shell: Shell, stack: Callable[..., str], lines: str) -> None:
    """
    Exit status 1 says that the function is not invoked.
    """
    made = stack(filters=({"eventName": ["INSERT"]},))

    assert shell("simulate", made, lines.splitlines()[1]) == (1, "", "0 batches of 1 record, 1 filtered out\n")


def test_a_record_that_cannot_be_rendered(shell: Shell, stack: Callable[..., str], lines: str) -> None:
    """
    It is named and left out, and the simulation fails.
    """
    made = stack(filters=(), text='{"to": <$.dynamodb.NewImage.status.S>}')

    assert shell("simulate", made, stdin=lines) == (
        1,
        '[{"to": "PLACED"},{"to": "PAID"}]\n',
        "batch 1, 2 records: stdin:1 to stdin:2\n"
        "stdin:3: [IT101] <$.dynamodb.NewImage.status.S>: is not in this record, and AWS does not say what comes out "
        "then; filter such records out, or pass <$.dynamodb> on\n"
        "1 batch of 3 records, 0 filtered out, 1 could not be rendered\n",
    )


def test_simulated_for_machines(shell: Shell, stack: Callable[..., str], changes: list[dict[str, Any]]) -> None:
    """
    --json prints one object for each batch and for each record that cannot be rendered.
    """
    made = stack(filters=(), text='{"to": <$.dynamodb.NewImage.status.S>}')
    status, out, err = shell("simulate", made, "--json", stdin=json.dumps([changes[2], changes[0]]))

    violation = {
        "rule": "IT101",
        "path": "<$.dynamodb.NewImage.status.S>",
        "problem": "is not in this record, and AWS does not say what comes out then",
        "fix": "filter such records out, or pass <$.dynamodb> on",
    }
    assert (status, err) == (1, "")
    assert [json.loads(line) for line in out.splitlines()] == [
        {"record": "stdin:1[0]", "violations": [violation]},
        {"batch": 1, "records": ["stdin:1[1]"], "payload": [{"to": "PLACED"}]},
    ]


def test_the_pipes_own_variables(shell: Shell, stack: Callable[..., str]) -> None:
    """
    Reserved variables have the template's values, or those of --variable.
    """
    made = stack(filters=(), text='{"to": <aws.pipes.target-arn>, "by": <aws.pipes.pipe-arn>}')
    given = ("--variable", "aws.pipes.pipe-arn=arn")

    assert shell("simulate", made, "{}", *given)[1] == '[{"to": "function", "by": "arn"}]\n'
    assert "pass --variable aws.pipes.pipe-arn=..." in shell("simulate", made, "{}")[2]


def test_an_enrichment(shell: Shell, stack: Callable[..., str]) -> None:
    """
    What an enrichment answers is not known, so nothing is guessed.
    """
    assert shell("simulate", stack(Enrichment="function"), "{}") == (
        2,
        "",
        "error: [PS007] stack.json: Resources.Orders: has an enrichment between filter and target, and what that "
        "answers is not known here; ask `match` which records reach it\n",
    )


def test_a_pipe_that_is_wrong(shell: Shell, stack: Callable[..., str]) -> None:
    """
    Everything that is wrong with the pipe is named, with the file.
    """
    assert shell("simulate", stack(batch_size=0), "{}") == (
        2,
        "",
        "error: [PS005] stack.json: Resources.Orders.DynamoDBStreamParameters.BatchSize: "
        "must be 1 to 10000 records, got 0; set it to a number within the range\n",
    )


def test_what_is_no_synthesized_template(shell: Shell) -> None:
    """
    A pattern is not simulated, and text that is no JSON is named by line and column.
    """
    assert shell("simulate", '{"eventName": ["INSERT"]}', "{}")[2] == (
        "error: [SH007] SYNTHESIZED: is no synthesized template: it has no Resources; "
        "name cdk.out, or a template in it\n"
    )
    assert shell("simulate", "{", "{}")[2] == (
        "error: [SH004] SYNTHESIZED: is not JSON at line 1, column 2: expected a key in double quotes, "
        "found the end of the text; write valid JSON\n"
    )


def test_half_a_surrogate_pair(shell: Shell, stack: Callable[..., str]) -> None:
    """
    A string that no UTF-8 text can hold keeps its escape.
    """
    assert shell("simulate", stack(filters=(), text=None), '{"a": "\\ud800"}')[1] == '[{"a":"\\ud800"}]\n'


def test_a_record_that_cannot_be_filtered(
    shell: Shell, stack: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A record whose lists nest beyond what is followed is named.
    """
    monkeypatch.setattr("pipes_trigger.filters.fields.MOST_ELEMENTS", 1)
    made = stack(filters=({"dynamodb": {"NewImage": {"a": {"L": {"S": ["x"]}}}}},))
    record = '{"dynamodb": {"NewImage": {"a": {"L": [[{"S": 1}, {}], {}]}}}}'

    assert shell("simulate", made, record)[2] == (
        "error: [FP040] RECORDS:1: record: its fields are in more than 1 elements of lists within lists; "
        "nest fewer lists\n"
    )
