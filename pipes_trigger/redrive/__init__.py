"""
Bringing back what a pipe gave up.

A dead-letter message says where records lie in the stream; the function gets them once more, filtered and rendered as
by the pipe. `redriver` talks to AWS and needs botocore; everything else is pure.
"""

from pipes_trigger.redrive.message import DeadLetterMessageError, GivenUp
from pipes_trigger.redrive.outcome import Fate, Outcome, Summary
from pipes_trigger.redrive.redelivery import Redelivery

__all__ = ["DeadLetterMessageError", "Fate", "GivenUp", "Outcome", "Redelivery", "Summary"]
