"""
What a pipe needs beside it: its role, somewhere for what it gives up, and its logs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aws_cdk import Annotations
from aws_cdk.aws_iam import CfnRole

from pipes_trigger import policies
from pipes_trigger.function import log_group, seconds
from pipes_trigger.making import make

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.aws_kms import IKey
    from aws_cdk.aws_sqs import IQueue, Queue
    from constructs import Construct

    from pipes_trigger.options import FailureHandling, PipeLogging
    from pipes_trigger.policies import Statement
    from pipes_trigger.stream_checks import Place


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """
    Where the pipe puts what it gives up, and what it needs for that.
    """

    arn: str | None = None
    queue: IQueue | None = None
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
        return DeadLetter(built_arn, queue, [policies.allow(["sqs:SendMessage"], [built_arn])])
    topic_arn = getattr(target, "topic_arn", None)
    if topic_arn is not None:
        publish = policies.allow(["sns:Publish"], [topic_arn])
        return DeadLetter(topic_arn, None, [publish, *_encrypt(getattr(target, "master_key", None))])
    queue_arn = target.queue_arn
    send = policies.allow(["sqs:SendMessage"], [queue_arn])
    return DeadLetter(queue_arn, target, [send, *_encrypt(getattr(target, "encryption_master_key", None))])


def _encrypt(key: IKey | None) -> list[Statement]:
    """
    Let the pipe write to what is encrypted with a customer key.
    """
    return [] if key is None else [policies.allow(["kms:GenerateDataKey", "kms:Decrypt"], [key.key_arn])]


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


def pipe_log_group(scope: Construct, pipe_name: str, logging: PipeLogging | None) -> str | None:
    """
    Build the log group of a pipe that logs, and return its ARN.
    """
    if logging is None:
        return None
    if logging.include_execution_data:
        message = "the pipe logs whole records, which Pipes never redacts (PipeLogging(include_execution_data=True))"
        Annotations.of(scope).add_warning_v2("pipes-trigger:execution-data", message)
    # Groups under this prefix share one resource policy of the account, which is limited in size.
    name = f"/aws/vendedlogs/pipes/{pipe_name}"
    return log_group(scope, "PipeLogs", retention_days=logging.retention_days, keep=False, name=name).log_group_arn


def pipe_role(scope: Construct, place: Place, pipe_name: str, statements: Sequence[Statement]) -> CfnRole:
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
        },
    )
