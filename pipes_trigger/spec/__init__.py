"""
A pipe, read back from what would be deployed.
"""

from pipes_trigger.spec.enrichment import NULL_ANSWER, events_of
from pipes_trigger.spec.parameters import (
    FIRE_AND_FORGET,
    REQUEST_RESPONSE,
    Intrinsic,
    ParameterError,
    TargetParameters,
    value_for,
)
from pipes_trigger.spec.pipe import PipeSpec

__all__ = [
    "FIRE_AND_FORGET",
    "NULL_ANSWER",
    "REQUEST_RESPONSE",
    "Intrinsic",
    "ParameterError",
    "PipeSpec",
    "TargetParameters",
    "events_of",
    "value_for",
]
