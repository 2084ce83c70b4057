"""
Snapshots hide what changes with every edit of a function's code, and nothing else.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.errors import PipeSpecError
from pipes_trigger.testing.snapshots import TemplateSnapshot, hide_assets

if TYPE_CHECKING:
    from aws_cdk import Stack
    from syrupy.assertion import SnapshotAssertion

ONE, TWO, NONE = "1a" * 32, "2b" * 32, "3c" * 32


def function(digest: str, **more: Any) -> dict[str, Any]:
    """
    Write a function as CDK does.
    """
    return {"Code": {"S3Bucket": {"Fn::Sub": "cdk-hnb659fds-assets-x"}, "S3Key": f"{digest}.zip"}, **more}


def test_assets_are_numbered_wherever_their_hash_stands() -> None:
    """
    Functions with the same code have the same number, wherever CDK writes it; order and everything else stay.
    """
    template = {
        "Z": function(TWO),
        "A": function(ONE),
        "B": function(TWO, Metadata={"aws:asset:path": f"asset.{TWO}", "Note": f"built from {ONE}"}),
        "Image": {"ImageUri": {"Fn::Sub": f"x.dkr.ecr.y/cdk-container-assets-z:{NONE}"}},
    }

    assert hide_assets(template) == (
        json.dumps(template, indent=2).replace(TWO, "<asset 1>").replace(ONE, "<asset 2>").replace(NONE, "<asset 3>")
    )


def test_other_hashes_stay() -> None:
    """
    A digest that is no asset's is part of the product: a changed one is a change.
    """
    template = {"Environment": {"PIN": NONE, "ü": ONE[:-1]}, "Code": {"S3Key": f"x{ONE}.zip"}}

    assert hide_assets(template) == json.dumps(template, indent=2, ensure_ascii=False)


def test_a_stack_is_compared_as_its_template(stack: Stack, snapshot: SnapshotAssertion) -> None:
    """
    A stack and its template are the same snapshot, one JSON file with a line feed at its end.
    """
    from aws_cdk import aws_sns as sns
    from aws_cdk.assertions import Template

    sns.Topic(stack, "Topic", topic_name="orders")
    extension = snapshot.use_extension(TemplateSnapshot).extension
    text = extension.serialize(stack)

    assert json.loads(str(text)) == Template.from_stack(stack).to_json()
    assert text == extension.serialize(Template.from_stack(stack).to_json())
    assert str(text).endswith("}\n")
    assert extension.file_extension == "json"
    with pytest.raises(PipeSpecError, match="is no JSON"):
        extension.serialize("cdk.out")
