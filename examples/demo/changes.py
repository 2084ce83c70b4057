"""
The data set: what is done to the tables, and what each change is expected to bring about.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Fate = Literal["filter", "start", "publish", "dead-letter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """
    What one record of the stream is expected to do.

    Attributes:
        key: The item's key as it is printed, `id=req-001`.
        event: `INSERT`, `MODIFY` or `REMOVE`.
        fate: Kept out by the filter, starting a pipeline, published, or given up.
        variables: The pipeline's variables, where it starts one.
    """

    key: str
    event: str
    fate: Fate
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    One call of the DynamoDB API.

    Attributes:
        say: What it is, in words.
        table: `requests` or `orders`.
        call: The boto3 client's method.
        arguments: Its arguments; `{table}` stands for the table's name.
        expect: The records that it brings about.
        after_idle: Wait until every earlier record has met its fate.
    """

    say: str
    table: str
    call: str
    arguments: Mapping[str, Any]
    expect: tuple[Expected, ...]
    after_idle: bool

    def arguments_for(self, table_name: str) -> dict[str, Any]:
        """
        Return the arguments for boto3, with the table's name in its places and binary decoded.
        """
        arguments: dict[str, Any] = _for_boto3(self.arguments, table_name)
        if self.call in {"put_item", "update_item", "delete_item"}:
            arguments["TableName"] = table_name
        return arguments


def load_changes(path: Path) -> tuple[Change, ...]:
    """
    Read the data set.
    """
    return tuple(
        Change(
            say=change["say"],
            table=change["table"],
            call=change["call"],
            arguments=change["arguments"],
            expect=tuple(Expected(**expected) for expected in change["expect"]),
            after_idle=change.get("after") == "idle",
        )
        for change in json.loads(path.read_text(encoding="utf-8"))
    )


def _for_boto3(value: Any, table_name: str) -> Any:
    if isinstance(value, list):
        return [_for_boto3(item, table_name) for item in value]
    if not isinstance(value, dict):
        return table_name if value == "{table}" else value
    if list(value) == ["B"] and isinstance(value["B"], str):
        return {"B": base64.b64decode(value["B"])}
    return {name.replace("{table}", table_name): _for_boto3(item, table_name) for name, item in value.items()}
