"""
`examples/direct_delivery`: a topic, a queue and an event bus without a function.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.endtoend.running import running

if TYPE_CHECKING:
    from pathlib import Path

    from pipes_trigger.local.codepipeline import CodePipelineEndpoint
    from pipes_trigger.local.session import LocalSession
    from pipes_trigger.testing.running import RunningApp


def listen(app: RunningApp) -> str:
    """
    Subscribe a queue to the topic and to the bus, and give its URL.
    """
    named = {
        resource.type: resource.physical_id for resource in app.deployment.stack("DirectDelivery").resources.values()
    }
    sqs, events = app.client("sqs"), app.client("events")
    url: str = sqs.create_queue(QueueName="listener")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    raw = {"RawMessageDelivery": "true"}
    app.client("sns").subscribe(TopicArn=named["AWS::SNS::Topic"], Protocol="sqs", Endpoint=arn, Attributes=raw)
    bus, pattern = named["AWS::Events::EventBus"], json.dumps({"source": ["acme.shop"]})
    events.put_rule(Name="listener", EventBusName=bus, EventPattern=pattern)
    events.put_targets(Rule="listener", EventBusName=bus, Targets=[{"Id": "listener", "Arn": arn}])
    return url


def test_what_is_delivered(
    example_assemblies: dict[str, Path], local_session: LocalSession, codepipeline: CodePipelineEndpoint
) -> None:
    """
    One order goes to topic and queue, a draft to neither, and a customer to the bus with its source and detail type.
    """
    with running(example_assemblies["direct_delivery"], local_session, codepipeline) as app:
        url, sqs = listen(app), app.client("sqs")
        app.put({"id": "o-0", "status": "DRAFT"}, table="announced/Table")
        app.put({"id": "o-1", "status": "PLACED"}, table="announced/Table")
        app.put({"id": "ada"}, table="told/Table")
        queued = json.loads(app.wait_for_message("Orders"))
        app.wait_for_fates(5)
        heard = [
            json.loads(message["Body"]) for _ in range(2) for message in sqs.receive_message(QueueUrl=url)["Messages"]
        ]
        functions = app.client("lambda").list_functions()["Functions"]

    order = {"order": "o-1", "status": "PLACED"}
    (announced,) = [message for message in heard if "source" not in message]
    (event,) = [message for message in heard if "source" in message]
    assert (queued, announced) == (order, order)
    assert (event["source"], event["detail-type"], event["detail"]) == (
        "acme.shop",
        "customer changed",
        {"customer": "ada", "change": "INSERT"},
    )
    assert [each for each in functions if each["FunctionName"].startswith(("order-", "customer-"))] == []
