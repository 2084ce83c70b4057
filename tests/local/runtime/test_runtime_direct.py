"""
Pipes that deliver without a function, on the emulator: executions, messages and events that are really there.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.errors import ConfigurationError
from pipes_trigger.local.events import BatchFailed, RecordDeadLettered, RecordDelivered

if TYPE_CHECKING:
    from tests.local.runtime.conftest import Run, Site

PASS = {"Type": "Pass", "End": True}
FAIL = {"Type": "Fail", "Error": "Refused", "Cause": "no stock"}
TEMPLATE = '{"order": <$.dynamodb.Keys.id.S>}'
HORIZON: dict[str, Any] = {"StartingPosition": "TRIM_HORIZON"}


def delivered(run: Run) -> list[str]:
    """
    Name the items whose records were delivered.
    """
    return [event.record["dynamodb"]["Keys"]["id"]["S"] for event in run.of(RecordDelivered)]


def test_executions_are_started(site: Site, run: type[Run]) -> None:
    """
    A state machine that nobody waits for gets a batch as the list that a function would get.
    """
    machine = site.state_machine("STANDARD", PASS)
    site.put("a", "b", "c")
    parameters = {
        "InputTemplate": TEMPLATE,
        "StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"},
    }
    pipe = run(site, target_arn=machine, target=parameters, BatchSize=2, **HORIZON)
    with pipe.runtime:
        pipe.settle(read=3)

    assert delivered(pipe) == ["a", "b", "c"]
    assert [given for _status, given in site.executions(machine)] == [
        [{"order": "a"}, {"order": "b"}],
        [{"order": "c"}],
    ]


def test_executions_that_are_waited_for(site: Site, run: type[Run]) -> None:
    """
    An Express state machine runs to its end before the records count as delivered.
    """
    machine = site.state_machine("EXPRESS", PASS)
    site.put("a")
    pipe = run(site, target_arn=machine, target={"InputTemplate": TEMPLATE}, **HORIZON)
    with pipe.runtime:
        pipe.settle(read=1)

    assert delivered(pipe) == ["a"]
    assert site.executions(machine) == [("SUCCEEDED", [{"order": "a"}])]


def test_a_function_may_wait_for_an_execution_too(site: Site) -> None:
    """
    With plain boto3: the emulator's functions do not look for a host called sync-127.0.0.1.
    """
    machine = site.state_machine("EXPRESS", PASS)
    site.function(
        "waiter",
        "import boto3\n\ndef handler(event, context):\n"
        f"    run = boto3.client('stepfunctions').start_sync_execution(stateMachineArn='{machine}', input='[1]')\n"
        "    return run['output']\n",
    )
    answer = site.session.client("lambda").invoke(FunctionName="waiter")["Payload"].read()

    assert json.loads(answer) == "[1]"


def test_an_execution_that_fails_fails_the_batch(site: Site, run: type[Run]) -> None:
    """
    It is retried, and leaves a dead letter at last.
    """
    machine = site.state_machine("EXPRESS", FAIL)
    site.put("a")
    pipe = run(site, site.queue_arn, target_arn=machine, MaximumRetryAttempts=1, **HORIZON)
    with pipe.runtime:
        pipe.settle(read=1)

    assert [(event.reason, event.next_step) for event in pipe.of(BatchFailed)] == [
        ("function error: Refused: no stock", "retry 1 of 1"),
        ("function error: Refused: no stock", "given up after 1 retry"),
    ]
    assert len(site.executions(machine)) == 2
    assert [event.destination for event in pipe.of(RecordDeadLettered)] == [site.queue_arn]
    assert [letter["DDBStreamBatchInfo"]["batchSize"] for letter in site.letters()] == [1]


def test_an_output_reports_partial_failures(site: Site, run: type[Run]) -> None:
    """
    What a state machine answers is read like the answer of a function.
    """
    site.put("a", "b")
    bad = {"itemIdentifier.$": "$[1].id"}
    machine = site.state_machine("EXPRESS", {**PASS, "Parameters": {"batchItemFailures": [bad]}})
    pipe = run(
        site, target_arn=machine, target={"InputTemplate": '{"id": <$.eventID>}'}, MaximumRetryAttempts=0, **HORIZON
    )
    with pipe.runtime:
        pipe.settle(read=2)

    assert delivered(pipe) == ["a"]
    assert [event.reason.split(":")[0] for event in pipe.of(BatchFailed)] == ["the function reported 1 failed"]


def test_a_standard_state_machine_cannot_be_waited_for(site: Site, run: type[Run]) -> None:
    """
    The emulator would run it; the service would not.
    """
    machine = site.state_machine("STANDARD", PASS)
    with pytest.raises(ConfigurationError, match="LR013"):
        run(site, target_arn=machine)


def test_events_reach_the_rules_of_a_bus(site: Site, run: type[Run]) -> None:
    """
    A rule matches what the pipe's parameters say, and its queue gets what the template made.
    """
    events = site.session.client("events")
    bus = events.create_event_bus(Name="orders")["EventBusArn"]
    pattern = {"source": ["acme.orders"], "detail-type": ["INSERT"], "detail": {"order": ["a"]}}
    events.put_rule(Name="placed", EventBusName="orders", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="placed", EventBusName="orders", Targets=[{"Id": "queue", "Arn": site.queue_arn}])
    parameters = {
        "InputTemplate": TEMPLATE,
        "EventBridgeEventBusParameters": {
            "Source": "acme.orders",
            "DetailType": "$.eventName",
            "Resources": ["$.eventSourceARN"],
        },
    }
    site.put("a", "b")
    pipe = run(site, target_arn=bus, target=parameters, **HORIZON)
    with pipe.runtime:
        pipe.settle(read=2)

    assert delivered(pipe) == ["a", "b"]
    (event,) = site.letters()
    assert (event["source"], event["detail-type"], event["detail"]) == ("acme.orders", "INSERT", {"order": "a"})
    assert event["resources"] == [site.stream_arn]


def test_events_that_a_bus_refuses_are_taken_up_again(site: Site, run: type[Run]) -> None:
    """
    The source of a record decides here whether the bus takes it; those before it are delivered once.
    """
    bus = site.session.client("events").create_event_bus(Name="orders")["EventBusArn"]
    site.put("a:acme", "b:aws.orders", "c:acme")
    parameters = {
        "InputTemplate": TEMPLATE,
        "EventBridgeEventBusParameters": {"Source": "$.dynamodb.NewImage.do.S"},
    }
    pipe = run(site, site.queue_arn, target_arn=bus, target=parameters, MaximumRetryAttempts=0, **HORIZON)
    with pipe.runtime:
        pipe.settle(read=3)

    assert delivered(pipe) == ["a"]
    (failed,) = pipe.of(BatchFailed)
    assert failed.reason == (
        "1 of 3 events were refused: NotAuthorizedForSourceException: Not authorized for the source."
    )


def test_a_fifo_queue_keeps_the_order_of_each_group(site: Site, run: type[Run]) -> None:
    """
    Each message is in the group that its record names, and comes out in the order of the changes.
    """
    sqs = site.session.client("sqs")
    url = sqs.create_queue(
        QueueName="orders.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    )["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{site.session.account}:orders.fifo"
    parameters = {
        "InputTemplate": '{"id": <$.dynamodb.Keys.id.S>, "change": <$.eventName>}',
        "SqsQueueParameters": {"MessageGroupId": "$.dynamodb.Keys.id.S"},
    }
    site.put("a", "b")
    site.delete("a")
    pipe = run(site, target_arn=arn, target=parameters, **HORIZON)
    with pipe.runtime:
        pipe.settle(read=3)

    found: list[Any] = []
    while len(found) < 3:
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], WaitTimeSeconds=1)
        for message in received.get("Messages", []):
            found.append((message["Attributes"]["MessageGroupId"], json.loads(message["Body"])["change"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert [change for group, change in found if group == "a"] == ["INSERT", "REMOVE"]
    assert [change for group, change in found if group == "b"] == ["INSERT"]


def test_a_function_that_nobody_waits_for(site: Site, run: type[Run]) -> None:
    """
    The records are delivered when Lambda has them, even where the function fails then.
    """
    site.put("a:raise")
    template = '{"Records": [{"eventID": <$.eventID>, "dynamodb": <$.dynamodb>}]}'
    parameters = {
        "InputTemplate": template,
        "LambdaFunctionParameters": {"InvocationType": "FIRE_AND_FORGET"},
    }
    pipe = run(site, target=parameters, MaximumRetryAttempts=0, **HORIZON)
    with pipe.runtime:
        pipe.settle(read=1)

    assert delivered(pipe) == ["a"]
    assert pipe.of(BatchFailed) == []
