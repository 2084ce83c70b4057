"""
What comes back from invoking the target, as data.
"""

from __future__ import annotations

from enum import Enum, unique

from pipes_trigger.quick_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StatusTraits:
    """
    What a status means for the retries.

    Attributes:
        label: The status in words.
        counts: Whether a failure of this kind uses up one of `maximum_retry_attempts`.
    """

    label: str
    counts: bool


@unique
class InvokeStatus(Enum):
    """
    How an invocation ended.

    A customer's error counts against the retries, an internal one does not and is retried until the record expires
    (EventBridge Pipes user guide, "Pipe invocation errors and retry behavior"). Throttling is put with the internal
    ones after the same rule of Lambda's event source mappings; for Pipes no document says so. [?]

    Example:
        >>> InvokeStatus.THROTTLED.label, InvokeStatus.THROTTLED.counts
        ('throttled', False)
    """

    ANSWERED = StatusTraits("answered", counts=True)
    FUNCTION_ERROR = StatusTraits("function error", counts=True)
    TIMED_OUT = StatusTraits("timed out", counts=True)
    REFUSED = StatusTraits("refused", counts=True)
    THROTTLED = StatusTraits("throttled", counts=False)
    UNREACHABLE = StatusTraits("unreachable", counts=False)

    @property
    def label(self) -> str:
        """
        The status in words.
        """
        return self.value.label

    @property
    def counts(self) -> bool:
        """
        Whether a failure of this kind uses up a retry attempt.
        """
        return self.value.counts


@dataclass(frozen=True, slots=True)
class InvokeResult:
    """
    The outcome of one invocation.

    Attributes:
        status: How it ended.
        answer: The function's answer as JSON text; empty where there is none. Read only when `status` is `ANSWERED`.
        reason: What went wrong, for people; empty for the answer of a function, which tells that itself.

    Example:
        >>> InvokeResult(InvokeStatus.ANSWERED, answer="null").status.label
        'answered'
    """

    status: InvokeStatus
    answer: str = ""
    reason: str = ""
