"""
`pipes-trigger permissions`: what it prints, and what its exit status says.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.permissions import explain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Shell = Callable[..., tuple[int, str, str]]

READ = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
SEND = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": ["Queue", "Arn"]}}


def with_role(made: dict[str, Any], *actions: str) -> dict[str, Any]:
    """
    Give every pipe of a template a role that may do something to the stream, and a queue as its target.
    """
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": {"Fn::GetAtt": ["Table", "StreamArn"]}}
    policy = {"PolicyName": "Pipe", "PolicyDocument": {"Statement": [statement, SEND]}}
    for pipe in made["Resources"].values():
        if pipe["Type"] == "AWS::Pipes::Pipe":
            pipe["Properties"] |= {
                "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                "Target": {"Fn::GetAtt": ["Queue", "Arn"]},
            }
    made["Resources"] |= {
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}},
    }
    return made


def test_all_needed(shell: Shell, template: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    """
    Where all that is granted is needed, the status says yes.
    """
    text = json.dumps(with_role(template(Orders={}), *READ))
    (tmp_path / "t.json").write_text(text, encoding="utf-8")

    status, printed, told = shell("permissions", "t.json")
    assert (status, told) == (0, "")
    assert printed.startswith(
        "t.json: Resources.Orders: 5 permissions, all needed\n"
        "\n"
        "the pipe's role, ${Role.Arn}\n"
        "  may, on ${Table.StreamArn}\n"
        "    dynamodb:DescribeStream\n"
        "      The pipe finds the shards of the stream.\n"
        "      call: DescribeStream, by EventBridge Pipes while it polls the stream\n"
    )
    assert printed.endswith(
        "  may, on ${Queue.Arn}\n"
        "    sqs:SendMessage\n"
        "      The pipe puts every batch into this queue.\n"
        "      call: SendMessage, by EventBridge Pipes for every batch that passed the filters\n"
    )


def test_beyond(shell: Shell, template: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    """
    What no call needs is marked, and the status says no.
    """
    text = json.dumps(with_role(template(Orders={}), *READ, "dynamodb:DeleteTable"))
    (tmp_path / "t.json").write_text(text, encoding="utf-8")

    status, printed, _ = shell("permissions", "t.json")
    assert status == 1
    assert printed.splitlines()[0] == "t.json: Resources.Orders: 6 permissions, 1 beyond what is needed"
    assert (
        "  ! dynamodb:DeleteTable\n"
        "      Granted beyond what pipes-trigger needs; added by the app, or by a strategy of its own.\n"
        "  may, on ${Queue.Arn}\n"
    ) in printed


def test_missing(shell: Shell, template: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    """
    What a call needs and nothing grants is marked, too, and the status says no.
    """
    text = json.dumps(with_role(template(Orders={}), *READ[1:]))
    (tmp_path / "t.json").write_text(text, encoding="utf-8")

    status, printed, _ = shell("permissions", "t.json")
    assert status == 1
    assert printed.splitlines()[0] == "t.json: Resources.Orders: 4 permissions, 1 missing"
    assert printed.endswith(
        "  lacks, on ${Table.StreamArn}\n"
        "  ! dynamodb:DescribeStream\n"
        "      The pipe finds the shards of the stream. But nothing grants it.\n"
        "      call: DescribeStream, by EventBridge Pipes while it polls the stream\n"
    )


def test_every_pipe_of_an_assembly(
    shell: Shell,
    template: Callable[..., dict[str, Any]],
    assembly: Callable[[Path, dict[str, Any]], None],
    tmp_path: Path,
) -> None:
    """
    Without an argument the assembly in cdk.out is read, pipe by pipe; one can be chosen.
    """
    assembly(tmp_path / "cdk.out", {"App": with_role(template(Orders={}, Parcels={}), *READ)})

    status, printed, _ = shell("permissions")
    headings = [line for line in printed.splitlines() if "permission" in line]
    assert (status, headings) == (
        0,
        [
            "cdk.out/App.template.json: Resources.Orders: 5 permissions, all needed",
            "cdk.out/App.template.json: Resources.Parcels: 5 permissions, all needed",
        ],
    )
    _, chosen, _ = shell("permissions", "--pipe", "Parcels")
    assert [line for line in chosen.splitlines() if "permission" in line] == headings[1:]


def test_json(shell: Shell, template: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    """
    For machines there is one object a line, with every field and the file.
    """
    made = with_role(template(Orders={}), *READ, "dynamodb:DeleteTable")
    (tmp_path / "t.json").write_text(json.dumps(made), encoding="utf-8")

    status, printed, _ = shell("permissions", "t.json", "--json")
    lines = [json.loads(line) for line in printed.splitlines()]
    assert status == 1
    assert lines[1] == {
        "file": "t.json",
        "pipe": "Orders",
        "principal": "${Role.Arn}",
        "who": "the pipe's role",
        "effect": "Allow",
        "action": "dynamodb:GetRecords",
        "resource": "${Table.StreamArn}",
        "condition": None,
        "why": "The pipe reads the changes.",
        "call": "GetRecords, by EventBridge Pipes while it polls the stream",
        "source": "EventBridge user guide, Pipes permissions",
        "needed": True,
        "where": "inline policy Pipe of Role",
    }
    assert [(line["action"], line["needed"]) for line in lines] == [(one.action, one.needed) for one in explain(made)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [("{}", "SH007"), ('{"Resources": {}}', "SH008"), ("nothing", "SH004")],
)
def test_what_cannot_be_read(shell: Shell, text: str, rule: str, tmp_path: Path) -> None:
    """
    What is no template with a pipe is bad input.
    """
    (tmp_path / "t.json").write_text(text, encoding="utf-8")

    status, printed, told = shell("permissions", "t.json")
    assert (status, printed) == (2, "")
    assert f"[{rule}]" in told


def test_no_such_pipe(shell: Shell, template: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    """
    A pipe that is not there is bad input, too.
    """
    (tmp_path / "t.json").write_text(json.dumps(with_role(template(Orders={}), *READ)), encoding="utf-8")

    assert shell("permissions", "t.json", "--pipe", "Ordres") == (
        2,
        "",
        "error: [SH009] t.json: has no pipe 'Ordres'; did you mean 'Orders'?\n",
    )


@pytest.mark.parametrize("columns", [40, 60])
def test_on_a_narrow_terminal(template: Callable[..., dict[str, Any]], tmp_path: Path, columns: int) -> None:
    """
    On a terminal no line is longer than it is wide, and what is beyond need is in colour, unless NO_COLOR is set.
    """
    made = with_role(template(Orders={}), *READ, "dynamodb:DeleteTable")
    (tmp_path / "t.json").write_text(json.dumps(made), encoding="utf-8")

    plain, coloured = on_terminal(tmp_path, columns, {"NO_COLOR": "1"}), on_terminal(tmp_path, columns, {})
    assert "\x1b[" not in plain
    assert "\x1b[31m" in coloured
    assert max(len(line) for line in plain.splitlines()[1:]) <= columns
    assert " ".join(plain.split()).count("by EventBridge Pipes while it polls the stream") == 4


def on_terminal(directory: Path, columns: int, environment: dict[str, str]) -> str:
    """
    Run the command in a terminal and give what it shows.
    """
    ours, theirs = pty.openpty()
    inherited = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    command = [sys.executable, "-c", "from pipes_trigger.cli import main; main()", "permissions", "t.json"]
    with subprocess.Popen(
        command,
        cwd=directory,
        stdout=theirs,
        stderr=theirs,
        env={**inherited, "COLUMNS": str(columns), **environment},
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:
            pass  # what Linux says when nobody holds the other end any longer
        process.wait()
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")
