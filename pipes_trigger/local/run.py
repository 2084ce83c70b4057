"""
`pipes-trigger local run`: an emulator, a deployment and its pipes, until Ctrl-C.
"""

from __future__ import annotations

import ipaddress
import shlex
import signal
from contextlib import ExitStack, contextmanager, suppress
from threading import Event
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.local.assembly import CloudAssembly
from pipes_trigger.local.codepipeline import CodePipelineEndpoint
from pipes_trigger.local.console import LocalConsole
from pipes_trigger.local.deploy import deploy
from pipes_trigger.local.emulator import Emulator
from pipes_trigger.local.running import LocalPipes
from pipes_trigger.local.session import LocalSession
from pipes_trigger.local.watching import RunFiles, Watching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipes_trigger.local.deployment import Deployment

_EFFECT_SECONDS: Final = 0.2
_NOTHING: Final = RunFiles()


def run_assembly(
    assembly: str,
    *,
    stacks: tuple[str, ...] = (),
    endpoint_url: str | None = None,
    leave: RunFiles = _NOTHING,
    checkpoints: Path | None = None,
    stop: Event | None = None,
) -> None:
    """
    Deploy an assembly and run its pipes until Ctrl-C, SIGTERM or `stop`.

    Args:
        assembly: The directory that `cdk synth` wrote.
        stacks: The stacks to deploy; those that they depend on are deployed, too. Every stack by default.
        endpoint_url: An emulator that runs already on this machine; by default the embedded one is started.
        leave: The report and the log that the run leaves behind.
        checkpoints: A directory in which each pipe keeps how far it is, and from which a later run goes on; it makes
            sense with an emulator that outlives the run. None to begin anew.
        stop: Ends the run when it is set.

    Raises:
        ConfigurationError: `endpoint_url` leads to another machine, or a file cannot be written.
        AssemblyError: The assembly cannot be read, or has no such stack.
        DeploymentError: A stack does not deploy; the message says what is there all the same.
        LocalRunError: A pipe cannot be run.
    """
    console = LocalConsole()
    read = CloudAssembly.load(assembly)
    read.select(stacks)  # a wrong name is said before anything is started
    stopping = stop or Event()
    if checkpoints is not None:
        checkpoints.mkdir(parents=True, exist_ok=True)
    with interrupted_by_sigterm(), ExitStack() as running:
        watching = running.enter_context(Watching(console, leave))
        endpoint = running.enter_context(CodePipelineEndpoint())
        session = _session(running, endpoint, endpoint_url, console)
        deployment = deploy(read, session, stacks=stacks, progress=console.progress)
        watching.know(deployment)
        pipes = running.enter_context(LocalPipes(deployment, observer=watching.event, checkpoints=checkpoints))
        for left_out in pipes.left_out:
            console.left_out(left_out)
        _say_how_to_use(console, deployment, pipes)
        seen: set[str] = set()
        # Ctrl-C is the way to end a run, and no failure; before this point it is one.
        with suppress(KeyboardInterrupt):
            console.progress("running; Ctrl-C stops")
            while not pipes.wait(stopping.is_set, _EFFECT_SECONDS):
                show_executions(console, endpoint, deployment, seen)
        console.progress("stopping")
    for name, pipe in pipes.running.items():
        counts = pipe.progress
        console.progress(
            f"{name}: {counts.read} read, {counts.filtered} filtered, {counts.delivered} delivered, "
            f"{counts.dead_lettered} dead-lettered, {counts.discarded} discarded, {counts.undecided} undecided"
        )


def show_executions(
    console: LocalConsole, endpoint: CodePipelineEndpoint, deployment: Deployment, seen: set[str]
) -> None:
    """
    Print the executions that were started since the last look.

    Args:
        console: Where to print.
        endpoint: Where pipelines are started.
        deployment: Whose pipelines.
        seen: The ids of the executions that were printed; it grows.
    """
    for stack in deployment.stacks:
        for pipeline in stack.pipelines.values():
            account, region = stack.session.account, stack.session.region
            for execution in endpoint.executions(pipeline, account=account, region=region):
                if execution.execution_id not in seen:
                    seen.add(execution.execution_id)
                    console.effect(f"started pipeline {pipeline}", dict(execution.variables))


def _session(
    running: ExitStack, endpoint: CodePipelineEndpoint, endpoint_url: str | None, console: LocalConsole
) -> LocalSession:
    if endpoint_url is None:
        emulator = Emulator(codepipeline_url=endpoint.url, progress=console.progress)
        return running.enter_context(emulator).session()
    host = urlsplit(endpoint_url).hostname or ""
    if not _is_loopback(host):
        problem = f"leads to another machine: {endpoint_url!r}"
        fix = "a local run talks to this machine alone; write http://127.0.0.1:<port>"
        raise ConfigurationError([Violation("LR011", "--endpoint-url", problem, fix)])
    console.progress(f"using the emulator at {endpoint_url}; what is deployed there stays there")
    return LocalSession(endpoint_url, codepipeline_url=endpoint.url)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _say_how_to_use(console: LocalConsole, deployment: Deployment, pipes: LocalPipes) -> None:
    if not pipes.running:
        console.progress("no pipe of these stacks can be run here")
    running = [pipe for pipe in deployment.pipes if pipe.name in pipes.running]
    # A stack that names an account or a region is deployed there, so each place has variables of its own.
    for place in dict.fromkeys((pipe.session.account, pipe.session.region) for pipe in running):
        there = [pipe for pipe in running if (pipe.session.account, pipe.session.region) == place]
        for pipe in there:
            console.progress(f"{pipe.name} reads {pipe.source.partition('/stream/')[0].rpartition('/')[2]}")
        variables = " ".join(f"{name}={shlex.quote(value)}" for name, value in there[0].session.environment().items())
        console.progress("to change a table from another shell, with any AWS SDK or CLI:")
        console.console.print(f"  export {variables}", highlight=False)


@contextmanager
def interrupted_by_sigterm() -> Iterator[None]:
    """
    Let SIGTERM end the process as Ctrl-C does: everything that was started is stopped in good order.
    """

    def _interrupt(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
