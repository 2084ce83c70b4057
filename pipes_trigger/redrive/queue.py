"""
The queue that dead-letter messages wait in.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from pipes_trigger.helpers.arns import Arn
from pipes_trigger.quick_dataclasses import dataclass
from pipes_trigger.redrive.errors import RedriveError

# Longer than any invocation (15 minutes), so that a second redrive does not get a message that is being worked on.
LEASE_SECONDS: Final = 960
_WAIT_SECONDS: Final = 1


def queue_url(client: Any, queue: str) -> str:
    """
    Give the URL of a queue.

    Args:
        client: A boto3 SQS client.
        queue: Its URL or its ARN.

    Raises:
        RedriveError: There is no such queue, or SQS cannot be asked.
    """
    arn = Arn.try_parse(queue)
    if arn is None:
        return queue
    try:
        found = client.get_queue_url(QueueName=arn.resource, QueueOwnerAWSAccountId=arn.account)
    except (ClientError, BotoCoreError) as error:
        raise RedriveError(f"the queue {queue} cannot be found: {error}") from error
    return str(found["QueueUrl"])


@dataclass(frozen=True, slots=True)
class Message:
    """
    A message that this run holds: nobody else gets it for `LEASE_SECONDS`.

    Attributes:
        id: Its id.
        body: Its text.
        receipt: What this run knows it by.
    """

    id: str
    body: str
    receipt: str


class MessageQueue:
    """
    Messages of an SQS queue, one at a time.

    Args:
        client: A boto3 SQS client.
        url: The queue.
    """

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def receive(self) -> Message | None:
        """
        Take the next message and hide it from others; None where there is none.
        """
        received = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=1,
            VisibilityTimeout=LEASE_SECONDS,
            WaitTimeSeconds=_WAIT_SECONDS,
        ).get("Messages", [])
        return next((Message(one["MessageId"], one["Body"], one["ReceiptHandle"]) for one in received), None)

    def renew(self, message: Message) -> None:
        """
        Hide a message for another `LEASE_SECONDS`.
        """
        self._hide(message, LEASE_SECONDS)

    def release(self, message: Message) -> None:
        """
        Let others have a message; one that is gone or in other hands by now stays where it is.
        """
        with suppress(ClientError, BotoCoreError):
            self._hide(message, 0)

    def delete(self, message: Message) -> None:
        """
        Delete a message.
        """
        self._client.delete_message(QueueUrl=self._url, ReceiptHandle=message.receipt)

    def _hide(self, message: Message, seconds: int) -> None:
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=message.receipt, VisibilityTimeout=seconds
        )
