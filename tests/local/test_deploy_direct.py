"""
Pipes without a function, and pipes with an enrichment, deployed from an assembly and run.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipes_trigger.local.deploy import deploy
from pipes_trigger.local.running import LocalPipes

if TYPE_CHECKING:
    from pipes_trigger.local.session import LocalSession
    from tests.local.conftest import WriteAssembly

ENRICHMENT = "def handler(event, context):\n    return [{**each, 'total': 7} for each in event]\n"
TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
    },
}
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}


def pipe(target: Any, parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    """
    Make a pipe from the table's stream.
    """
    stream = {"StartingPosition": "TRIM_HORIZON", "BatchSize": 10, "MaximumRetryAttempts": 0}
    properties = {
        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
        "Source": {"Fn::GetAtt": ["Table", "StreamArn"]},
        "Target": target,
        "SourceParameters": {"DynamoDBStreamParameters": stream},
        "TargetParameters": parameters,
        **more,
    }
    return {"Type": "AWS::Pipes::Pipe", "Properties": properties}


def state_machine(kind: str, state: dict[str, Any]) -> dict[str, Any]:
    """
    Make a state machine of one state.
    """
    definition = {"StartAt": "Only", "States": {"Only": {**state, "End": True}}}
    properties = {
        "StateMachineType": kind,
        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
        "DefinitionString": json.dumps(definition),
    }
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}


RESOURCES: dict[str, Any] = {
    "Table": TABLE,
    "Role": ROLE,
    "Started": state_machine("STANDARD", {"Type": "Pass"}),
    "Enrichment": {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.12",
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": ENRICHMENT},
        },
    },
    "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "orders"}},
    "Inbox": {"Type": "AWS::SQS::Queue", "Properties": {}},
    "Rule": {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "EventBusName": {"Ref": "Bus"},
            "EventPattern": {"source": ["acme.orders"]},
            "Targets": [{"Id": "Inbox", "Arn": {"Fn::GetAtt": ["Inbox", "Arn"]}}],
        },
    },
    "ToMachine": pipe(
        {"Ref": "Started"},
        {
            "InputTemplate": '{"id": <$.dynamodb.Keys.id.S>}',
            "StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"},
        },
        Name="to-machine",
    ),
    "ToBus": pipe(
        {"Fn::GetAtt": ["Bus", "Arn"]},
        {
            "InputTemplate": '{"id": <$.id>, "total": <$.total>}',
            "EventBridgeEventBusParameters": {
                "Source": "acme.orders",
                "DetailType": {"Ref": "AWS::NoValue"},
                "Resources": [{"Fn::GetAtt": ["Table", "Arn"]}, "$.table"],
            },
        },
        Name="to-bus",
        Enrichment={"Fn::GetAtt": ["Enrichment", "Arn"]},
        EnrichmentParameters={"InputTemplate": '{"id": <$.dynamodb.Keys.id.S>, "table": <$.eventSourceARN>}'},
    ),
    "Connection": {
        "Type": "AWS::Events::Connection",
        "Properties": {"AuthorizationType": "API_KEY", "AuthParameters": {}},
    },
    "Destination": {
        "Type": "AWS::Events::ApiDestination",
        "Properties": {
            "ConnectionArn": {"Fn::GetAtt": ["Connection", "Arn"]},
            "HttpMethod": "POST",
            "InvocationEndpoint": "https://example.com/",
        },
    },
    "ThroughDestination": pipe(
        {"Fn::GetAtt": ["Inbox", "Arn"]},
        {},
        Name="through-destination",
        Enrichment={"Fn::GetAtt": ["Destination", "Arn"]},
    ),
    "ToStandard": pipe({"Ref": "Started"}, {}, Name="to-standard"),
}


def test_pipes_of_every_kind_are_deployed_and_run(local_session: LocalSession, write_assembly: WriteAssembly) -> None:
    """
    One put becomes an execution and, enriched, an event; what cannot be run here is named and left out.
    """
    deployment = deploy(write_assembly({"Direct": {"Resources": RESOURCES}}), local_session)
    table, machine, inbox = (
        deployment.stack("Direct").resources[name].physical_id for name in ("Table", "Started", "Inbox")
    )
    (to_bus,) = [each for each in deployment.pipes if each.name == "to-bus"]
    table_arn = to_bus.source.partition("/stream/")[0]

    with LocalPipes(deployment, observer=lambda _event: None) as pipes:
        local_session.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "a"}})
        done = pipes.wait(lambda: all(each.progress.delivered == 1 for each in pipes.running.values()), timeout=30)

    assert done
    assert sorted(pipes.running) == ["to-bus", "to-machine"]
    states = local_session.client("stepfunctions")
    (execution,) = states.list_executions(stateMachineArn=machine)["executions"]
    assert json.loads(states.describe_execution(executionArn=execution["executionArn"])["input"]) == [{"id": "a"}]
    (message,) = local_session.client("sqs").receive_message(QueueUrl=inbox)["Messages"]
    event = json.loads(message["Body"])
    assert (event["detail-type"], event["detail"]) == ("Event from aws:dynamodb", {"id": "a", "total": 7})
    assert event["resources"] == [table_arn, to_bus.source]
    assert to_bus.target_parameters == {
        "EventBridgeEventBusParameters": {"Source": "acme.orders", "Resources": [table_arn, "$.table"]}
    }
    assert [left_out.logical_id for left_out in deployment.left_out] == [
        "Connection",
        "Destination",
        "ThroughDestination",
    ]
    assert str(deployment.left_out[-1]).endswith("is left out: it refers to Destination, which is left out")
    assert [left_out.logical_id for left_out in pipes.left_out] == ["ToStandard"]
    assert "[LR013] target_arn: is waited for and must be an Express state machine" in str(pipes.left_out[0])


def test_deployed_again_what_a_pipe_is_called_with_is_the_same(
    local_session: LocalSession, write_assembly: WriteAssembly
) -> None:
    """
    The outputs that tell a parameter's value are none of the stack's own.
    """
    assembly = write_assembly({"Direct": {"Resources": RESOURCES}})
    first, second = deploy(assembly, local_session), deploy(assembly, local_session)

    assert [each.target_parameters for each in first.pipes] == [each.target_parameters for each in second.pipes]
    assert first.stack("Direct").outputs == {}
