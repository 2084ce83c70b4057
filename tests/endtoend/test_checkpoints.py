"""
`pipes-trigger local run --checkpoints`: what changed while nothing ran is delivered by the next run.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from pipes_trigger.local.emulator import Emulator

if TYPE_CHECKING:
    from pathlib import Path


def run_until(text: str, *arguments: str) -> str:
    """
    Run until a line has a text, end it with Ctrl-C, and return everything that was printed.
    """
    command = [sys.executable, "-c", "from pipes_trigger.cli import main; main()", "local", "run", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        assert run.stdout is not None
        printed = ""
        for line in run.stdout:
            printed += line
            if text in line:
                run.send_signal(signal.SIGINT)
                break
        return printed + run.stdout.read()


def test_a_run_goes_on_where_the_last_one_ended(example_assemblies: dict[str, Path], tmp_path: Path) -> None:
    """
    The pipe starts at LATEST: only a checkpoint tells it of what came between the runs.
    """
    item = {"customer": {"S": "ada"}, "order": {"N": "1"}, "status": {"S": "PLACED"}}
    with Emulator() as emulator:
        options = ["--assembly", str(example_assemblies["order_notifications"]), "--endpoint-url", emulator.url]
        options += ["--checkpoints", str(tmp_path / "new" / "checkpoints")]
        first = run_until("Ctrl-C stops", *options)
        (table,) = [line.split()[-1] for line in first.splitlines() if "order-notifier reads " in line]
        emulator.session("000000000001", "eu-west-1").client("dynamodb").put_item(TableName=table, Item=item)

        second = run_until("delivered", *options)

    assert "order-notifier  INSERT  customer=ada order=1  delivered" in second
