"""
How the stream is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from pipes_trigger import limits
from pipes_trigger.helpers.option_checks import choice_faults, flag_faults, number_faults, refuse, seconds_of
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from pipes_trigger.options.durations import Seconds

StartingPosition = Literal["LATEST", "TRIM_HORIZON"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamReading:
    """
    How the pipe reads the stream.

    Attributes:
        starting_position: `LATEST` (what changes from now on) or `TRIM_HORIZON` (what the stream still holds).
        batch_size: The most records that one invocation gets, 1 to 10,000.
        batching_window: How long a batch waits to fill, 0 to 300 seconds.
        parallelization_factor: Batches of one shard that run at the same time, 1 to 10; order is kept per item.
        name_per_stream: Whether the stream is part of the pipe's name, so that a pipe whose table gets a new stream
            can be replaced. None: what the context `@pipes-trigger/pipe-name-per-stream` says, and without it no.

    Raises:
        ConfigurationError: A value is out of its range, or of another type.

    Example:
        >>> from datetime import timedelta
        >>> StreamReading(batch_size=100, batching_window=timedelta(seconds=5)).batching_window_seconds
        5
    """

    starting_position: StartingPosition = "LATEST"
    batch_size: int = 10
    batching_window: Seconds = 0
    parallelization_factor: int = 1
    name_per_stream: bool | None = None

    def __post_init__(self) -> None:
        group = "StreamReading"
        faults = choice_faults(group, "starting_position", self.starting_position, get_args(StartingPosition))
        faults += number_faults(
            group,
            [
                ("batch_size", self.batch_size, limits.BATCH_SIZE),
                ("batching_window", self.batching_window_seconds, limits.BATCHING_WINDOW),
                ("parallelization_factor", self.parallelization_factor, limits.PARALLELIZATION_FACTOR),
            ],
        )
        if self.name_per_stream is not None:
            faults += flag_faults(group, {"name_per_stream": self.name_per_stream})
        refuse(faults)

    @property
    def batching_window_seconds(self) -> int:
        """
        The batching window in seconds.
        """
        seconds: int = seconds_of(self.batching_window)
        return seconds
