"""
Queues and topics as the pipe's target: each record is a message of its own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from pipes_trigger.delivery import InvokeResult, InvokeStatus
from pipes_trigger.helpers.arns import Arn
from pipes_trigger.local.targets import LambdaTarget, Target, failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipes_trigger.delivery import Invoke

# EventBridge Pipes user guide (doc), "Batching and concurrency": the most records that a queue or topic takes at once.
MESSAGES: Final = 10


class MessageTarget:
    """
    A queue or topic.

    What the template makes of a record is the message, and where that is text, the text itself [?]. Messages that are
    refused are reported like records by a function, so that the pipe takes the batch up at the first of them.

    Args:
        send: Sends messages, and gives the service's response.
    """

    def __init__(self, send: Callable[[Sequence[str]], Any]) -> None:
        self._send = send

    def take(self, action: Invoke) -> InvokeResult:
        """
        Send a batch.
        """
        try:
            response = self._send([_message(entry.text) for entry in action.batch.entries])
        except (ClientError, NoConnectionError, HTTPClientError) as error:
            return failure(error)
        refused = response.get("Failed", [])
        if not refused:
            return InvokeResult(InvokeStatus.ANSWERED)
        first = min(refused, key=lambda each: int(each["Id"]))
        why = f"{first.get('Code', '')}: {first.get('Message', '')}"
        reason = f"{len(refused)} of {len(action.batch)} messages were refused: {why}"
        failed = action.batch.event_ids[int(first["Id"])]
        answer = json.dumps({"batchItemFailures": [{"itemIdentifier": failed}]})
        return InvokeResult(InvokeStatus.ANSWERED, answer=answer, reason=reason)


def target_of(arn: str, clients: Callable[[str], Any]) -> Target:
    """
    Give the target that an ARN names: a function, a queue or a topic.

    Args:
        arn: The ARN, of one of these.
        clients: Gives the boto3 client of a service.
    """
    parsed = Arn.parse(arn)
    client = clients(parsed.service)
    if parsed.service == "sqs":
        return MessageTarget(lambda messages: _send_to_queue(client, parsed, messages))
    if parsed.service == "sns":
        return MessageTarget(lambda messages: _publish(client, arn, messages))
    return LambdaTarget(client, arn)


def _send_to_queue(client: Any, queue: Arn, messages: Sequence[str]) -> Any:
    url = client.get_queue_url(QueueName=queue.resource, QueueOwnerAWSAccountId=queue.account)["QueueUrl"]
    entries = [{"Id": str(number), "MessageBody": message} for number, message in enumerate(messages)]
    return client.send_message_batch(QueueUrl=url, Entries=entries)


def _publish(client: Any, topic: str, messages: Sequence[str]) -> Any:
    entries = [{"Id": str(number), "Message": message} for number, message in enumerate(messages)]
    return client.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)


def _message(text: str) -> str:
    return str(json.loads(text)) if text.startswith('"') else text
