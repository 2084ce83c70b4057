"""
What a duration may be given as.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol


class HasSeconds(Protocol):
    """
    CDK's `Duration`, or whatever else tells its length in seconds.
    """

    def to_seconds(self) -> float:
        """
        Return the duration's length, as CDK's `Duration` does.
        """


Seconds = int | timedelta | HasSeconds
