"""
What the pipe's own role is for.

Documents say which actions a pipe's role must have, not when each call is made: `call` says what the API is for.
"""

from __future__ import annotations

from typing import Final

from pipes_trigger.permissions.needs import PIPES_GUIDE, Need, logs_key_needs, needs
from pipes_trigger.permissions.parts import By, Part

_READS: Final = "by EventBridge Pipes while it polls the stream"
_BATCH: Final = "by EventBridge Pipes for every batch that passed the filters"
_ENRICHES: Final = "by EventBridge Pipes for every batch, before the target"
_GIVES_UP: Final = "by EventBridge Pipes when it gives a batch up"
_LOGS: Final = "by EventBridge Pipes for what the pipe logs"
# pipes-alpha grants these to the pipe's role; the guide on pipe logs does not tell whose permissions deliver them.
_LOG_SOURCE: Final = "aws-pipes-alpha, log destinations [?]"
_KEYS_OF_PIPES: Final = "EventBridge user guide, Encrypting Pipes data with KMS keys"
_TABLE_KEY: Final = "DynamoDB developer guide, Encryption at rest"
_QUEUE_KEY: Final = "SQS developer guide, KMS permissions"

PIPE_NEEDS: Final[tuple[Need, ...]] = (
    *needs(
        By.PIPE,
        Part.STREAM,
        PIPES_GUIDE,
        ("dynamodb:DescribeStream", "The pipe finds the shards of the stream.", f"DescribeStream, {_READS}"),
        ("dynamodb:GetShardIterator", "The pipe finds its place in a shard.", f"GetShardIterator, {_READS}"),
        ("dynamodb:GetRecords", "The pipe reads the changes.", f"GetRecords, {_READS}"),
        ("dynamodb:ListStreams", "EventBridge Pipes asks it of every pipe on a stream.", f"ListStreams, {_READS}"),
    ),
    # Some callers can be allowed it on no single stream (service authorization reference).
    *needs(
        By.PIPE,
        Part.ANY,
        PIPES_GUIDE,
        ("dynamodb:ListStreams", "EventBridge Pipes asks it of every pipe on a stream.", f"ListStreams, {_READS}"),
    ),
    *needs(
        By.PIPE,
        Part.TARGET,
        PIPES_GUIDE,
        ("lambda:InvokeFunction", "The pipe hands every batch to this function.", f"Invoke, {_BATCH}"),
        ("sqs:SendMessage", "The pipe puts every batch into this queue.", f"SendMessage, {_BATCH}"),
        ("sns:Publish", "The pipe publishes every batch to this topic.", f"Publish, {_BATCH}"),
        ("states:StartExecution", "The pipe starts this state machine with every batch.", f"StartExecution, {_BATCH}"),
        (
            "states:StartSyncExecution",
            "The pipe runs this Express state machine with every batch and waits for it.",
            f"StartSyncExecution, {_BATCH}",
        ),
        ("events:PutEvents", "The pipe puts every batch on this event bus.", f"PutEvents, {_BATCH}"),
        ("events:InvokeApiDestination", "The pipe sends every batch to this API.", f"the API destination, {_BATCH}"),
        (
            "codepipeline:StartPipelineExecution",
            "The pipe starts this pipeline with every batch.",
            f"StartPipelineExecution, {_BATCH}",
        ),
    ),
    *needs(
        By.PIPE,
        Part.ENRICHMENT,
        PIPES_GUIDE,
        ("lambda:InvokeFunction", "The pipe asks this function to enrich every batch.", f"Invoke, {_ENRICHES}"),
        (
            "states:StartSyncExecution",
            "The pipe asks this Express state machine to enrich every batch.",
            f"StartSyncExecution, {_ENRICHES}",
        ),
        ("events:InvokeApiDestination", "The pipe asks this API to enrich every batch.", f"the API, {_ENRICHES}"),
        ("execute-api:Invoke", "The pipe asks this API to enrich every batch.", f"the API, {_ENRICHES}"),
    ),
    *needs(
        By.PIPE,
        Part.DEAD_LETTER,
        PIPES_GUIDE,
        ("sqs:SendMessage", "What the pipe gives up is named in a message to this queue.", f"SendMessage, {_GIVES_UP}"),
        ("sns:Publish", "What the pipe gives up is named in a message to this topic.", f"Publish, {_GIVES_UP}"),
    ),
    *needs(
        By.PIPE,
        Part.PIPE_LOGS,
        _LOG_SOURCE,
        ("logs:CreateLogStream", "The pipe logs to this log group.", f"CreateLogStream, {_LOGS}"),
        ("logs:PutLogEvents", "The pipe logs to this log group.", f"PutLogEvents, {_LOGS}"),
        ("firehose:PutRecord", "The pipe logs to this delivery stream.", f"PutRecord, {_LOGS}"),
        ("firehose:PutRecordBatch", "The pipe logs to this delivery stream.", f"PutRecordBatch, {_LOGS}"),
        ("s3:PutObject", "The pipe logs to this bucket.", f"PutObject, {_LOGS}"),
    ),
    *needs(
        By.PIPE,
        Part.TABLE_KEY,
        _TABLE_KEY,
        ("kms:Decrypt", "The table, and with it the stream, is encrypted with this key.", "Decrypt, with GetRecords"),
    ),
    *needs(
        By.PIPE,
        Part.DEAD_LETTER_KEY,
        _QUEUE_KEY,
        ("kms:GenerateDataKey", "The dead-letter target is encrypted with this key.", "GenerateDataKey, with the send"),
        ("kms:Decrypt", "The dead-letter target is encrypted with this key.", "Decrypt, with the send"),
    ),
    *needs(
        By.PIPE,
        Part.TARGET_KEY,
        _QUEUE_KEY,
        ("kms:GenerateDataKey", "The target is encrypted with this key.", "GenerateDataKey, with the delivery"),
        ("kms:Decrypt", "The target is encrypted with this key.", "Decrypt, with the delivery"),
    ),
    *needs(
        By.PIPE,
        Part.PIPE_KEY,
        _KEYS_OF_PIPES,
        ("kms:DescribeKey", "The pipe's filter and template are encrypted with this key.", "DescribeKey, by Pipes"),
        (
            "kms:GenerateDataKey",
            "The pipe's filter and template are encrypted with this key.",
            "GenerateDataKey, by Pipes",
        ),
        ("kms:Decrypt", "The pipe's filter and template are encrypted with this key.", "Decrypt, by Pipes"),
    ),
    *logs_key_needs(By.PIPE),
    *needs(
        By.PIPES,
        Part.PIPE_ROLE,
        "EventBridge user guide, Pipes security",
        (
            "sts:AssumeRole",
            "The pipe acts as this role.",
            "AssumeRole, by EventBridge Pipes for whatever the pipe does",
        ),
    ),
)
