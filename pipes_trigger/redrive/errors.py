"""
What ends a redrive.
"""

from __future__ import annotations

from pipes_trigger.errors import PipesTriggerError


class RedriveError(PipesTriggerError, RuntimeError):
    """
    A redrive cannot go on; the messages that it held are back in the queue.
    """
