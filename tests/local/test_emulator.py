"""
Starting and ending the emulator: nothing stays behind, however it ends.
"""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.errors import EmulatorError
from pipes_trigger.local import emulator as emulator_module
from pipes_trigger.local.emulator import Emulator
from pipes_trigger.local.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipes_trigger.local.session import LocalSession

HANDLER = """
import os


def handle(event, context):
    return {"pid": os.getpid(), "environment": dict(os.environ)}
"""

STARTS_ONE = """
import sys, time
from pipes_trigger.local.emulator import Emulator

with Emulator() as emulator:
    print(emulator._process.pid, emulator._home, flush=True)
    time.sleep(60)
"""

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def alive(pid: int) -> bool:
    """
    Say whether a process runs; one that has ended and that nobody has asked for its status yet does not.
    """
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(pid: int, home: Path) -> bool:
    """
    Wait until the process and its files are gone, for ten seconds at most.
    """
    for _attempt in range(100):
        if not alive(pid) and not home.exists():
            return True
        time.sleep(0.1)
    return False


def call_function(session: LocalSession) -> dict[str, Any]:
    """
    Create a function that tells its process and its environment, and call it.
    """
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("index.py", HANDLER)
    client = session.client("lambda")
    client.create_function(
        FunctionName="teller",
        Runtime="python3.12",
        Handler="index.handle",
        Role=f"arn:aws:iam::{session.account}:role/any",
        Code={"ZipFile": archive.getvalue()},
    )
    told: dict[str, Any] = json.loads(client.invoke(FunctionName="teller")["Payload"].read())
    return told


