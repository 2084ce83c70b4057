"""
Customer keys of what is started: found where CDK knows them, and granted to whoever delivers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import DynamoDBStreamTrigger, StreamTriggerType
from tests.stacks import ARNS, the_function

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    from pipes_trigger import ApplicationHelper

    Synth = Callable[[Stack], dict[str, Any]]
    Allowed = Callable[[dict[str, Any], str], list[tuple[str, Any]]]


def encrypted_topic(stack: Stack, key: Any) -> str:
    """
    Return the ARN of a topic under a key.
    """
    from aws_cdk.aws_sns import Topic

    return Topic(stack, "Target", master_key=key).topic_arn


def encrypted_queue(stack: Stack, key: Any) -> str:
    """
    Return the ARN of a queue under a key.
    """
    from aws_cdk.aws_sqs import Queue, QueueEncryption

    return Queue(stack, "Target", encryption=QueueEncryption.KMS, encryption_master_key=key).queue_arn


def encrypted_machine(stack: Stack, key: Any) -> str:
    """
    Return the ARN of a state machine under a key.
    """
    from aws_cdk import aws_stepfunctions as sfn

    return sfn.StateMachine(
        stack,
        "Target",
        definition_body=sfn.DefinitionBody.from_chainable(sfn.Pass(stack, "Pass")),
        encryption_configuration=sfn.CustomerManagedEncryptionConfiguration(key),
    ).state_machine_arn


MAKERS = {
    StreamTriggerType.SNS_TOPIC: encrypted_topic,
    StreamTriggerType.SQS_QUEUE: encrypted_queue,
    StreamTriggerType.STATE_MACHINE: encrypted_machine,
}


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize("kind", MAKERS, ids=lambda kind: kind.value)
def test_the_key_of_a_target_of_the_app_is_found(
    *,
    call: dict[str, Any],
    helper: ApplicationHelper,
    stack: Stack,
    synth: Synth,
    allowed: Allowed,
    kind: StreamTriggerType,
    direct: bool,
) -> None:
    """
    Whoever delivers may use the key that the target is encrypted with, and nobody needs to say which it is.
    """
    from aws_cdk.aws_kms import Key

    arn = MAKERS[kind](stack, Key(stack, "Key"))
    DynamoDBStreamTrigger(
        stack,
        "trigger",
        app_helper=helper,
        trigger_type=kind,
        table_base_name="deployment-requests",
        resource_base_name="orders",
        target_arns=[arn],
        **({"direct": True} if direct else the_function(call)),
    )
    granted = allowed(synth(stack), "pipes" if direct else "lambda")

    keys = [(action, str(resource)[:20]) for action, resource in granted if action.startswith("kms:")]
    assert keys == [(action, "{'Fn::GetAtt': ['Key") for action in kind.strategy.key_actions]


def test_other_keys_are_named(
    call: dict[str, Any], helper: ApplicationHelper, stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    A topic that is known by its ARN alone has its key named beside it.
    """
    key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    DynamoDBStreamTrigger(
        stack,
        "trigger",
        app_helper=helper,
        trigger_type=StreamTriggerType.SNS_TOPIC,
        table_base_name="deployment-requests",
        resource_base_name="orders",
        target_arns=[ARNS[StreamTriggerType.SNS_TOPIC]],
        target_key_arns=[key],
        **the_function(call),
    )

    assert ("kms:GenerateDataKey", key) in allowed(synth(stack), "lambda")


def test_the_managed_key_of_a_service_needs_no_grant(
    call: dict[str, Any], helper: ApplicationHelper, stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    A queue under `alias/aws/sqs` names no customer key, so none is granted.
    """
    from aws_cdk.aws_sqs import Queue, QueueEncryption

    queue = Queue(stack, "Queue", encryption=QueueEncryption.KMS_MANAGED)
    DynamoDBStreamTrigger(
        stack,
        "trigger",
        app_helper=helper,
        trigger_type=StreamTriggerType.SQS_QUEUE,
        table_base_name="deployment-requests",
        resource_base_name="orders",
        target_arns=[queue.queue_arn],
        **the_function(call),
    )

    assert [action for action, _ in allowed(synth(stack), "lambda") if action.startswith("kms:")] == []
