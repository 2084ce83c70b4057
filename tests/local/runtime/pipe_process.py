"""
A pipe in a process of its own, to be killed: `python pipe_process.py URL ACCOUNT STREAM FUNCTION CHECKPOINT`.

Prints the id of each item that is delivered, and runs until it is ended.
"""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Event
from typing import Any

from pipes_trigger.local.events import RecordDelivered
from pipes_trigger.local.runtime import PipeRuntime
from pipes_trigger.local.session import LocalSession
from pipes_trigger.spec import PipeSpec
from pipes_trigger.templates import InputTemplate


def say(event: Any) -> None:
    """
    Print what was delivered.
    """
    if isinstance(event, RecordDelivered):
        sys.stdout.write(event.record["dynamodb"]["Keys"]["id"]["S"] + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    url, account, stream, function, checkpoint = sys.argv[1:]
    spec = PipeSpec(
        logical_id="Pipe",
        name="orders",
        source=stream,
        target=function,
        input_template=InputTemplate.record(),
        starting_position="TRIM_HORIZON",
        batch_size=1,
    )
    with PipeRuntime(
        spec,
        source_arn=stream,
        target_arn=function,
        clients=LocalSession(url, account=account).client,
        observer=say,
        poll_seconds=0.02,
        checkpoint=Path(checkpoint),
    ):
        Event().wait()
