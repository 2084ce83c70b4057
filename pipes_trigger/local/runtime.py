"""
Running a pipe: read its table's stream, deliver to its target, tell what each record did.
"""

from __future__ import annotations

import time
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final, Self

from pipes_trigger.delivery import Backoff, Lanes, ShardAddress
from pipes_trigger.errors import LocalRunError
from pipes_trigger.helpers.arns import Arn
from pipes_trigger.local.carrier import Carrier
from pipes_trigger.local.checkpoints import CheckpointFile, Keeper
from pipes_trigger.local.deadletter import dead_letter_target
from pipes_trigger.local.destinations import enrichment_of, payload_bytes, target_of
from pipes_trigger.local.events import PipeFailed, PipeReady, PipeStopped, RecordsTrimmed, StreamUnavailable, nobody
from pipes_trigger.local.metrics import Metrics
from pipes_trigger.local.pump import Pump
from pipes_trigger.local.reporter import Progress, Reporter
from pipes_trigger.local.runnable import check_express, check_runnable
from pipes_trigger.local.shard import StreamUnavailableError
from pipes_trigger.local.stream import StreamReader
from pipes_trigger.local.worker import ShardWorker
from pipes_trigger.templates import PipeContext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType

    from pipes_trigger.delivery import ShardPosition
    from pipes_trigger.local.events import Observer
    from pipes_trigger.local.metrics import Statistic
    from pipes_trigger.local.runnable import RunnablePipe

READY_SECONDS: Final = 30.0
STOP_SECONDS: Final = 5.0
POLL_SECONDS: Final = 0.1  # Pipes itself polls a shard four times a second (doc); a laptop need not wait that long.
_DEFAULT_BACKOFF: Final = Backoff()


