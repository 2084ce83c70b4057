"""
Queues and topics as the pipe's target: each event is a message of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.local.entries import EntryTarget, message_of
from pipes_trigger.spec import value_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipes_trigger.delivery import Element
    from pipes_trigger.helpers.arns import Arn
    from pipes_trigger.spec import TargetParameters

_MESSAGES: Final = "messages"


def queue_target(client: Any, queue: Arn, parameters: TargetParameters) -> EntryTarget:
    """
    Give a queue as a target, a standard one or FIFO.

    Args:
        client: A boto3 SQS client.
        queue: The queue.
        parameters: Say the message group and the deduplication id of each message.
    """
    given = {
        "MessageGroupId": parameters.message_group_id,
        "MessageDeduplicationId": parameters.message_deduplication_id,
    }
    static = {name: value for name, value in given.items() if isinstance(value, str)}

    def make(element: Element) -> dict[str, Any]:
        values = {name: value_for(value, element.event) for name, value in static.items()}
        return {"MessageBody": message_of(element), **values}

    def send(entries: Sequence[dict[str, Any]]) -> Mapping[int, str]:
        url = client.get_queue_url(QueueName=queue.resource, QueueOwnerAWSAccountId=queue.account)["QueueUrl"]
        return _refused(client.send_message_batch(QueueUrl=url, Entries=_numbered(entries)))

    return EntryTarget(_MESSAGES, make, send)


def topic_target(client: Any, topic_arn: str) -> EntryTarget:
    """
    Give a standard topic as a target.

    Args:
        client: A boto3 SNS client.
        topic_arn: The topic.
    """

    def make(element: Element) -> dict[str, Any]:
        return {"Message": message_of(element)}

    def send(entries: Sequence[dict[str, Any]]) -> Mapping[int, str]:
        return _refused(client.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=_numbered(entries)))

    return EntryTarget(_MESSAGES, make, send)


def _numbered(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"Id": str(number), **entry} for number, entry in enumerate(entries)]


def _refused(response: Mapping[str, Any]) -> dict[int, str]:
    return {
        int(each["Id"]): f"{each.get('Code', '')}: {each.get('Message', '')}" for each in response.get("Failed", [])
    }
