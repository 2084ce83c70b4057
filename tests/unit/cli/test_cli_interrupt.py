"""
Ctrl-C in a process of its own: status 130, no traceback, nothing left running.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from socket import create_server
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROGRAM = [sys.executable, "-c", "from pipes_trigger.cli import main; main()"]


def start(*arguments: str, **variables: str) -> subprocess.Popen[bytes]:
    """
    Start the program in a process group of its own, as a shell does.
    """
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **variables},
        start_new_session=True,
    )


def interrupt(running: subprocess.Popen[bytes]) -> tuple[int, str]:
    """
    Press Ctrl-C; return the exit status and what was said. Whoever is left in its group fails the test.
    """
    os.killpg(running.pid, signal.SIGINT)
    _, told = running.communicate(timeout=30)
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)
    return running.returncode, told.decode().strip()


@pytest.mark.parametrize("command", ["match", "explain"])
def test_while_records_are_waited_for(command: str) -> None:
    """
    A command that reads standard input ends at once.
    """
    with start(command, '{"eventName": ["INSERT"]}') as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(b'{"eventName": "INSERT"}\n')
        running.stdin.flush()
        running.stdout.readline()

        assert interrupt(running) == (130, "")


def test_while_aws_does_not_answer(tmp_path: Path, template: Callable[..., dict[str, Any]]) -> None:
    """
    A redrive that waits for an answer ends at once.
    """
    synthesized = tmp_path / "Orders.template.json"
    synthesized.write_text(json.dumps(template(OrdersPipe={"Name": "orders"})), encoding="utf-8")
    with create_server(("127.0.0.1", 0)) as silent:
        running = start(
            "redrive",
            str(synthesized),
            "--queue",
            "arn:aws:sqs:eu-west-1:111122223333:dead",
            "--function",
            "arn:aws:lambda:eu-west-1:111122223333:function:orders",
            AWS_ENDPOINT_URL=f"http://127.0.0.1:{silent.getsockname()[1]}",
            AWS_ACCESS_KEY_ID="111122223333",
            AWS_SECRET_ACCESS_KEY="local",
            AWS_CONFIG_FILE=os.devnull,
        )
        with running:
            asking, _ = silent.accept()
            with asking:
                assert interrupt(running) == (130, "")