@pytest.fixture
def taken_port() -> Iterator[int]:
    """
    Give a port that something else listens on.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_accounts_share_nothing(emulator: Emulator) -> None:
    """
    What one account creates no other account sees.
    """
    one, other = (emulator.session(account).client("sqs") for account in ("300000000001", "300000000002"))

    one.create_queue(QueueName="mine")

    assert (len(one.list_queues()["QueueUrls"]), other.list_queues().get("QueueUrls", [])) == (1, [])


def test_environment(emulator: Emulator) -> None:
    """
    The environment for other programs names the endpoints, the account and the region, and hides the user's own files.
    """
    environment = emulator.environment("300000000003", "eu-west-1")

    assert environment == {
        "AWS_ENDPOINT_URL": emulator.url,
        "AWS_ENDPOINT_URL_CODEPIPELINE": emulator.session().codepipeline_url,
        "AWS_ACCESS_KEY_ID": "300000000003",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }


@linux
def test_everything_listens_on_loopback(emulator: Emulator) -> None:
    """
    The server's process listens on 127.0.0.1 and nowhere else.
    """
    process = emulator._process
    assert process is not None
    sockets = {str(entry.readlink()) for entry in Path(f"/proc/{process.pid}/fd").iterdir() if entry.is_symlink()}
    listening = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process.pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                listening.append(fields[1].partition(":")[0])

    assert listening == ["0100007F"]


@linux
def test_leaving_ends_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    After the block no process and no file is left, and a function in it never saw the user's credentials or settings.
    """
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://192.0.2.1")
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:3128")
    monkeypatch.setenv("PERSIST_STATE", "1")

    with Emulator(codepipeline_url="http://127.0.0.1:1") as emulator:
        process, home = emulator._process, emulator._home
        assert process is not None
        assert home is not None
        told = call_function(emulator.session("300000000004"))
        was_alive = [alive(process.pid), alive(told["pid"]), home.exists()]

    seen = {name: told["environment"].get(name) for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_CODEPIPELINE")}
    assert seen == {"AWS_ENDPOINT_URL": emulator.url, "AWS_ENDPOINT_URL_CODEPIPELINE": "http://127.0.0.1:1"}
    assert not {"AWS_PROFILE", "HTTP_PROXY", "LOG_LEVEL"} & told["environment"].keys()
    assert told["environment"]["AWS_ACCESS_KEY_ID"] == "300000000004"
    assert told["environment"]["AWS_SESSION_TOKEN"] == ""
    assert was_alive == [True, True, True]
    assert (gone(process.pid, home), gone(told["pid"], home), emulator.running) == (True, True, False)


@linux
def test_an_exception_ends_it() -> None:
    """
    An exception in the block ends the server and goes on.
    """
    emulator = Emulator()
    seen: list[tuple[int, Path]] = []

    def fail_inside() -> None:
        with emulator:
            assert emulator._process is not None
            assert emulator._home is not None
            seen.append((emulator._process.pid, emulator._home))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_inside()

    ((pid, home),) = seen
    assert gone(pid, home)


@linux
def test_interrupt_while_starting() -> None:
    """
    Ctrl-C while the server starts leaves nothing behind.
    """
    seen: list[tuple[int, Path]] = []

    def interrupt(message: str) -> None:
        process, home = emulator._process, emulator._home
        if process is not None and home is not None and message.startswith("the emulator is up"):
            seen.append((process.pid, home))
            raise KeyboardInterrupt

    emulator = Emulator(progress=interrupt)
    with pytest.raises(KeyboardInterrupt):
        emulator.__enter__()

    ((pid, home),) = seen
    assert gone(pid, home)


@linux
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_its_parent(how: signal.Signals) -> None:
    """
    When the process that started the server is ended, even by force, the server ends itself and removes its files.
    """
    with subprocess.Popen(
        [sys.executable, "-c", STARTS_ONE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as parent:
        assert parent.stdout is not None
        pid, home = parent.stdout.readline().decode().split()
        parent.send_signal(how)

    assert gone(int(pid), Path(home))


def test_port_that_is_taken_meanwhile(taken_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    When something takes the port before the server does, it starts on another one.
    """
    ports = iter([taken_port, free_port()])
    monkeypatch.setattr(emulator_module, "free_port", lambda: next(ports))
    said: list[str] = []

    with Emulator(progress=said.append) as emulator:
        assert emulator.running

    assert said[:2] == [
        f"starting the emulator on http://127.0.0.1:{taken_port}",
        f"port {taken_port} was taken meanwhile, trying another",
    ]


def test_wanted_port_that_is_taken(taken_port: int) -> None:
    """
    A port that was asked for and is taken is an error with the server's own words.
    """
    with pytest.raises(EmulatorError) as caught:
        Emulator(port=taken_port).__enter__()

    assert str(caught.value).startswith(
        f"the emulator on http://127.0.0.1:{taken_port} did not start: it ended with status 1\n"
        f"ERROR: 127.0.0.1:{taken_port} is already in use."
    )


def test_server_that_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A server that dies at the start is an error with its last log lines.
    """
    variables = Emulator._variables
    monkeypatch.setattr(Emulator, "_variables", lambda *given: variables(*given) | {"GATEWAY_PORT": "none"})

    with pytest.raises(EmulatorError) as caught:
        Emulator().__enter__()

    lines = str(caught.value).splitlines()
    assert lines[0].endswith("did not start: it ended with status 1")
    assert lines[-1] == "ValueError: invalid literal for int() with base 10: 'none'"


def test_server_that_is_never_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A server that does not get healthy in time is given up, and until then it is said that it is waited for.
    """
    monkeypatch.setattr(Emulator, "_answers", lambda _self, _token: False)
    monkeypatch.setattr(emulator_module, "START_SECONDS", 0.4)
    monkeypatch.setattr(emulator_module, "_PROGRESS_SECONDS", 0.0)
    said: list[str] = []

    with pytest.raises(EmulatorError) as caught:
        Emulator(progress=said.append).__enter__()

    assert str(caught.value).splitlines()[0].endswith("did not start: it was not healthy after 0 s")
    assert said[1] == "waiting for the emulator (0 s)"


@pytest.mark.parametrize("body", [b"{}", b"[]", b"not json"])
def test_another_server_on_the_port(body: bytes, serve: Callable[[bytes], int]) -> None:
    """
    Whatever else answers on the port is not taken for the emulator.
    """
    emulator = Emulator()
    emulator._port = serve(body)

    assert not emulator._answers("token")


def test_process_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """
    Where not even a process can be started, no directory stays behind.
    """
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(emulator_module, "gettempdir", lambda: str(tmp_path))

    with pytest.raises(FileNotFoundError):
        Emulator().__enter__()

    assert list(tmp_path.iterdir()) == []


def test_log_of_an_emulator_that_does_not_run() -> None:
    """
    Before the start there is no log, and stopping does nothing.
    """
    emulator = Emulator()

    emulator.stop()

    assert (emulator.log_tail(), emulator.running) == ("", False)
