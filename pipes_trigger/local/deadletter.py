"""
Where dead-letter messages go: an SQS queue or an SNS topic.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.helpers.arns import Arn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class DeadLetterTarget(Protocol):
    """
    Something that takes dead-letter messages.
    """

    arn: str

    def send(self, message: Mapping[str, Any]) -> str | None:
        """
        Send a message; None when it arrived, else what went wrong.
        """
        ...


class DeadLetterQueue:
    """
    An SQS queue for dead-letter messages.
    """

    def __init__(self, client: Any, arn: Arn) -> None:
        self.arn = str(arn)
        self._client = client
        self._name = arn.resource
        self._account = arn.account
        self._url = ""

    def send(self, message: Mapping[str, Any]) -> str | None:
        """
        Send a message; None when it arrived, else what went wrong.
        """
        try:
            if not self._url:
                found = self._client.get_queue_url(QueueName=self._name, QueueOwnerAWSAccountId=self._account)
                self._url = found["QueueUrl"]
            self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(message))
        except (ClientError, BotoCoreError) as error:
            return str(error)
        return None


class DeadLetterTopic:
    """
    An SNS topic for dead-letter messages.
    """

    def __init__(self, client: Any, arn: Arn) -> None:
        self.arn = str(arn)
        self._client = client

    def send(self, message: Mapping[str, Any]) -> str | None:
        """
        Send a message; None when it arrived, else what went wrong.
        """
        try:
            self._client.publish(TopicArn=self.arn, Message=json.dumps(message))
        except (ClientError, BotoCoreError) as error:
            return str(error)
        return None


def dead_letter_faults(arn: str) -> list[Violation]:
    """
    List why an ARN can be no dead-letter target; empty where it can.

    Args:
        arn: The ARN of a queue or topic.
    """
    parsed = Arn.try_parse(arn)
    if parsed is None or parsed.service not in {"sqs", "sns"}:
        problem = f"must be an SQS queue or an SNS topic, got {arn!r}"
        return [Violation("LR001", "dead_letter_arn", problem, "pass the ARN of a queue or topic")]
    if parsed.resource.endswith(".fifo"):
        problem = f"Pipes sends no dead letters to FIFO, got {arn!r}"
        return [Violation("LR002", "dead_letter_arn", problem, "use a standard queue or topic")]
    return []


def dead_letter_target(arn: str, clients: Callable[[str], Any]) -> DeadLetterTarget:
    """
    Give the target that an ARN names.

    Args:
        arn: The ARN of a queue or topic.
        clients: Gives the boto3 client of a service.

    Raises:
        ConfigurationError: No ARN, or the ARN of something that Pipes sends no dead letters to.
    """
    if faults := dead_letter_faults(arn):
        raise ConfigurationError(faults)
    parsed = Arn.parse(arn)
    if parsed.service == "sqs":
        return DeadLetterQueue(clients("sqs"), parsed)
    return DeadLetterTopic(clients("sns"), parsed)
