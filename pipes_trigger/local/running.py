"""
Running the pipes of a deployment: each on its own threads, all told to one observer.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Self

from pipes_trigger.errors import ConfigurationError, PipeSpecError
from pipes_trigger.local.runtime import PipeRuntime
from pipes_trigger.local.template import LeftOut
from pipes_trigger.spec import PipeSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType

    from pipes_trigger.local.deployment import DeployedPipe, Deployment
    from pipes_trigger.local.events import Observer, PipeEvent

_PIPE: Final = "AWS::Pipes::Pipe"
_LOOK_SECONDS: Final = 0.2
_ATTEMPTS: Final = 3
_RUN: Final = ("lambda", "stepfunctions")


class LocalPipes:
    """
    Every pipe of a deployment that can be run here.

    Args:
        deployment: What was deployed.
        observer: Told every event of every pipe, one at a time.
        checkpoints: A directory for a file per pipe, `<name>.json`, from which a later run on the same streams goes on;
            None to begin at the pipes' starting positions and forget.

    Attributes:
        running: The pipes that run, by name.
        left_out: The pipes that cannot be run here, and why.

    Raises:
        FilterPatternError: A pipe's filter pattern is not valid.
        InputTemplateError: A pipe's input template is not valid.
        LocalRunError: On entering, a pipe cannot read its stream; on leaving, a pipe had failed.

    Example:
        ```python
        with Emulator() as emulator:
            deployment = deploy("cdk.out", emulator.session())
            with LocalPipes(deployment, observer=print) as pipes:
                ...  # change the table
        ```
    """

    def __init__(self, deployment: Deployment, *, observer: Observer, checkpoints: Path | None = None) -> None:
        self._observer = observer
        self._checkpoints = checkpoints
        self._lock = Lock()
        self._stack = ExitStack()
        self.running: dict[str, PipeRuntime] = {}
        left_out = []
        templates = {stack.name: stack.template for stack in deployment.stacks}
        for pipe in deployment.pipes:
            try:
                spec = PipeSpec.from_template(_with_parameters(templates[pipe.stack], pipe), pipe.logical_id)
                if spec.desired_state == "STOPPED":
                    left_out.append(LeftOut(pipe.stack, pipe.logical_id, _PIPE, "its desired state is STOPPED"))
                else:
                    self.running[pipe.name] = self._runtime(pipe, spec)
            except (ConfigurationError, PipeSpecError) as error:
                left_out.append(LeftOut(pipe.stack, pipe.logical_id, _PIPE, str(error)))
        self.left_out = tuple(left_out)

    def __enter__(self) -> Self:
        with self._stack as starting:
            # All start before any is waited for: the positions in their streams are taken at the same time.
            for runtime in self.running.values():
                starting.callback(runtime.stop)
                runtime.start()
            for runtime in self.running.values():
                runtime.wait_ready()
            self._stack = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    def wait(self, wanted: Callable[[], bool], timeout: float) -> bool:
        """
        Wait until something is as wanted or `timeout` seconds are over, and say whether it is.

        Raises:
            LocalRunError: A pipe failed.
        """
        deadline = time.monotonic() + timeout
        while not wanted():
            if time.monotonic() >= deadline:
                return False
            for runtime in self.running.values():
                runtime.wait(lambda _progress: False, _LOOK_SECONDS / len(self.running))
        return True

    def _runtime(self, pipe: DeployedPipe, spec: PipeSpec) -> PipeRuntime:
        def _client(service: str) -> Any:
            # The pipe itself retries what it runs: retries of the client would hide a failure and run it twice unseen.
            return pipe.session.client(service, attempts=1 if service in _RUN else _ATTEMPTS)

        return PipeRuntime(
            spec,
            source_arn=pipe.source,
            target_arn=pipe.target,
            enrichment_arn=pipe.enrichment,
            dead_letter_arn=pipe.dead_letter,
            clients=_client,
            observer=self._tell,
            checkpoint=None if self._checkpoints is None else self._checkpoints / f"{pipe.name}.json",
        )

    def _tell(self, event: PipeEvent) -> None:
        with self._lock:
            self._observer(event)


def _with_parameters(template: Mapping[str, Any], pipe: DeployedPipe) -> dict[str, Any]:
    """
    Give the template with the values that only the deployment knows.
    """
    if not pipe.target_parameters:
        return dict(template)
    resource = template["Resources"][pipe.logical_id]
    parameters = {**resource["Properties"]["TargetParameters"], **pipe.target_parameters}
    known = {**resource, "Properties": {**resource["Properties"], "TargetParameters": parameters}}
    return {**template, "Resources": {**template["Resources"], pipe.logical_id: known}}
