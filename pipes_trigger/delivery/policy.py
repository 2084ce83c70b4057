"""
How long to wait after a failure.
"""

from __future__ import annotations

import math
from dataclasses import fields

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.quick_dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """
    Waits that grow with every failure in a row and start anew after a success.

    AWS says only that polling "will gradually back off" (EventBridge Pipes user guide, error handling): the numbers
    here are ours, chosen for a laptop, and there is no jitter so that a run can be repeated.

    Attributes:
        first: Seconds after the first failure, 0 or more.
        factor: What each further failure multiplies the wait by, 1 to 10.
        longest: Seconds that no wait exceeds, `first` or more.

    Raises:
        ConfigurationError: A number out of its range; every such number is named.

    Example:
        >>> backoff = Backoff(first=1, factor=2, longest=5)
        >>> [backoff.delay(failures) for failures in (0, 1, 2, 3, 4)]
        [0.0, 1.0, 2.0, 4.0, 5.0]
    """

    first: float = 0.5
    factor: float = 2.0
    longest: float = 30.0

    def __post_init__(self) -> None:
        faults = [
            Violation("DL001", field.name, f"must be a finite number, got {value!r}", "pass seconds, such as 0.5")
            for field in fields(self)
            if not math.isfinite(value := getattr(self, field.name))
        ]
        if self.first < 0:
            faults.append(
                Violation("DL002", "first", f"must be 0 seconds or more, got {self.first!r}", "pass 0 or more")
            )
        if not 1 <= self.factor <= 10:  # noqa: PLR2004 - the range is told in the message below
            faults.append(Violation("DL003", "factor", f"must be 1 to 10, got {self.factor!r}", "pass 2 to double"))
        if self.longest < self.first:
            problem = f"must be at least first ({self.first!r} seconds), got {self.longest!r}"
            faults.append(Violation("DL004", "longest", problem, f"pass {self.first!r} or more"))
        if faults:
            raise ConfigurationError(faults)

    def delay(self, failures: int) -> float:
        """
        Give the seconds to wait after so many failures in a row.
        """
        if failures < 1:
            return 0.0
        # No wait grows for ever, and a float's exponent ends: 10 ** 64 is past any `longest` that makes sense.
        return float(min(self.longest, self.first * self.factor ** min(failures - 1, 64)))
