"""
A shell in this process, and what most tests put into its directory.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.cli import main
from pipes_trigger.testing import Stream

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

INSERTS = {"eventName": ["INSERT"]}


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """
    Return a function that runs the command line in an empty directory: exit status, standard output, standard error.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)

    def run(*arguments: str, stdin: str | bytes = b"", merged: bool = False) -> tuple[int, str, str]:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        printed, told = io.BytesIO(), io.BytesIO()
        out = io.TextIOWrapper(printed, encoding="utf-8", write_through=True)
        err = out if merged else io.TextIOWrapper(told, encoding="utf-8", write_through=True)
        status = 0
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main(arguments)
            except SystemExit as ended:
                status = int(ended.code or 0)
        return status, printed.getvalue().decode(), told.getvalue().decode()

    return run


@pytest.fixture
def changes() -> list[dict[str, Any]]:
    """
    Return an order's life: placed, paid, removed.
    """
    stream = Stream()
    placed, paid = {"id": "o-1", "status": "PLACED"}, {"id": "o-1", "status": "PAID"}
    return [stream.insert(placed), stream.modify(placed, paid), stream.remove(paid)]


@pytest.fixture
def lines(changes: list[dict[str, Any]]) -> str:
    """
    Return the order's life as JSON lines.
    """
    return "".join(f"{json.dumps(each)}\n" for each in changes)


@pytest.fixture
def template() -> Callable[..., dict[str, Any]]:
    """
    Return a function that makes a synthesized template with a table and one pipe per keyword.
    """

    def pipe(
        *,
        filters: tuple[dict[str, Any], ...] = (INSERTS,),
        text: str | None = '{"id": <$.eventID>}',
        batch_size: int = 2,
        **more: Any,
    ) -> dict[str, Any]:
        stream = {"StartingPosition": "LATEST", "BatchSize": batch_size}
        criteria = {"Filters": [{"Pattern": json.dumps(each)} for each in filters]}
        return {
            "Type": "AWS::Pipes::Pipe",
            "Properties": {
                "Source": {"Fn::GetAtt": ["Table", "StreamArn"]},
                "Target": "function",
                "SourceParameters": {"DynamoDBStreamParameters": stream, "FilterCriteria": criteria},
                "TargetParameters": {"InputTemplate": text} if text else {},
                **more,
            },
        }

    def make(view_type: str = "NEW_AND_OLD_IMAGES", **pipes: dict[str, Any]) -> dict[str, Any]:
        table = {
            "StreamSpecification": {"StreamViewType": view_type},
            "AttributeDefinitions": [{"AttributeName": "order", "AttributeType": "N"}],
            "KeySchema": [{"AttributeName": "order", "KeyType": "HASH"}],
        }
        resources = {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": table}}
        return {"Resources": resources | {name: pipe(**each) for name, each in pipes.items()}}

    return make


@pytest.fixture
def assembly() -> Callable[[Path, dict[str, dict[str, Any]]], None]:
    """
    Return a function that writes a cloud assembly: templates by the names of their stacks.
    """

    def write(directory: Path, templates: dict[str, dict[str, Any]]) -> None:
        directory.mkdir()
        artifacts = {}
        for name, each in templates.items():
            (directory / f"{name}.template.json").write_text(json.dumps(each), encoding="utf-8")
            artifacts[name] = {
                "type": "aws:cloudformation:stack",
                "environment": "aws://111122223333/eu-west-1",
                "properties": {"templateFile": f"{name}.template.json"},
            }
        manifest = {"version": "55.0.0", "artifacts": artifacts}
        (directory / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    return write
