"""
The embedded emulator: ministack, started and ended with a `with` block.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Final, Self

from pipes_trigger.errors import EmulatorError
from pipes_trigger.local.node import node_binary
from pipes_trigger.local.ports import LOOPBACK, free_port
from pipes_trigger.local.session import DEFAULT_ACCOUNT, DEFAULT_REGION, LocalSession

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

START_SECONDS: Final = 60.0
PORT_ATTEMPTS: Final = 3
_PROGRESS_SECONDS: Final = 1.0
_POLL_SECONDS: Final = 0.05
_LOG: Final = "emulator.log"
_LOG_LINES: Final = 20
_LOG_BYTES: Final = 64 * 1024
_PORT_TAKEN: Final = ("already in use", "Errno 48", "Errno 98")

# What the emulator and the functions in it inherit of this process. Nothing else: no credentials, no profile, no proxy,
# and no variable with which ministack could persist, listen elsewhere or find docker.
_INHERITED: Final = ("LANG", "LC_ALL", "PYTHONPATH", "SYSTEMROOT", "VIRTUAL_ENV")


def _silent(_message: str) -> None:
    """
    Drop a progress message.
    """


class Emulator:
    """
    AWS on loopback: DynamoDB and its streams, Lambda, SNS, SQS, SSM, S3, IAM, CloudFormation and more.

    Every listener is bound to 127.0.0.1, state lives in memory, files in a directory of its own. Leaving the block ends
    the server and the functions' processes and removes the files, also after Ctrl-C; should this process be killed, the
    server notices and ends itself.

    Args:
        codepipeline_url: The CodePipeline endpoint that functions and sessions get, or None.
        port: The port to listen on, or None for a free one.
        progress: Told what is going on, at least every second while the server starts.

    Raises:
        EmulatorError: On entering, when the server does not get healthy; the message holds its last log lines.

    Example:
        >>> with Emulator() as emulator:
        ...     emulator.session().client("dynamodb").list_tables()["TableNames"]
        []
    """

    def __init__(
        self,
        *,
        codepipeline_url: str | None = None,
        port: int | None = None,
        progress: Callable[[str], None] = _silent,
    ) -> None:
        self._codepipeline_url = codepipeline_url
        self._wanted_port = port
        self._progress = progress
        self._port = 0
        self._home: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """
        The endpoint of every service, such as `http://127.0.0.1:49152`.
        """
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def running(self) -> bool:
        """
        Whether the server's process is alive.
        """
        return self._process is not None and self._process.poll() is None

    def session(self, account: str = DEFAULT_ACCOUNT, region: str = DEFAULT_REGION) -> LocalSession:
        """
        Give clients for an account of its own: accounts share nothing.
        """
        return LocalSession(self.url, codepipeline_url=self._codepipeline_url, account=account, region=region)

    def environment(self, account: str = DEFAULT_ACCOUNT, region: str = DEFAULT_REGION) -> dict[str, str]:
        """
        Give the variables with which any AWS SDK or CLI talks to this emulator as `account`.
        """
        return self.session(account, region).environment()

    def log_tail(self, lines: int = _LOG_LINES) -> str:
        """
        Give the last lines of the server's log; empty where there is none.
        """
        if self._home is None:
            return ""
        path = self._home / _LOG
        with path.open("rb") as log:
            log.seek(max(path.stat().st_size - _LOG_BYTES, 0))
            text = log.read().decode(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def stop(self) -> None:
        """
        End the server and every function's process, and remove their files. Stopping twice is fine.
        """
        if self._process is not None:
            # Everything worth keeping is in memory and about to go, so nobody is asked politely first. macOS says EPERM
            # of a group in which all have ended.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()
            self._process = None
        if self._home is not None:
            _remove(self._home)
            self._home = None

    def _start(self) -> None:
        # Finding it out writes a file for a moment, which an interrupt would leave: so before anything is announced.
        gettempdir()
        for attempt in range(1, PORT_ATTEMPTS + 1):
            self._port = self._wanted_port or free_port()
            self._progress(f"starting the emulator on {self.url}")
            problem = self._try_start()
            if problem is None:
                return
            taken = any(sign in problem for sign in _PORT_TAKEN)
            if not taken or self._wanted_port or attempt == PORT_ATTEMPTS:
                raise EmulatorError(f"the emulator on {self.url} did not start: {problem}")
            self._progress(f"port {self._port} was taken meanwhile, trying another")
            self.stop()

    def _try_start(self) -> str | None:
        token = uuid.uuid4().hex
        # Known before it is there, so that an interrupt at any moment removes it.
        home = self._home = Path(gettempdir(), f"pipes-trigger-{uuid.uuid4().hex[:8]}")
        home.mkdir(mode=0o700)
        with (home / _LOG).open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-u", "-m", "pipes_trigger.local.emulator_process", str(home)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=home,
                env=self._variables(token, str(home)),
                # A group of its own: Ctrl-C reaches this process alone, and one signal reaches all of the group.
                start_new_session=True,
            )
        started = told = time.monotonic()
        while (now := time.monotonic()) - started < START_SECONDS:
            status = self._process.poll()
            if status is not None:
                return f"it ended with status {status}\n{self.log_tail()}"
            if self._answers(token):
                self._progress(f"the emulator is up on {self.url} after {now - started:.1f} s")
                return None
            if now - told >= _PROGRESS_SECONDS:
                self._progress(f"waiting for the emulator ({now - started:.0f} s)")
                told = now
            time.sleep(_POLL_SECONDS)
        return f"it was not healthy after {START_SECONDS:.0f} s\n{self.log_tail()}"

    def _answers(self, token: str) -> bool:
        connection = HTTPConnection(LOOPBACK, self._port, timeout=_PROGRESS_SECONDS)
        try:
            connection.request("GET", "/_ministack/health")
            body = json.loads(connection.getresponse().read(_LOG_BYTES))
        except (OSError, HTTPException, ValueError):
            return False
        finally:
            connection.close()
        # Whoever took the port meanwhile may be a healthy ministack too; only ours knows the token.
        return isinstance(body, dict) and body.get("edition") == token

    def _variables(self, token: str, home: str) -> dict[str, str]:
        node = node_binary()
        path = [os.environ.get("PATH", os.defpath), *([str(Path(node).parent)] if node else [])]
        # The functions' processes inherit these, so they are also how a handler finds its endpoints.
        return {
            **{name: os.environ[name] for name in _INHERITED if name in os.environ},
            **self.environment(),
            # Node functions run where the machine has no Node, too.
            "PATH": os.pathsep.join(path),
            "BIND_HOST": LOOPBACK,
            "GATEWAY_PORT": str(self._port),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LOG_LEVEL": "WARNING",
            "LAMBDA_EXECUTOR": "local",
            "DOCKER_HOST": f"unix://{home}/no-docker.sock",
            "MINISTACK_EDITION": token,
            "MINISTACK_HOST": LOOPBACK,
            "NO_PROXY": "*",  # macOS has proxies outside of the environment, too
            "HOME": home,
            "TMPDIR": home,
            "STATE_DIR": f"{home}/state",
            "S3_DATA_DIR": f"{home}/s3",
        }


def _remove(home: Path) -> None:
    # A worker that was just killed can still be finishing a write: try until the directory is gone.
    for _attempt in range(40):
        shutil.rmtree(home, ignore_errors=True)
        if not home.exists():
            return
        time.sleep(_POLL_SECONDS)
