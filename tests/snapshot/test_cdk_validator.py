"""
The one lane with CDK's own CloudFormation validator on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipes_trigger import DynamoDBStreamTrigger, PipeLogging

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aws_cdk import Stack


def test_a_full_trigger_passes_cdks_own_validation(
    call: dict[str, Any], tmp_path: Path, synth: Callable[[Stack], dict[str, Any]]
) -> None:
    """
    The validator that CDK runs at every synth of a user finds nothing.
    """
    from aws_cdk import App, Environment, Stack

    app = App(outdir=str(tmp_path / "out"), builtin_cloud_formation_validation=True)
    stack = Stack(app, "Validated", env=Environment(account="111122223333", region="eu-west-1"))
    DynamoDBStreamTrigger(stack, **call, table_index_name="status-index", logging=PipeLogging())

    assert "AWS::Pipes::Pipe" in {item["Type"] for item in synth(stack)["Resources"].values()}
