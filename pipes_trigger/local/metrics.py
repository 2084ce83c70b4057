"""
What a running pipe would show in CloudWatch, under the service's names.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

from pipes_trigger.delivery import Failed, InvokeStatus
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipes_trigger.delivery import Delivered, InvokeResult

NAMESPACE: Final = "AWS/EventBridge/Pipes"
"""CloudWatch user guide (doc), the list of namespaces whose metrics can be enriched."""

NAMES: Final = (
    "Concurrency",
    "EnrichmentStageDuration",
    "EnrichmentStageFailed",
    "EventCount",
    "ExecutionFailed",
    "ExecutionPartiallyFailed",
    "ExecutionThrottled",
    "ExecutionTimeout",
    "TargetStageDuration",
    "TargetStageFailed",
    "TargetStagePartiallyFailed",
    "TargetStageSkipped",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """
    The samples of one metric, as CloudWatch sums them up.

    Attributes:
        count: How many samples.
        total: Their sum; milliseconds for a duration.
        maximum: The greatest; 0 where there is none.
    """

    count: int = 0
    total: float = 0.0
    maximum: float = 0.0

    def with_sample(self, value: float) -> Statistic:
        """
        Add a sample.
        """
        return Statistic(count=self.count + 1, total=self.total + value, maximum=max(self.maximum, value))


class Metrics:
    """
    Counts the executions of one pipe, from several threads.

    An execution is the way of one batch through the pipe: an invocation of the target, and before it one of the
    enrichment where there is one.

    The names are the service's; what exactly each counts is documented in half a sentence. Here a failure is counted as
    failed whatever its kind, a time-out and throttling besides under their own names, an event when it is sent for the
    first time, and concurrency whenever an execution begins. [?]

    Example:
        >>> from pipes_trigger.delivery import InvokeResult
        >>> metrics = Metrics()
        >>> metrics.began(events=3, attempt=1)
        >>> metrics.ended(InvokeResult(InvokeStatus.ANSWERED), (), seconds=0.25)
        >>> metrics.statistics["TargetStageDuration"]
        Statistic(count=1, total=250.0, maximum=250.0)
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._statistics = dict.fromkeys(NAMES, Statistic())
        self._running = 0

    @property
    def statistics(self) -> Mapping[str, Statistic]:
        """
        Every metric by its name, as it is now.
        """
        with self._lock:
            return dict(self._statistics)

    def began(self, *, events: int, attempt: int) -> None:
        """
        Note that an execution begins.

        Args:
            events: How many records it carries.
            attempt: 1 for the first time that these are sent.
        """
        with self._lock:
            self._running += 1
            self._sample("Concurrency", self._running)
            if attempt == 1:
                self._sample("EventCount", events)

    def enriched(self, result: InvokeResult, notes: Sequence[Delivered | Failed], *, seconds: float) -> None:
        """
        Note how the enrichment stage of an execution ended.

        Args:
            result: What came back.
            notes: What it means for the records; none where the execution goes on to the target.
            seconds: How long it took.
        """
        with self._lock:
            self._sample("EnrichmentStageDuration", 1000 * seconds)
            if not notes:
                return
            self._end(result)
            if isinstance(notes[0], Failed):
                self._count("ExecutionFailed", "EnrichmentStageFailed")
            else:
                self._count("TargetStageSkipped")

    def ended(self, result: InvokeResult, notes: Sequence[Delivered | Failed], *, seconds: float) -> None:
        """
        Note how the target stage of an execution ended, and the execution with it.

        Args:
            result: What came back.
            notes: What it means for the records.
            seconds: How long it took.
        """
        with self._lock:
            self._sample("TargetStageDuration", 1000 * seconds)
            self._end(result)
            if any(isinstance(note, Failed) for note in notes):
                if len(notes) > 1:
                    self._count("ExecutionPartiallyFailed", "TargetStagePartiallyFailed")
                else:
                    self._count("ExecutionFailed", "TargetStageFailed")

    def _end(self, result: InvokeResult) -> None:
        self._running -= 1
        if result.status is InvokeStatus.THROTTLED:
            self._count("ExecutionThrottled")
        if result.status is InvokeStatus.TIMED_OUT:
            self._count("ExecutionTimeout")

    def _count(self, *names: str) -> None:
        for name in names:
            self._sample(name, 1)

    def _sample(self, name: str, value: float) -> None:
        self._statistics[name] = self._statistics[name].with_sample(value)
