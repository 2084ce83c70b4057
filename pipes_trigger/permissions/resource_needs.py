"""
What policies of the resources themselves are for: functions, queues, topics and keys.
"""

from __future__ import annotations

from typing import Final

from pipes_trigger.permissions.needs import Need, needs
from pipes_trigger.permissions.parts import By, Part

_KEY_POLICIES: Final = "KMS developer guide, Default key policy"
_LOGS_KEY: Final = "CloudWatch Logs user guide, Encrypt log data"
_ENCRYPTED_LOGS: Final = "The log group is encrypted with this key."

RESOURCE_NEEDS: Final[tuple[Need, ...]] = (
    *needs(
        By.EVENTS,
        Part.REDRIVE,
        "EventBridge user guide, Resource-based policies",
        (
            "lambda:InvokeFunction",
            "The schedule starts the redrive function.",
            "Invoke, by EventBridge on the schedule",
        ),
    ),
    *needs(
        By.ACCOUNT,
        Part.KEY,
        _KEY_POLICIES,
        ("kms:*", "Policies of the account decide who uses and manages the key.", "any of KMS, by whom those allow it"),
    ),
    *needs(
        By.LOGS,
        Part.LOGS_KEY,
        _LOGS_KEY,
        *(
            (f"kms:{action}", _ENCRYPTED_LOGS, f"{action}, by CloudWatch Logs")
            for action in ("Encrypt", "Decrypt", "ReEncrypt*", "GenerateDataKey*", "Describe*", "DescribeKey")
        ),
    ),
    *needs(
        By.LOG_DELIVERY,
        Part.PIPE_LOGS,
        "CloudWatch Logs user guide, Logs sent to S3",
        ("s3:PutObject", "The pipe's logs are delivered to this bucket.", "PutObject, by CloudWatch Logs"),
        ("s3:GetBucketAcl", "The pipe's logs are delivered to this bucket.", "GetBucketAcl, by CloudWatch Logs"),
    ),
)