class PipeRuntime:
    """
    A pipe that runs on this machine, on threads of its own.

    Each shard has as many batches in flight as the pipe's parallelization factor says; the changes of one item stay in
    order. With a checkpoint a pipe that was killed and is run again loses nothing, and delivers twice at most what was
    in flight. Attempts are counted anew then, and so are the metrics.

    Args:
        spec: The pipe, as read back from its template.
        source_arn: The table's stream.
        target_arn: The function, its version or alias; or a state machine, a queue, a standard topic or an event bus.
        enrichment_arn: The function or Express state machine between filter and target; None for a pipe without one.
        dead_letter_arn: The queue or topic for what is given up, or None.
        clients: Gives the boto3 client of a service by its name, such as `LocalSession.client`.
        observer: Told every event, one at a time, on the pipe's threads: it returns soon and does not stop the pipe.
            One that several pipes share is called by each of them.
        backoff: How long to wait after failures.
        poll_seconds: How long to wait where the stream had nothing.
        checkpoint: A file to note in how far the pipe is, and to begin from when it is there; None to begin at the
            pipe's starting position and forget. One pipe and one process for a file.

    Raises:
        ConfigurationError: An ARN of the wrong kind, or something that the target or the enrichment cannot do, every
            fault at once; or a checkpoint that no pipe wrote.

    Example:
        ```python
        with PipeRuntime(spec, source_arn=stream, target_arn=function, clients=session.client, observer=print) as pipe:
            ...  # change the table
            pipe.wait(lambda progress: progress.read == 10 and progress.undecided == 0, timeout=30)
        ```
    """

    def __init__(
        self,
        spec: RunnablePipe,
        *,
        source_arn: str,
        target_arn: str,
        clients: Callable[[str], Any],
        enrichment_arn: str | None = None,
        dead_letter_arn: str | None = None,
        observer: Observer = nobody,
        backoff: Backoff = _DEFAULT_BACKOFF,
        poll_seconds: float = POLL_SECONDS,
        checkpoint: Path | None = None,
    ) -> None:
        source = check_runnable(spec, source_arn, target_arn, dead_letter_arn, enrichment_arn)
        check_express(spec, clients, target_arn, enrichment_arn)
        self.name: str = spec.name
        self._spec = spec
        self._source_arn = source_arn
        self._pipe_arn = str(Arn(source.partition, "pipes", source.region, source.account, f"pipe/{self.name}"))
        self._context = PipeContext(
            pipe_arn=self._pipe_arn,
            pipe_name=self.name,
            source_arn=source_arn,
            enrichment_arn=enrichment_arn,
            target_arn=target_arn,
        )
        self._payload_bytes = payload_bytes(enrichment_arn or target_arn)
        self._backoff = backoff
        self._poll_seconds = poll_seconds
        # Seconds since 1970 that never jump: a clock that is set meanwhile must not age records or stretch waits.
        offset = time.time() - time.monotonic()
        self._clock: Callable[[], float] = lambda: offset + time.monotonic()
        self._reporter = Reporter(observer)
        self._metrics = Metrics()
        file = None if checkpoint is None else CheckpointFile(checkpoint, source_arn)
        start = None if file is None else file.read()
        stream = StreamReader(clients("dynamodbstreams"), source_arn, spec.starting_position, self._clock, start)
        self._pump = Pump(stream, self._new_worker, self._lost, self._clock)
        self._keeper = None if file is None else Keeper(file, self._pump.checkpoint)
        self._carrier = Carrier(
            name=self.name,
            target=target_of(target_arn, clients, spec.target_parameters, self.name),
            enrichment=None if enrichment_arn is None else enrichment_of(enrichment_arn, clients),
            dead_letter=None if dead_letter_arn is None else dead_letter_target(dead_letter_arn, clients),
            reporter=self._reporter,
            metrics=self._metrics,
            clock=self._clock,
            keep=self._keep,
        )
        self._thread = Thread(target=self._read, name=f"{self.name} reader", daemon=True)
        self._ready = Event()
        self._stopping = Event()
        self._error: Exception | None = None

    def __enter__(self) -> Self:
        self.start()
        try:
            self.wait_ready()
        except BaseException:
            self._stop(STOP_SECONDS)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop(STOP_SECONDS)
        if kind is None:
            self._raise_error()

    @property
    def error(self) -> Exception | None:
        """
        Why the pipe cannot go on, None while it can.
        """
        return self._error

    @property
    def progress(self) -> Progress:
        """
        How many records met which fate so far.
        """
        return self._reporter.progress

    @property
    def metrics(self) -> Mapping[str, Statistic]:
        """
        What the pipe's metrics would show since it started, by the service's names.
        """
        return self._metrics.statistics

    def start(self) -> None:
        """
        Start reading. A runtime starts once.
        """
        self._thread.start()

    def wait_ready(self, timeout: float = READY_SECONDS) -> None:
        """
        Wait until no change of the table can be missed any more.

        Raises:
            LocalRunError: The pipe failed, or was not ready within `timeout` seconds.
        """
        self._ready.wait(timeout)
        self._raise_error()
        if not self._ready.is_set():
            raise LocalRunError(f"the pipe {self.name} was not ready after {timeout:g} s; see its events")

    def wait(self, wanted: Callable[[Progress], bool], timeout: float) -> bool:
        """
        Wait until the progress is as wanted or `timeout` seconds are over, and say whether it is.

        Raises:
            LocalRunError: The pipe failed.
        """
        done = self._reporter.wait(lambda progress: self._error is not None or wanted(progress), timeout)
        self._raise_error()
        return done

    def stop(self, timeout: float = STOP_SECONDS) -> None:
        """
        Stop reading, let what is in flight end within `timeout` seconds, and tell what stays undecided.

        Stopping twice is fine.

        Raises:
            LocalRunError: The pipe had failed.
        """
        self._stop(timeout)
        self._raise_error()

    def _stop(self, timeout: float) -> None:
        self._stopping.set()
        deadline = time.monotonic() + timeout
        self._pump.stop_workers()
        if self._thread.ident is not None:
            self._thread.join(max(deadline - time.monotonic(), 0))
        workers = self._pump.stop_workers()  # once more: the reader may just have started one
        for worker in workers:
            worker.join(lambda: max(deadline - time.monotonic(), 0))
        if self._keeper is not None and self._thread.ident is not None:
            self._close(self._keeper)
        undecided = tuple(record for worker in workers for record in worker.undecided)
        self._reporter.tell(PipeStopped(pipe=self.name, time=self._clock(), undecided=undecided))

    def _close(self, keeper: Keeper) -> None:
        try:
            keeper.close()
        except LocalRunError as error:
            self._fail(error)

    def _keep(self) -> None:
        if self._keeper is not None:
            self._keeper.keep()

    def _raise_error(self) -> None:
        if isinstance(self._error, LocalRunError):
            raise self._error
        if self._error is not None:
            raise LocalRunError(f"the pipe {self.name} failed: {self._error!r}") from self._error

    def _fail(self, error: Exception) -> None:
        # The first error is the cause; what follows from it is not worth telling.
        if self._error is not None:
            return
        self._error = error
        self._stopping.set()
        self._pump.stop_workers()
        try:
            self._reporter.tell(PipeFailed(pipe=self.name, time=self._clock(), error=error))
        except Exception:  # noqa: BLE001, S110 - an observer that fails is the error already, and reaches the caller
            pass
        finally:
            self._ready.set()

    def _read(self) -> None:
        failures = 0
        found = False
        try:
            while not self._stopping.is_set():
                try:
                    self._pump.look()
                    self._tell_ready()
                    before, found = found, self._pump.poll()
                    if before and not found:
                        self._keep()  # what was filtered is decided without anything being sent
                    failures, wait = 0, 0.0 if found else self._poll_seconds
                except StreamUnavailableError as error:
                    failures += 1
                    wait = self._backoff.delay(failures)
                    now = self._clock()
                    event = StreamUnavailable(pipe=self.name, time=now, reason=str(error), retry_at=now + wait)
                    self._reporter.tell(event)
                self._stopping.wait(wait)
        except Exception as error:  # noqa: BLE001 - whatever it is, it has to reach the caller
            self._fail(error)

    def _tell_ready(self) -> None:
        if self._pump.opened and not self._ready.is_set():
            self._keep()  # a position at the end of the stream has to survive, too
            self._reporter.tell(PipeReady(pipe=self.name, time=self._clock()))
            self._ready.set()

    def _new_worker(self, shard_id: str, start: ShardPosition) -> ShardWorker:
        address = ShardAddress(pipe_arn=self._pipe_arn, stream_arn=self._source_arn, shard_id=shard_id)
        return ShardWorker(
            Lanes(self._spec, address, self._backoff, self._context, start, payload_bytes=self._payload_bytes),
            self._carrier,
            name=self.name,
            thread_name=f"{self.name} {shard_id}",
            batch_size=self._spec.batch_size,
            reporter=self._reporter,
            clock=self._clock,
            failed=self._fail,
        )

    def _lost(self, shard_id: str, after: str) -> None:
        self._reporter.tell(RecordsTrimmed(pipe=self.name, time=self._clock(), shard_id=shard_id, after=after))
