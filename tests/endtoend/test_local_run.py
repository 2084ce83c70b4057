"""
`pipes-trigger local run` on a user's assembly, from another shell.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Self

import pytest

from pipes_trigger.local.emulator import Emulator
from pipes_trigger.local.session import LocalSession
from tests.endtoend.processes import none_left

if TYPE_CHECKING:
    from pathlib import Path


class Run:
    """
    A run in a process of its own.
    """

    def __init__(self, *arguments: str, **variables: str) -> None:
        command = [sys.executable, "-c", "from pipes_trigger.cli import main; main()", "local", "run", *arguments]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **variables},
        )
        self.printed: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        self.process.kill()
        self.process.__exit__(None, None, None)

    def until(self, text: str) -> str:
        """
        Read until a line has a text, and return that line.
        """
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line)
            if text in line:
                return line
        raise AssertionError(f"no line with {text!r} in:\n{''.join(self.printed)}")

    def end(self, sent: signal.Signals) -> int:
        """
        Send a signal, read the rest and return the exit status.
        """
        self.process.send_signal(sent)
        assert self.process.stdout is not None
        self.printed.extend(self.process.stdout)
        return self.process.wait(timeout=30)


def variables_of(line: str) -> dict[str, str]:
    """
    Read the line that a user would paste into another shell.
    """
    return dict(part.split("=", 1) for part in line.split()[1:])


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_users_app_runs_until_it_is_stopped(example_assemblies: dict[str, Path], sent: signal.Signals) -> None:
    """
    The table is found by what the run prints, a change shows its fate, and Ctrl-C ends with a count and status 0.
    """
    item = {"customer": {"S": "ada"}, "order": {"N": "1"}, "status": {"S": "PLACED"}}
    with Run("--assembly", str(example_assemblies["order_notifications"])) as run:
        table = run.until("order-notifier reads ").split()[-1]
        variables = variables_of(run.until("export AWS_ENDPOINT_URL="))
        run.until("Ctrl-C stops")
        session = LocalSession(
            variables["AWS_ENDPOINT_URL"], account=variables["AWS_ACCESS_KEY_ID"], region=variables["AWS_REGION"]
        )
        session.client("dynamodb").put_item(TableName=table, Item=item)

        assert "order-notifier  INSERT  customer=ada order=1  delivered" in run.until("delivered")
        assert run.end(sent) == 0
        assert run.printed[-1].endswith(
            "order-notifier: 1 read, 0 filtered, 1 delivered, 0 dead-lettered, 0 discarded, 0 undecided\n"
        )


@pytest.mark.parametrize("step", ["starting the emulator", "deploying"])
def test_a_run_that_is_interrupted_too_early(example_assemblies: dict[str, Path], tmp_path: Path, step: str) -> None:
    """
    Ctrl-C before the pipes run is no end but an interruption: status 130, no traceback, no file and no process left.
    """
    with Run("--assembly", str(example_assemblies["order_notifications"]), TMPDIR=str(tmp_path)) as run:
        run.until(step)

        assert run.end(signal.SIGINT) == 130
        assert not any("Traceback" in line for line in run.printed)
        assert list(tmp_path.iterdir()) == []
        assert none_left(str(tmp_path))


def test_an_emulator_that_runs_already_is_used_and_left(example_assemblies: dict[str, Path]) -> None:
    """
    With --endpoint-url nothing is started, and what was deployed stays.
    """
    assembly = str(example_assemblies["order_notifications"])
    with Emulator() as emulator, Run("--assembly", assembly, "--endpoint-url", emulator.url) as run:
        run.until("Ctrl-C stops")

        assert run.end(signal.SIGINT) == 0
        assert not any("starting the emulator" in line for line in run.printed)
        session = emulator.session("000000000001", "eu-west-1")
        (stack,) = session.client("cloudformation").describe_stacks()["Stacks"]
        assert stack["StackName"] == "OrderNotifications"


def test_an_endpoint_where_nothing_answers_is_said(example_assemblies: dict[str, Path]) -> None:
    """
    The error names the stack and what is deployed, without a traceback, and the status is 2.
    """
    assembly = str(example_assemblies["order_notifications"])
    with Run("--assembly", assembly, "--endpoint-url", "http://127.0.0.1:9") as run:
        line = run.until("error: ")

        assert "the stack OrderNotifications did not deploy: Could not connect to the endpoint URL" in line
        assert line.endswith("nothing else is deployed\n")
        assert run.process.wait(timeout=30) == 2
