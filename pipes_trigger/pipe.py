"""
What a pipe needs beside it: its role, and somewhere for what it gives up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk.aws_iam import CfnRole

from pipes_trigger import policies
from pipes_trigger.function import seconds
from pipes_trigger.making import make
from pipes_trigger.quick_dataclasses import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.aws_kms import IKey
    from aws_cdk.aws_sns import ITopic
    from aws_cdk.aws_sqs import IQueue, Queue
    from constructs import Construct

    from pipes_trigger.options.failures import FailureHandling
    from pipes_trigger.policies import Statement
    from pipes_trigger.stream_checks import Place


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """
    Where the pipe puts what it gives up, and what it needs for that.
    """

    arn: str | None = None
    queue: IQueue | None = None
    topic: ITopic | None = None
    statements: Sequence[Statement] = field(default=())


def dead_letter(scope: Construct, failures: FailureHandling) -> DeadLetter:
    """
    Build the queue, or take the queue or topic that was given.
    """
    target = failures.dead_letter
    if target is None:
        return DeadLetter()
    if target == "queue":
        queue = _queue(scope, failures.dead_letter_retention_seconds)
        built_arn = queue.queue_arn
        return DeadLetter(built_arn, queue, None, [policies.allow(["sqs:SendMessage"], [built_arn])])
    topic_arn = getattr(target, "topic_arn", None)
    if topic_arn is not None:
        publish = policies.allow(["sns:Publish"], [topic_arn])
        return DeadLetter(topic_arn, None, target, [publish, *_encrypt(getattr(target, "master_key", None))])
    queue_arn = target.queue_arn
    send = policies.allow(["sqs:SendMessage"], [queue_arn])
    return DeadLetter(queue_arn, target, None, [send, *_encrypt(getattr(target, "encryption_master_key", None))])


def _encrypt(key: IKey | None) -> list[Statement]:
    """
    Let the pipe write to what is encrypted with a customer key.
    """
    return policies.encrypt([] if key is None else [key.key_arn])


def _queue(scope: Construct, retention_seconds: int) -> Queue:
    from aws_cdk.aws_sqs import Queue, QueueEncryption  # noqa: PLC0415 - only a trigger that builds its queue

    return make(
        Queue,
        scope,
        "DeadLetterQueue",
        {
            "encryption": QueueEncryption.SQS_MANAGED,
            "enforceSSL": True,
            "retentionPeriod": seconds(retention_seconds),
        },
    )


def pipe_role(
    scope: Construct, place: Place, pipe_name: str, statements: Sequence[Statement], boundary: str | None
) -> CfnRole:
    """
    Build the role that only this pipe can assume.

    Its policy is inline, so that the role and what it may do are created in one step: a pipe whose role cannot read the
    stream yet fails to create (aws/aws-cdk#31211).
    """
    return make(
        CfnRole,
        scope,
        "PipeRole",
        {
            "assumeRolePolicyDocument": policies.pipe_trust(place, pipe_name),
            "policies": [{"policyName": "Pipe", "policyDocument": policies.document(statements)}],
            "permissionsBoundary": boundary,
        },
    )
