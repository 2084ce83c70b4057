"""
`pipes-trigger check`: everything that is wrong, and whether it all fits together.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Shell = Callable[..., tuple[int, str, str]]
    Template = Callable[..., dict[str, Any]]

INSERTS = '{"eventName": ["INSERT"]}'
NEW_IMAGE = '{"item": <$.dynamodb.NewImage>}'


def test_every_fault_of_every_pattern(shell: Shell, tmp_path: Path) -> None:
    """
    Each pattern is checked; each fault has its rule, path, problem and fix.
    """
    (tmp_path / "good.json").write_text(INSERTS)
    (tmp_path / "bad.json").write_text('{"eventName": "INSERT", "dynamodb": {"newImage": {"id": {"S": ["x"]}}}}')

    assert shell("check", "good.json", "bad.json", '{"awsRegion": ["eu-west-1"]}') == (
        1,
        "good.json: ok\n"
        "bad.json: 2 errors\n"
        "error [FP003] bad.json['eventName']\n"
        "  match values must be a list, got 'INSERT'\n"
        "  fix: write ['INSERT']\n"
        "error [FP030] bad.json['dynamodb']['newImage']\n"
        "  'dynamodb' has no field 'newImage'\n"
        "  fix: did you mean 'NewImage'?\n"
        "PATTERNS: 1 warning\n"
        "warning [FW001] PATTERNS['awsRegion']\n"
        "  the service's documentation says that this field cannot be filtered\n"
        "  fix: try it before you rely on it\n",
        "",
    )


def test_warnings_fail_a_strict_check(shell: Shell) -> None:
    """
    A warning alone fails only with --strict.
    """
    pattern = '{"eventName": ["INSERT", "MODIFY", "REMOVE"]}'

    assert [shell("check", pattern)[0], shell("check", pattern, "--strict")[0]] == [0, 1]
    assert "warning [FW003] PATTERNS\n" in shell("check", pattern)[1]


def test_checked_for_machines(shell: Shell) -> None:
    """
    --json prints one object for each subject.
    """
    status, out, err = shell("check", "-", "--json", stdin='{"eventName": "INSERT"}')

    problem, fix = "match values must be a list, got 'INSERT'", "write ['INSERT']"
    violation = {"rule": "FP003", "path": "stdin['eventName']", "problem": problem, "fix": fix}
    assert (status, err) == (1, "")
    assert json.loads(out) == {"subject": "stdin", "violations": [violation], "warnings": []}


def test_a_template_that_fits(shell: Shell) -> None:
    """
    Patterns with a template are the filters of one pipe; the view type decides what there is.
    """
    arguments = ("check", INSERTS, "--template", NEW_IMAGE)

    assert shell(*arguments) == (0, "PATTERNS: ok\nTEMPLATE: ok\n", "")
    assert shell(*arguments, "--view-type", "NEW_IMAGE")[0] == 0
    assert shell(*arguments, "--view-type", "KEYS_ONLY")[0] == 1


def test_a_template_that_does_not_fit(shell: Shell, tmp_path: Path) -> None:
    """
    A record that passes and breaks the template is shown, with the file of the template.
    """
    (tmp_path / "template.json").write_text(NEW_IMAGE + "\n")
    keys = '{"id": {"S": "value-0"}}'

    assert shell("check", '{"eventName": ["REMOVE"]}', "--template", "template.json") == (
        1,
        "PATTERNS: ok\n"
        "template.json: 1 error\n"
        "error [PR001] template.json <$.dynamodb.NewImage>\n"
        f'  a record {{"eventName": "REMOVE", "dynamodb": {{"Keys": {keys}, "OldImage": {keys}}}}} lacks it, '
        'and the filter {"eventName":["REMOVE"]} lets it through\n'
        '  fix: filter on {"eventName": ["INSERT", "MODIFY"]}, or pass <$.dynamodb>\n',
        "",
    )


def test_a_template_alone(shell: Shell) -> None:
    """
    Without a pattern everything passes; a template that is wrong in itself is not proved.
    """
    assert shell("check", "--template", '{"id": <$.eventID>}') == (0, "TEMPLATE: ok\n", "")
    assert "there is no filter" in shell("check", "--template", NEW_IMAGE)[1]
    assert shell("check", "--template", '{"id": <$.eventID>]') == (
        1,
        "TEMPLATE: 1 error\n"
        "error [IT005] TEMPLATE, line 1, column 19\n"
        "  is no JSON once the placeholders are filled in: ']' does not belong here\n"
        "  fix: mend the JSON; a placeholder stands where a value does\n",
        "",
    )


def test_no_proof_with_a_wrong_pattern(shell: Shell) -> None:
    """
    What a wrong pattern lets through is not known, so only the template's own faults are looked for.
    """
    status, out, _ = shell("check", '{"eventName": "REMOVE"}', "--template", NEW_IMAGE)

    assert (status, out.splitlines()[-1]) == (1, "TEMPLATE: ok")


def test_filters_of_one_pipe(shell: Shell) -> None:
    """
    Filters that are there twice are a warning, and more than a pipe takes an error.
    """
    template = ("--template", '{"id": <$.eventID>}')
    twice, six = shell("check", INSERTS, INSERTS, *template), shell("check", *[INSERTS] * 6, *template)

    assert twice[:2] == (
        0,
        "PATTERNS: ok\nPATTERNS: ok\nTEMPLATE: 1 warning\n"
        "warning [FW004] PATTERNS[1]\n"
        "  is the same filter as PATTERNS[0]\n"
        "  fix: drop one of them\n",
    )
    assert six[0] == 1
    assert "error [FP020] PATTERNS\n  has 6 filters, a pipe takes 0 to 5 filters\n" in six[1]


def test_the_pipes_of_a_template(shell: Shell, tmp_path: Path, template: Template) -> None:
    """
    Every pipe is checked: its properties, its filters, its template against the table's own stream and keys.
    """
    pipes = template(
        "NEW_IMAGE",
        Good={"text": '{"order": <$.dynamodb.Keys.order.N>, "item": <$.dynamodb.NewImage>}'},
        Unfit={"text": '{"old": <$.dynamodb.OldImage>}'},
        Wrong={"batch_size": 0, "filters": ({"eventName": "INSERT"},)},
        Twice={"filters": ({"eventName": ["INSERT"]}, {"eventName": ["INSERT"]})},
        Enriched={"text": '{"any": <$.thing>}', "Enrichment": "function"},
        Unenriched={
            "Enrichment": "function",
            "EnrichmentParameters": {"InputTemplate": '{"old": <$.dynamodb.OldImage>}'},
        },
        Plain={"text": None},
    )
    (tmp_path / "stack.json").write_text(json.dumps(pipes))
    keys = '{"order": {"N": "0"}}'

    assert shell("check", "stack.json") == (
        1,
        "stack.json: Resources.Good: ok\n"
        "stack.json: Resources.Unfit: 1 error\n"
        "error [PR001] stack.json: Resources.Unfit.TargetParameters.InputTemplate <$.dynamodb.OldImage>\n"
        f'  a record {{"eventName": "INSERT", "dynamodb": {{"Keys": {keys}, "NewImage": {keys}}}}} lacks it, '
        'and the filter {"eventName":["INSERT"]} lets it through\n'
        "  fix: no record of view type NEW_IMAGE has it: change the view type, or pass <$.dynamodb>\n"
        "stack.json: Resources.Wrong: 2 errors\n"
        "error [FP003] stack.json: Resources.Wrong.FilterCriteria.Filters[0]['eventName']\n"
        "  match values must be a list, got 'INSERT'\n"
        "  fix: write ['INSERT']\n"
        "error [PS005] stack.json: Resources.Wrong.DynamoDBStreamParameters.BatchSize\n"
        "  must be 1 to 10000 records, got 0\n"
        "  fix: set it to a number within the range\n"
        "stack.json: Resources.Twice: 1 warning\n"
        "warning [FW004] stack.json: Resources.Twice.FilterCriteria.Filters[1]\n"
        "  is the same filter as stack.json: Resources.Twice.FilterCriteria.Filters[0]\n"
        "  fix: drop one of them\n"
        "stack.json: Resources.Enriched: ok\n"
        "stack.json: Resources.Unenriched: 1 error\n"
        "error [PR001] stack.json: Resources.Unenriched.EnrichmentParameters.InputTemplate <$.dynamodb.OldImage>\n"
        f'  a record {{"eventName": "INSERT", "dynamodb": {{"Keys": {keys}, "NewImage": {keys}}}}} lacks it, '
        'and the filter {"eventName":["INSERT"]} lets it through\n'
        "  fix: no record of view type NEW_IMAGE has it: change the view type, or pass <$.dynamodb>\n"
        "stack.json: Resources.Plain: ok\n",
        "",
    )


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"Type": "AWS::DynamoDB::Table", "Properties": "none"},
        {"Type": "AWS::DynamoDB::Table", "Properties": {"StreamSpecification": [], "KeySchema": {}}},
        {"Type": "AWS::DynamoDB::Table", "Properties": {"StreamSpecification": {"StreamViewType": {"Ref": "V"}}}},
        {"Type": "AWS::DynamoDB::Table", "Properties": {"KeySchema": [5, {"AttributeName": "x"}]}},
    ],
)
def test_a_table_that_says_nothing(shell: Shell, tmp_path: Path, template: Template, table: dict[str, Any]) -> None:
    """
    Where the template does not tell the view type, --view-type does.
    """
    pipes = template(Orders={"text": NEW_IMAGE})
    pipes["Resources"].pop("Table")
    pipes["Resources"] |= {"Table": table} if table else {}
    (tmp_path / "stack.json").write_text(json.dumps(pipes))

    assert shell("check", "stack.json")[0] == 0
    assert shell("check", "stack.json", "--view-type", "KEYS_ONLY")[0] == 1


def test_an_assembly(shell: Shell, tmp_path: Path, template: Template, assembly: Callable[..., None]) -> None:
    """
    All stacks of a cloud assembly are checked, each pipe with its template's file.
    """
    assembly(tmp_path / "cdk.out", {"A": template(), "B": template(Orders={}), "C": template(Orders={})})

    assert shell("check", "cdk.out") == (
        0,
        "cdk.out/B.template.json: Resources.Orders: ok\ncdk.out/C.template.json: Resources.Orders: ok\n",
        "",
    )
    assert shell("match", "cdk.out", "{}", "--pipe", "Orders")[2] == (
        "error: [SH009] cdk.out: has a pipe 'Orders' in 2 stacks; "
        "name one stack's template: cdk.out/B.template.json, cdk.out/C.template.json\n"
    )


def test_a_directory_that_is_no_assembly(shell: Shell) -> None:
    """
    The error says which command makes one.
    """
    assert shell("check", ".") == (
        2,
        "",
        "error: [CA001] .: is no cloud assembly: it has no manifest.json; "
        "run `cdk synth`, or name the directory that it wrote\n",
    )


def test_a_template_without_pipes(shell: Shell, tmp_path: Path, template: Template) -> None:
    """
    A template with nothing to check is bad input, as it is the wrong one.
    """
    (tmp_path / "stack.json").write_text(json.dumps(template()))

    assert shell("check", "stack.json") == (
        2,
        "",
        "error: [SH008] stack.json: has no pipe that reads a DynamoDB stream; "
        "name the template of the stack that holds one\n",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name a pattern, a synthesized template or cdk.out, or pass --template"),
        (("-", "-"), "PATTERNS and PATTERNS cannot both be standard input; name a file for one of them"),
        (("-", "--template", "-"), "PATTERNS and TEMPLATE cannot both be standard input; name a file for one of them"),
        (
            (INSERTS, "--template", "{}", "--service", "event_bus"),
            "--template is for a pipe, and --service event_bus has none",
        ),
        (("stack.json", "--template", "{}"), "--template is for patterns, and stack.json is a synthesized template"),
        (
            ("stack.json", "--service", "event_bus"),
            "--service event_bus is for patterns, and stack.json is a synthesized template",
        ),
    ],
)
def test_what_does_not_go_together(
    shell: Shell, tmp_path: Path, template: Template, arguments: tuple[str, ...], message: str
) -> None:
    """
    What cannot be meant is bad input.
    """
    (tmp_path / "stack.json").write_text(json.dumps(template(Orders={})))
    status, out, err = shell("check", *arguments)

    assert (status, out, err.splitlines()[-1]) == (2, "", f"Error: {message}")


def test_an_event_bus_pattern(shell: Shell) -> None:
    """
    With --service event_bus the grammar alone holds.
    """
    assert shell("check", "--service", "event_bus", '{"detail": {"name": [{"wildcard": "a*"}]}}')[0] == 0


def test_an_argument_that_is_no_file_name(shell: Shell) -> None:
    """
    What is too long for a file name is no directory and cannot be read.
    """
    name = "[" * 300

    assert shell("check", name)[2] == (
        f"error: [SH001] {name}: cannot be read: File name too long; "
        "name a file that can be read, or - for standard input\n"
    )
