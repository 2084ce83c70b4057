"""
What Pipes does with a stream's records - filter, batch, invoke, retry, bisect, dead-letter - without any I/O.
"""

from pipes_trigger.delivery.actions import DeadLetter, Delivered, Enrich, Failed, Filtered, Invoke, Wait
from pipes_trigger.delivery.answers import Verdict, judge
from pipes_trigger.delivery.batches import Batch, Condition, Entry, Record, event_id, sequence_number
from pipes_trigger.delivery.deadletters import ShardAddress, dead_letter_message
from pipes_trigger.delivery.enrichment import Element
from pipes_trigger.delivery.lanes import Lanes
from pipes_trigger.delivery.policy import Backoff
from pipes_trigger.delivery.positions import ShardPosition, lane_of
from pipes_trigger.delivery.results import InvokeResult, InvokeStatus
from pipes_trigger.delivery.settings import PipeSettings
from pipes_trigger.delivery.shard import ShardDelivery

__all__ = [
    "Backoff",
    "Batch",
    "Condition",
    "DeadLetter",
    "Delivered",
    "Element",
    "Enrich",
    "Entry",
    "Failed",
    "Filtered",
    "Invoke",
    "InvokeResult",
    "InvokeStatus",
    "Lanes",
    "PipeSettings",
    "Record",
    "ShardAddress",
    "ShardDelivery",
    "ShardPosition",
    "Verdict",
    "Wait",
    "dead_letter_message",
    "event_id",
    "judge",
    "lane_of",
    "sequence_number",
]
