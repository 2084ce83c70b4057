"""
Triggers without a function, and with an enrichment: synthesized, deployed and run, from a put to what it brings about.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.local.deploy import deploy
from pipes_trigger.local.running import LocalPipes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aws_cdk import Stack

    from pipes_trigger import ApplicationHelper
    from pipes_trigger.local.deployment import Deployment
    from pipes_trigger.local.session import LocalSession

ENRICHMENT = "def handler(event, context):\n    return [{**each, 'total': 7} for each in event]\n"


@dataclass(frozen=True)
class Way:
    """
    A kind of target: the trigger type, and how it is made together with a queue called Inbox that shows its effect.
    """

    trigger_type: str
    build: Callable[[Stack], str]


def queue(stack: Stack) -> str:
    """
    Make a queue, the target itself.
    """
    from aws_cdk.aws_sqs import Queue

    return Queue(stack, "Inbox").queue_arn


def fifo_queue(stack: Stack) -> str:
    """
    Make a FIFO queue, whose messages are in the group of their item.
    """
    from aws_cdk.aws_sqs import Queue

    return Queue(stack, "Inbox", fifo=True, queue_name="inbox.fifo").queue_arn


def topic(stack: Stack) -> str:
    """
    Make a topic that passes on to a queue.
    """
    from aws_cdk.aws_sns import Topic
    from aws_cdk.aws_sns_subscriptions import SqsSubscription
    from aws_cdk.aws_sqs import Queue

    made = Topic(stack, "Topic")
    made.add_subscription(SqsSubscription(Queue(stack, "Inbox"), raw_message_delivery=True))
    return made.topic_arn


def bus(stack: Stack) -> str:
    """
    Make a bus with a rule that passes the detail of every event on to a queue.
    """
    from aws_cdk.aws_events import EventBus, EventPattern, Rule, RuleTargetInput
    from aws_cdk.aws_events_targets import SqsQueue
    from aws_cdk.aws_sqs import Queue

    made = EventBus(stack, "Bus")
    detail = RuleTargetInput.from_event_path("$.detail")
    target = SqsQueue(Queue(stack, "Inbox"), message=detail)
    Rule(stack, "Rule", event_bus=made, event_pattern=EventPattern(account=[stack.account]), targets=[target])
    return made.event_bus_arn


def state_machine(kind: str) -> Callable[[Stack], str]:
    """
    Make a maker of state machines that send the first element of their input to a queue.
    """

    def build(stack: Stack) -> str:
        from aws_cdk.aws_sqs import Queue
        from aws_cdk.aws_stepfunctions import DefinitionBody, StateMachine, StateMachineType, TaskInput
        from aws_cdk.aws_stepfunctions_tasks import SqsSendMessage

        send = SqsSendMessage(
            stack, "Send", queue=Queue(stack, "Inbox"), message_body=TaskInput.from_json_path_at("$[0]")
        )
        made = StateMachine(
            stack,
            "StateMachine",
            state_machine_type=StateMachineType[kind],
            definition_body=DefinitionBody.from_chainable(send),
        )
        return made.state_machine_arn

    return build


WAYS = {
    "queue": Way("sqs_queue", queue),
    "fifo queue": Way("sqs_queue", fifo_queue),
    "topic": Way("sns_topic", topic),
    "bus": Way("event_bus", bus),
    "state machine": Way("state_machine", state_machine("STANDARD")),
    "express state machine": Way("state_machine_sync", state_machine("EXPRESS")),
}


def received(deployment: Deployment, session: LocalSession) -> list[Any]:
    """
    Take what came into the queue called Inbox, waiting for it.
    """
    (stack,) = deployment.stacks
    (url,) = [
        each.physical_id for name, each in stack.resources.items() if each.type == "AWS::SQS::Queue" and "Inbox" in name
    ]
    messages = session.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=10)
    return [json.loads(message["Body"]) for message in messages.get("Messages", [])]


@pytest.mark.parametrize("enriched", [False, True], ids=["plain", "enriched"])
@pytest.mark.parametrize("way", WAYS)
def test_a_put_reaches_the_target(
    *, helper: ApplicationHelper, local_session: LocalSession, tmp_path: Path, way: str, enriched: bool
) -> None:
    """
    Filter, template, enrichment and local run are the same for a trigger without a function.
    """
    from aws_cdk import App, Stack
    from aws_cdk.aws_lambda import Code, Function, Runtime

    from pipes_trigger import DynamoDBStreamTrigger, StreamSource

    app = App(outdir=str(tmp_path / "cdk.out"))
    stack = Stack(app, "Direct")
    template = '{"order": <$.dynamodb.Keys.id.S>}'
    more: dict[str, Any] = {}
    if enriched:
        code = Code.from_inline(ENRICHMENT)
        more["enrichment"] = Function(stack, "Enrich", runtime=Runtime.PYTHON_3_12, handler="index.handler", code=code)
        template = '{"order": <$.dynamodb.Keys.id.S>, "total": <$.total>}'
    DynamoDBStreamTrigger(
        stack,
        "trigger",
        app_helper=helper,
        source=StreamSource.new_table(table_name="orders"),
        trigger_type=WAYS[way].trigger_type,
        resource_base_name="orders",
        target_arns=[WAYS[way].build(stack)],
        direct=True,
        filter_pattern={"eventName": ["INSERT"]},
        input_template=template,
        **more,
    )
    app.synth()

    deployment = deploy(tmp_path / "cdk.out", local_session)
    with LocalPipes(deployment, observer=lambda _event: None) as pipes:
        (pipe,) = pipes.running.values()
        for change in ("put_item", "delete_item"):
            item = {"Item" if change == "put_item" else "Key": {"id": {"S": "o-1"}}}
            getattr(local_session.client("dynamodb"), change)(TableName="orders", **item)
        assert pipe.wait(lambda progress: progress.read == 2 and not progress.undecided, timeout=30)

    assert (pipe.progress.delivered, pipe.progress.filtered) == (1, 1)
    assert (deployment.left_out, pipes.left_out) == ((), ())
    message = {"order": "o-1", **({"total": 7} if enriched else {})}
    assert received(deployment, local_session) == [message]
