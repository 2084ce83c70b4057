"""
Pipes that deliver without a function: what is refused, what is worked out, and what stays the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import (
    ConfigurationError,
    DirectDelivery,
    DynamoDBStreamTrigger,
    FailureHandling,
    InputTemplate,
    InputTemplateError,
    PipeTarget,
    StreamReading,
    StreamSource,
    StreamTriggerType,
    TriggerStrategy,
)
from pipes_trigger.testing import records
from tests.stacks import ACCOUNT, ARNS, REGION

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    from pipes_trigger import ApplicationHelper

    Synth = Callable[[Stack], dict[str, Any]]
    Allowed = Callable[[dict[str, Any], str], list[tuple[str, Any]]]
    OfType = Callable[[dict[str, Any], str], list[dict[str, Any]]]

QUEUE = ARNS[StreamTriggerType.SQS_QUEUE]


@pytest.fixture
def direct(helper: ApplicationHelper) -> dict[str, Any]:
    """
    Return the call of a trigger that delivers to a queue itself.
    """
    return {
        "id": "trigger",
        "app_helper": helper,
        "trigger_type": StreamTriggerType.SQS_QUEUE,
        "table_base_name": "deployment-requests",
        "resource_base_name": "orders",
        "target_arns": [QUEUE],
        "direct": True,
    }


def pipe_of(template: dict[str, Any], of_type: OfType) -> dict[str, Any]:
    """
    Return the one pipe's properties.
    """
    (only,) = of_type(template, "AWS::Pipes::Pipe")
    return only


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"trigger_type": "pipeline", "target_arns": [ARNS[StreamTriggerType.PIPELINE]]},
            "[TD001] direct: Pipes cannot deliver to a CodePipeline pipeline without a function; leave direct out, or "
            "pass a trigger type that it can (SNS_TOPIC, STATE_MACHINE, STATE_MACHINE_SYNC, SQS_QUEUE, EVENT_BUS)",
        ),
        (
            {"target_arns": [QUEUE, f"{QUEUE}-too"]},
            f"[TD002] target_arns: a pipe has one target, and 2 were given: {QUEUE}, {QUEUE}-too; "
            "make a trigger for each",
        ),
        (
            {"reading": StreamReading(batch_size=100)},
            "[TD003] StreamReading(batch_size=): must be at most 10 for an SQS queue, got 100; pass at most 10",
        ),
        (
            {"trigger_type": "sns_topic", "target_arns": [f"{ARNS[StreamTriggerType.SNS_TOPIC]}.fifo"]},
            "[TD004] target_arns: a FIFO SNS topic is no target of a pipe; pass a standard one, or use a function",
        ),
        (
            {"direct": DirectDelivery(detail_type="Order")},
            "[TD005] DirectDelivery(detail_type=): is no option of this kind of target; "
            "there are 'message_deduplication_id', 'message_group_id'",
        ),
        (
            {"target_arns": [f"{QUEUE}.fifo"]},
            "[TD006] DirectDelivery(message_group_id=): is needed for a FIFO queue, and the table's keys are not known "
            "here; pass DirectDelivery(message_group_id='$.dynamodb.Keys.<partition key>.<its type>')",
        ),
        (
            {"lambda_handler": "app.handler", "env_vars": {}, "table_index_name": "by-status"},
            "3 faults in the trigger:\n"
            "  [TR019] direct, table_index_name: a pipe that delivers directly has no function; "
            "leave direct out, or leave this out\n"
            "  [TR019] direct, lambda_handler: a pipe that delivers directly has no function; "
            "leave direct out, or leave this out\n"
            "  [TR019] direct, env_vars: a pipe that delivers directly has no function; "
            "leave direct out, or leave this out",
        ),
        (
            {"target_arns": [QUEUE.replace("eu-west-1", "us-east-1")]},
            "[SA008] target_arns[0]: lies in us-east-1, and the pipe in eu-west-1: a pipe reaches its own region only; "
            "pass one of eu-west-1",
        ),
        (
            {"direct": "yes"},
            "[TR014] direct: must be True, False or a DirectDelivery, got 'yes'; pass one of them",
        ),
    ],
)
def test_what_cannot_be_delivered_directly_is_refused(
    direct: dict[str, Any], stack: Stack, changes: dict[str, Any], message: str
) -> None:
    """
    Pipes' limits of each target are told at synth, and nothing is left behind.
    """
    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **{**direct, **changes})

    assert str(caught.value) == message
    assert stack.node.children == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"message_group_id": "", "detail_type": 5},
            "2 faults in the trigger:\n"
            "  [OP007] DirectDelivery(message_group_id=): must be text, got ''; write it, or leave it out\n"
            "  [OP007] DirectDelivery(detail_type=): must be text, got 5; write it, or leave it out",
        ),
        (
            {"parameters": {"KinesisStreamParameters": "key"}},
            "[OP008] DirectDelivery(parameters=): must be objects by name, got {'KinesisStreamParameters': 'key'}; "
            "write {'KinesisStreamParameters': {'PartitionKey': '$.eventID'}}",
        ),
    ],
)
def test_options_of_a_target_are_checked_when_they_are_made(options: dict[str, Any], message: str) -> None:
    """
    An option is text, and further parameters are objects.
    """
    with pytest.raises(ConfigurationError) as caught:
        DirectDelivery(**options)

    assert str(caught.value) == message


def test_a_fifo_queue_of_the_app_keeps_the_order_of_each_item(
    direct: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType
) -> None:
    """
    That a queue is FIFO is known from its construct; the group is the table's partition key, the eventID deduplicates.
    """
    from aws_cdk.aws_dynamodb import Attribute, AttributeType
    from aws_cdk.aws_sqs import Queue

    queue = Queue(stack, "Queue", fifo=True)
    source = StreamSource.new_table(partition_key=Attribute(name="order", type=AttributeType.NUMBER))
    changes = {"table_base_name": None, "source": source, "target_arns": [queue.queue_arn]}
    DynamoDBStreamTrigger(stack, **{**direct, **changes})

    assert pipe_of(synth(stack), of_type)["TargetParameters"]["SqsQueueParameters"] == {
        "MessageDeduplicationId": "$.eventID",
        "MessageGroupId": "$.dynamodb.Keys.order.N",
    }


def test_an_event_bus_is_told_type_and_source(
    direct: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType
) -> None:
    """
    What the options say stands in the target's parameters, beside the template.
    """
    changes = {
        "trigger_type": StreamTriggerType.EVENT_BUS,
        "target_arns": [ARNS[StreamTriggerType.EVENT_BUS]],
        "direct": DirectDelivery(detail_type="$.eventName", event_source="acme.orders"),
        "input_template": InputTemplate('{"id": <$.eventID>}'),
    }
    DynamoDBStreamTrigger(stack, **{**direct, **changes})

    assert pipe_of(synth(stack), of_type)["TargetParameters"] == {
        "EventBridgeEventBusParameters": {"DetailType": "$.eventName", "Source": "acme.orders"},
        "InputTemplate": '{"id": <$.eventID>}',
    }


def test_a_target_kind_of_the_users_own(
    direct: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType, allowed: Allowed
) -> None:
    """
    A strategy that says how Pipes delivers to it needs nothing of this package's.
    """
    arn = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/orders"
    kinesis = TriggerStrategy(
        noun="Kinesis stream",
        service="kinesis",
        resource=r"stream/[a-zA-Z0-9_.-]{1,128}",
        actions=("kinesis:PutRecords",),
        target=PipeTarget(actions=("kinesis:PutRecord", "kinesis:PutRecords"), largest_batch=500),
    )
    delivery = DirectDelivery(parameters={"KinesisStreamParameters": {"PartitionKey": "$.eventID"}})
    reading = StreamReading(batch_size=500)
    changes = {"trigger_type": kinesis, "target_arns": [arn], "direct": delivery, "reading": reading}
    DynamoDBStreamTrigger(stack, **{**direct, **changes})
    template = synth(stack)

    assert pipe_of(template, of_type)["TargetParameters"]["KinesisStreamParameters"] == {"PartitionKey": "$.eventID"}
    assert ("kinesis:PutRecords", arn) in allowed(template, "pipes")


def test_the_proof_holds_without_a_function(direct: dict[str, Any], stack: Stack) -> None:
    """
    A REMOVE that would reach a template of the new image is refused, as with a function.
    """
    with pytest.raises(InputTemplateError, match="PR001"):
        DynamoDBStreamTrigger(stack, **direct, input_template=InputTemplate.new_image())


def test_messages_can_be_simulated(direct: dict[str, Any], stack: Stack) -> None:
    """
    The simulation gives the messages of each batch.
    """
    template = InputTemplate('{"id": <$.dynamodb.Keys.id.S>}')
    trigger = DynamoDBStreamTrigger(stack, **direct, input_template=template, reading=StreamReading(batch_size=1))

    assert trigger.simulate([records.insert({"id": "1"}), records.insert({"id": "2"})]) == (
        [{"id": "1"}],
        [{"id": "2"}],
    )


def test_what_cannot_be_delivered_ends_in_the_queue(
    direct: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType
) -> None:
    """
    Failure handling is the same with and without a function.
    """
    trigger = DynamoDBStreamTrigger(stack, **direct, failure_handling=FailureHandling(maximum_retry_attempts=2))
    stream = pipe_of(synth(stack), of_type)["SourceParameters"]["DynamoDBStreamParameters"]

    assert trigger.dead_letter_queue is not None
    assert stream["MaximumRetryAttempts"] == 2
    assert "DeadLetterQueue" in stream["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]
