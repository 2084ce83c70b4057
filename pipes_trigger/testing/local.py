"""
Behind the fixture `local_pipes`: one emulator for all tests, and an account for each.
"""

from __future__ import annotations

from contextlib import ExitStack
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from pipes_trigger.errors import EmulatorError
from pipes_trigger.local.codepipeline import CodePipelineEndpoint
from pipes_trigger.local.deploy import deploy
from pipes_trigger.local.emulator import Emulator
from pipes_trigger.local.running import LocalPipes
from pipes_trigger.testing.fates import Diary
from pipes_trigger.testing.running import RunningApp

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

    from aws_cdk import Stack, Stage

    from pipes_trigger.local.session import LocalSession


class LocalEmulator:
    """
    The embedded emulator and a CodePipeline endpoint, in which executions succeed at once.

    Attributes:
        endpoint: The CodePipeline endpoint.
    """

    def __init__(self) -> None:
        self.endpoint = CodePipelineEndpoint(succeeds_after=0.0)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with self._stack as starting:
            endpoint = starting.enter_context(self.endpoint)
            self._emulator = starting.enter_context(Emulator(codepipeline_url=endpoint.url))
            self._stack = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    def session(self, account: str) -> LocalSession:
        """
        Give clients for an account.
        """
        return self._emulator.session(account)

    def reset(self) -> None:
        """
        Forget everything, and end the functions' processes.

        A stack that names its account is deployed there, whoever tests it: without this the next test would find it.

        Raises:
            EmulatorError: The emulator does not answer as it should.
        """
        connection = HTTPConnection(urlsplit(self._emulator.url).netloc, timeout=30)
        try:
            connection.request("POST", "/_ministack/reset")
            status = connection.getresponse().status
        except (OSError, HTTPException) as error:
            raise EmulatorError(f"the emulator was not reset: {error!r}") from error
        finally:
            connection.close()
        if status != HTTPStatus.OK:
            raise EmulatorError(f"the emulator was not reset, it answered with status {status}")


class LocalAccount:
    """
    What `local_pipes` is: an account of its own on the emulator.

    Attributes:
        session: Clients for it: `session.client("s3")` is boto3's.

    Example:
        ```python
        def test_an_order_is_announced(stack, local_pipes: LocalAccount) -> None:
            orders = local_pipes.deploy(stack)
            orders.put({"id": "1", "status": "PLACED"})
            assert '"PLACED"' in orders.wait_for_message(stack.inbox)
        ```
    """

    def __init__(self, emulator: LocalEmulator, account: str) -> None:
        self.session = emulator.session(account)
        self._emulator = emulator
        self._running = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._running.close()
        finally:
            self._emulator.reset()

    def deploy(self, app: Stage | Stack | Path | str, *, stacks: Iterable[str] = ()) -> RunningApp:
        """
        Deploy an app and run its pipes until the test ends; every change from here on is seen.

        Args:
            app: An app, a stack with those that it depends on, or the directory that `cdk synth` wrote.
            stacks: Names of stacks of an app; every stack by default.

        Raises:
            LocalRunError: The app cannot be read or deployed, or a pipe cannot be run; which of it says the message.
            AssertionError: No pipe can be run, so that nothing would ever happen; the message says why.
        """
        __tracebackhide__ = True
        directory, wanted = _assembly(app, tuple(stacks))
        deployment = deploy(directory, self.session, stacks=wanted)
        diary = Diary()
        pipes = LocalPipes(deployment, observer=diary)
        if not pipes.running:
            reasons = [str(one) for one in (*pipes.left_out, *deployment.left_out)]
            raise AssertionError("\n  ".join(["no pipe of this app runs here", *(reasons or ["it has none"])]))
        self._running.enter_context(pipes)
        return RunningApp(deployment, pipes, diary, self._emulator.endpoint)


def _assembly(app: Any, stacks: tuple[str, ...]) -> tuple[Any, tuple[str, ...]]:
    if not hasattr(app, "node"):
        return app, stacks
    name = getattr(app, "stack_name", None)
    return app.node.root.synth().directory, stacks if name is None else (name,)
