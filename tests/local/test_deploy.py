"""
Deploying hand-written assemblies to the real emulator.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from pipes_trigger.errors import DeploymentError
from pipes_trigger.local.artifacts import AssemblyError
from pipes_trigger.local.deploy import deploy
from pipes_trigger.local.deployment import DeployedPipe, DeployedResource
from pipes_trigger.local.ports import free_port
from pipes_trigger.local.session import LocalSession
from pipes_trigger.local.template import LeftOut

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipes_trigger.local.codepipeline import CodePipelineEndpoint
    from tests.local.conftest import WriteAssembly

T = TypeVar("T")

HANDLER = """
import os

import boto3


def handle(event, context):
    run = boto3.client("codepipeline").start_pipeline_execution(
        name=os.environ["PIPELINE_ARN"].rsplit(":", 1)[1], variables=[{"name": "item", "value": event["item"]}]
    )
    boto3.client("sns").publish(TopicArn=os.environ["TOPIC_ARN"], Message=event["item"])
    return run["pipelineExecutionId"]
"""

BOOTSTRAP: dict[str, Any] = {
    "Parameters": {
        "BootstrapVersion": {
            "Type": "AWS::SSM::Parameter::Value<String>",
            "Default": "/cdk-bootstrap/hnb659fds/version",
        }
    },
    "Rules": {
        "CheckBootstrapVersion": {
            "Assertions": [
                {
                    "Assert": {"Fn::Not": [{"Fn::Contains": [["1", "2", "3", "4", "5"], {"Ref": "BootstrapVersion"}]}]},
                    "AssertDescription": "CDK bootstrap stack version 6 required.",
                }
            ]
        }
    },
    "Conditions": {"Metadata": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}},
}

FOUNDATION: dict[str, Any] = {
    **BOOTSTRAP,
    "Resources": {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": "requests",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "BillingMode": "PAY_PER_REQUEST",
                "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
            },
        },
        "StreamParameter": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {
                "Name": "dynamodb_table_stream_requests",
                "Type": "String",
                "Value": {"Fn::GetAtt": ["Table", "StreamArn"]},
            },
        },
        "PipelineRole": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "sts:AssumeRole",
                            "Principal": {"Service": "codepipeline.amazonaws.com"},
                        }
                    ],
                }
            },
        },
        "Pipeline": {
            "Type": "AWS::CodePipeline::Pipeline",
            "Properties": {
                "Name": {"Fn::Join": ["-", ["deploy", {"Ref": "AWS::Region"}]]},
                "PipelineType": "V2",
                "RoleArn": {"Fn::GetAtt": ["PipelineRole", "Arn"]},
                "Variables": [{"Name": "item"}, {"Name": "table", "DefaultValue": {"Ref": "Table"}}],
                "Stages": [{"Name": "Source", "Actions": []}],
            },
            "DependsOn": ["PipelineRole"],
        },
        "Metadata": {"Type": "AWS::CDK::Metadata", "Properties": {}, "Condition": "Metadata"},
    },
    "Outputs": {
        "PipelineArn": {
            "Value": {"Fn::Sub": "arn:aws:codepipeline:${AWS::Region}:${AWS::AccountId}:${Pipeline}"},
            "Export": {"Name": "foundation:PipelineArn"},
        }
    },
}

PLATFORM: dict[str, Any] = {
    **BOOTSTRAP,
    "Parameters": {
        **BOOTSTRAP["Parameters"],
        "Stream": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "dynamodb_table_stream_requests"},
    },
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "started"}},
        "Inbox": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "inbox"}},
        "InboxPolicy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [{"Ref": "Inbox"}],
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "sqs:SendMessage",
                            "Principal": {"Service": "sns.amazonaws.com"},
                            "Resource": {"Fn::GetAtt": ["Inbox", "Arn"]},
                        }
                    ],
                },
            },
        },
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "TopicArn": {"Ref": "Topic"},
                "Protocol": "sqs",
                "Endpoint": {"Fn::GetAtt": ["Inbox", "Arn"]},
                "RawMessageDelivery": True,
            },
        },
        "DeadLetters": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "sts:AssumeRole",
                            "Principal": {"Service": ["lambda.amazonaws.com", "pipes.amazonaws.com"]},
                        }
                    ],
                }
            },
        },
        "RolePolicy": {
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": "policy",
                "Roles": [{"Ref": "Role"}],
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "codepipeline:StartPipelineExecution",
                            "Resource": {"Fn::ImportValue": "foundation:PipelineArn"},
                        }
                    ],
                },
            },
        },
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 14}},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": "processor",
                "Runtime": "python3.12",
                "Handler": "index.handle",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {
                    "S3Bucket": {"Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"},
                    "S3Key": "code.zip",
                },
                "LoggingConfig": {"LogGroup": {"Ref": "Logs"}},
                "Environment": {
                    "Variables": {
                        "PIPELINE_ARN": {"Fn::ImportValue": "foundation:PipelineArn"},
                        "TOPIC_ARN": {"Ref": "Topic"},
                    }
                },
            },
        },
        "Pipe": {
            "Type": "AWS::Pipes::Pipe",
            "Properties": {
                "Name": "processor",
                "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                "Source": {"Ref": "Stream"},
                "SourceParameters": {
                    "DynamoDBStreamParameters": {
                        "StartingPosition": "LATEST",
                        "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}},
                    },
                    "FilterCriteria": {"Filters": [{"Pattern": '{"eventName":["INSERT"]}'}]},
                },
                "Target": {"Fn::GetAtt": ["Function", "Arn"]},
            },
            "DependsOn": ["RolePolicy"],
        },
    },
    "Outputs": {"Inbox": {"Value": {"Ref": "Inbox"}}},
}


@pytest.fixture
def platform(write_assembly: WriteAssembly, tmp_path: Path) -> Path:
    """
    Write an assembly of a foundation and a platform stack that needs it, with the code of a function.
    """
    code = tmp_path / "cdk.out" / "asset.code"
    code.mkdir(parents=True)
    (code / "index.py").write_text(HANDLER)
    return write_assembly({"platform": PLATFORM, "foundation": FOUNDATION}, needs={"platform": ["foundation"]})


def until(ask: Callable[[], T]) -> T:
    """
    Ask until the answer is not empty, for ten seconds at most.
    """
    for _attempt in range(100):
        answer = ask()
        if answer:
            return answer
        time.sleep(0.1)
    return ask()


def records(session: LocalSession, stream: str, position: str) -> Callable[[], list[str]]:
    """
    Give a function that reads what the stream has from `position` on, as event names.
    """
    client = session.client("dynamodbstreams")
    (shard,) = client.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    iterator = client.get_shard_iterator(StreamArn=stream, ShardId=shard["ShardId"], ShardIteratorType=position)
    return lambda: [
        record["eventName"] for record in client.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    ]


def queue(name: Any, **more: Any) -> dict[str, Any]:
    """
    Give a queue resource.
    """
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}, **more}


def test_deployed_function_reaches_pipeline_and_topic(
    platform: Path, local_session: LocalSession, codepipeline: CodePipelineEndpoint
) -> None:
    """
    The deployed function runs its asset's code, starts the pipeline with its variables and publishes to the topic.
    """
    deployment = deploy(platform, local_session)

    answer = local_session.client("lambda").invoke(FunctionName="processor", Payload=json.dumps({"item": "r-1"}))
    run = json.loads(answer["Payload"].read())
    inbox = deployment.stack("platform").outputs["Inbox"]
    sqs = local_session.client("sqs")
    messages = until(lambda: sqs.receive_message(QueueUrl=inbox).get("Messages", []))
    (execution,) = codepipeline.executions("deploy-us-east-1", account=local_session.account)
    assert (run, {"item": "r-1", "table": "requests"}) == (execution.execution_id, execution.variables)
    assert [message["Body"] for message in messages] == ["r-1"]


def test_pipe_is_resolved_and_stopped(platform: Path, local_session: LocalSession) -> None:
    """
    A deployed pipe is known with its stream, function and queue, and is left to the local runtime to run.
    """
    deployment = deploy(platform, local_session)

    table = local_session.client("dynamodb").describe_table(TableName="requests")["Table"]
    function = local_session.client("lambda").get_function(FunctionName="processor")["Configuration"]
    queue_url = deployment.stack("platform").resources["DeadLetters"].physical_id
    attributes = local_session.client("sqs").get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    described = local_session.client("pipes").describe_pipe(Name="processor")
    assert (
        DeployedPipe(
            stack="platform",
            logical_id="Pipe",
            name="processor",
            source=table["LatestStreamArn"],
            target=function["FunctionArn"],
            enrichment=None,
            dead_letter=attributes["Attributes"]["QueueArn"],
            session=local_session,
        ),
    ) == deployment.pipes
    assert described["DesiredState"] == "STOPPED"


def test_stream_positions(platform: Path, local_session: LocalSession) -> None:
    """
    The deployed table's stream is read from its beginning with TRIM_HORIZON and from now on with LATEST.
    """
    (pipe,) = deploy(platform, local_session).pipes
    dynamodb = local_session.client("dynamodb")

    dynamodb.put_item(TableName="requests", Item={"id": {"S": "1"}, "n": {"N": "1"}})
    horizon, latest = (records(local_session, pipe.source, name) for name in ("TRIM_HORIZON", "LATEST"))
    dynamodb.put_item(TableName="requests", Item={"id": {"S": "1"}, "n": {"N": "2"}})
    dynamodb.delete_item(TableName="requests", Key={"id": {"S": "1"}})

    assert horizon() == ["INSERT", "MODIFY", "REMOVE"]
    assert latest() == ["MODIFY", "REMOVE"]


def test_template_and_resources_are_kept(platform: Path, local_session: LocalSession) -> None:
    """
    A deployed stack has the template as synthesized, its own outputs alone, and every resource with its physical id.
    """
    foundation = deploy(platform, local_session).stack("foundation")

    assert foundation.template == FOUNDATION
    assert foundation.outputs == {
        "PipelineArn": f"arn:aws:codepipeline:us-east-1:{local_session.account}:deploy-us-east-1"
    }
    assert foundation.pipelines == {"Pipeline": "deploy-us-east-1"}
    assert list(foundation.resources) == ["Table", "StreamParameter", "PipelineRole", "Pipeline", "Metadata"]
    assert foundation.resources["Pipeline"] == DeployedResource(
        logical_id="Pipeline", type="AWS::CodePipeline::Pipeline", physical_id="deploy-us-east-1"
    )


def test_deploying_again(platform: Path, local_session: LocalSession, write_assembly: WriteAssembly) -> None:
    """
    Deploying again changes what has changed and nothing else.
    """
    first = deploy(platform, local_session)
    again = deploy(platform, local_session)
    resources = {**PLATFORM["Resources"], "More": queue("more")}
    write_assembly(
        {"platform": {**PLATFORM, "Resources": resources}, "foundation": FOUNDATION}, needs={"platform": ["foundation"]}
    )
    changed = deploy(platform, local_session)

    assert first.stacks == again.stacks
    assert {"More"} == changed.stack("platform").resources.keys() - first.stack("platform").resources.keys()


def test_unknown_types_are_left_out(write_assembly: WriteAssembly, local_session: LocalSession) -> None:
    """
    A type that the emulator does not know is left out, by name, with all that needs it in this stack and the next.
    """
    alerts = {
        "Resources": {
            "Chat": {"Type": "AWS::Chatbot::SlackChannelConfiguration", "Properties": {}},
            "Needs": queue({"Fn::Sub": "for-${Chat}"}),
            "After": queue("after", DependsOn=["Chat"]),
        },
        "Outputs": {"Chat": {"Value": {"Ref": "Chat"}, "Export": {"Name": "chat"}}},
    }
    users = {"Resources": {"User": queue({"Fn::ImportValue": "chat"}), "Other": queue("other")}}
    said: list[str] = []

    assembly = write_assembly({"alerts": alerts, "users": users}, needs={"users": ["alerts"]})
    deployment = deploy(assembly, local_session, progress=said.append)

    expected = (
        LeftOut("alerts", "Chat", "AWS::Chatbot::SlackChannelConfiguration", "the emulator does not know this type"),
        LeftOut("alerts", "Needs", "AWS::SQS::Queue", "it refers to Chat, which is left out"),
        LeftOut("alerts", "Chat", "Output", "it refers to Chat, which is left out"),
        LeftOut("users", "User", "AWS::SQS::Queue", "it imports chat, which is left out"),
    )
    assert expected == deployment.left_out
    assert [list(stack.resources) for stack in deployment.stacks] == [["After"], ["Other"]]
    assert {str(one) for one in expected} <= set(said)


def test_nested_stack(write_assembly: WriteAssembly, local_session: LocalSession) -> None:
    """
    A nested stack is deployed, and a pipe in it is named as one that is not run.
    """
    url = {"Fn::Sub": "https://s3.${AWS::Region}.${AWS::URLSuffix}/templates/nested.json"}
    nested = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": url},
        "Metadata": {"aws:asset:path": "nested.template.json"},
    }
    assembly = write_assembly({"stack": {"Resources": {"Nested": nested}}})
    pipe = {"Type": "AWS::Pipes::Pipe", "Properties": {"RoleArn": "r", "Source": "s", "Target": "t"}}
    inner = json.dumps({"Resources": {"Queue": queue("inner"), "Pipe": pipe}})
    (assembly / "nested.template.json").write_text(inner)
    local_session.client("s3").create_bucket(Bucket="templates")
    local_session.client("s3").put_object(Bucket="templates", Key="nested.json", Body=inner.encode())

    deployment = deploy(assembly, local_session)

    assert [str(one) for one in deployment.left_out] == [
        "stack: Nested.Pipe (AWS::Pipes::Pipe) is left out: it is in a nested stack, which is deployed as it is; "
        "move it to the stack itself to have it run"
    ]
    assert local_session.client("sqs").get_queue_url(QueueName="inner")["QueueUrl"].endswith("/inner")


def test_docker_images_are_left_out(write_assembly: WriteAssembly, local_session: LocalSession) -> None:
    """
    A docker image of the assembly is named as left out.
    """
    assembly = write_assembly({"stack": {"Resources": {"Queue": queue("q")}}})
    (assembly / "stack.assets.json").write_text(json.dumps({"dockerImages": {"abc": {}}}))

    deployment = deploy(assembly, local_session)

    why = "docker images are not built here, and functions run without docker"
    assert deployment.left_out == (LeftOut("stack", "abc", "docker image", why),)


def test_pipelines_without_an_endpoint(write_assembly: WriteAssembly, local_session: LocalSession) -> None:
    """
    Where there is no CodePipeline endpoint, a pipeline is left out like any other type that is not known.
    """
    template = {"Resources": {"Pipeline": FOUNDATION["Resources"]["Pipeline"], "Queue": queue("q")}}
    session = LocalSession(local_session.url, account=local_session.account)

    deployment = deploy(write_assembly({"stack": template}), session)

    unknown = LeftOut("stack", "Pipeline", "AWS::CodePipeline::Pipeline", "the emulator does not know this type")
    assert (unknown,) == deployment.left_out


def test_failure_says_what_is_there(write_assembly: WriteAssembly, local_session: LocalSession) -> None:
    """
    A stack that fails is named with the resource and the reason, beside what was deployed before it.
    """
    good = {"Resources": {"Queue": queue("good")}}
    bad = {"Resources": {"Queue": queue({"Fn::ImportValue": "nothing"})}}
    assembly = write_assembly({"bad": bad, "good": good}, needs={"bad": ["good"]})

    with pytest.raises(DeploymentError) as caught:
        deploy(assembly, local_session)

    assert str(caught.value) == (
        "the stack bad is ROLLBACK_COMPLETE: Queue (AWS::SQS::Queue): Export 'nothing' not found; "
        "deployed before it and still there: good"
    )


def test_failed_stack_is_made_anew(write_assembly: WriteAssembly, local_session: LocalSession) -> None:
    """
    A stack that has failed is deployed once its fault is mended, though CloudFormation cannot update it.
    """
    with pytest.raises(DeploymentError):
        deploy(write_assembly({"stack": {"Resources": {"Queue": queue({"Fn::ImportValue": "no"})}}}), local_session)

    deployment = deploy(write_assembly({"stack": {"Resources": {"Queue": queue("yes")}}}), local_session)

    assert {"Queue"} == deployment.stack("stack").resources.keys()


def test_refused_stack(write_assembly: WriteAssembly, local_session: LocalSession) -> None:
    """
    A stack that CloudFormation does not even begin is told with its reason.
    """
    template = {
        "Parameters": {"P": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "missing"}},
        "Resources": {"Queue": queue("q")},
    }

    with pytest.raises(DeploymentError) as caught:
        deploy(write_assembly({"stack": template}), local_session)

    assert str(caught.value) == (
        "the stack stack was refused: Parameter 'P' failed to resolve: SSM parameter 'missing' does not exist; "
        "nothing else is deployed"
    )


def test_refused_pipeline(write_assembly: WriteAssembly, local_session: LocalSession) -> None:
    """
    A pipeline that is refused after its stack was deployed is told so.
    """
    properties = {
        **FOUNDATION["Resources"]["Pipeline"]["Properties"],
        "PipelineType": "V1",
        "Variables": [{"Name": "x"}],
    }
    template = {"Resources": {"Pipeline": {"Type": "AWS::CodePipeline::Pipeline", "Properties": properties}}}

    with pytest.raises(DeploymentError) as caught:
        deploy(write_assembly({"stack": template}), local_session)

    assert str(caught.value) == (
        "the stack stack is deployed, but its pipeline Pipeline was refused: An error occurred "
        "(InvalidStructureException) when calling the CreatePipeline operation: The pipeline deploy-us-east-1 declares "
        "variables, which a pipeline of type V1 cannot have; nothing else is deployed"
    )


def test_environment_of_a_stack(write_assembly: WriteAssembly, local_session: LocalSession) -> None:
    """
    A stack that names an account and a region is deployed there, and its conditions see that region.
    """
    template = {
        "Conditions": {"Here": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
        "Resources": {"Queue": queue("q"), "Here": queue("here", Condition="Here")},
    }
    assembly = write_assembly({"stack": template}, environments={"stack": "aws://210987654321/eu-west-1"})

    stack = deploy(assembly, local_session).stack("stack")

    assert (stack.session.account, stack.session.region) == ("210987654321", "eu-west-1")
    assert list(stack.resources) == ["Queue", "Here"]
    assert local_session.client("sqs").list_queues().get("QueueUrls", []) == []


def test_stack_of_pipelines_alone(
    write_assembly: WriteAssembly, local_session: LocalSession, codepipeline: CodePipelineEndpoint
) -> None:
    """
    A stack that holds nothing but a pipeline without a name deploys, and deploying again updates that pipeline.
    """
    properties = {"PipelineType": "V2", "Stages": [{"Name": "Build"}]}
    template = {"Resources": {"Run": {"Type": "AWS::CodePipeline::Pipeline", "Properties": properties}}}
    assembly = write_assembly({"stack": template})

    first = deploy(assembly, local_session).stack("stack").pipelines
    again = deploy(assembly, local_session).stack("stack").pipelines

    client = codepipeline.session(local_session.account).client("codepipeline")
    (pipeline,) = client.list_pipelines()["pipelines"]
    assert first == again == {"Run": pipeline["name"]}
    assert (pipeline["name"].startswith("stack-Run-"), pipeline["version"]) == (True, 2)


def test_condition_that_does_not_hold(write_assembly: WriteAssembly, local_session: LocalSession) -> None:
    """
    A pipeline or a pipe whose condition does not hold is not there.
    """
    never = {"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}}}
    pipe = {**PLATFORM["Resources"]["Pipe"], "Condition": "Never", "DependsOn": []}
    pipe["Properties"] = {"RoleArn": "arn:aws:iam::111122223333:role/r", "Source": "s", "Target": "t"}
    pipeline = {**FOUNDATION["Resources"]["Pipeline"], "Condition": "Never"}
    pipeline["Properties"] = {"Name": "never", "PipelineType": "V2", "Stages": []}
    resources = {"Pipe": pipe, "Pipeline": pipeline, "Queue": queue("q")}

    stack = deploy(write_assembly({"stack": {**never, "Resources": resources}}), local_session).stack("stack")

    assert (list(stack.resources), stack.pipes, stack.pipelines) == (["Queue"], (), {})


def test_large_template(write_assembly: WriteAssembly, local_session: LocalSession) -> None:
    """
    A template that is too large for a request deploys all the same.
    """
    template = {"Metadata": {"Text": "x" * 60_000}, "Resources": {"Queue": queue("q")}}

    deployment = deploy(write_assembly({"stack": template}), local_session)

    assert list(deployment.stack("stack").resources) == ["Queue"]


def test_chosen_stacks(platform: Path, local_session: LocalSession) -> None:
    """
    Only the chosen stacks and those that they need are deployed, and any other one is not known afterwards.
    """
    deployment = deploy(platform, local_session, stacks=["foundation"])

    assert [stack.name for stack in deployment.stacks] == ["foundation"]
    with pytest.raises(KeyError, match="platform"):
        deployment.stack("platform")


def test_progress(write_assembly: WriteAssembly, local_session: LocalSession) -> None:
    """
    Every step is told.
    """
    said: list[str] = []

    deploy(write_assembly({"stack": FOUNDATION}), local_session, progress=said.append)

    assert said == [
        "stack: deploying 4 resources",
        "stack: the pipeline deploy-us-east-1 is at the CodePipeline endpoint",
        "stack: deployed",
    ]


def test_broken_template_leaves_nothing_behind(write_assembly: WriteAssembly, local_session: LocalSession) -> None:
    """
    A template that cannot be read is told before the first stack is deployed.
    """
    assembly = write_assembly({"broken": {"Resources": []}, "good": {"Resources": {"Queue": queue("q")}}})

    with pytest.raises(AssemblyError) as caught:
        deploy(assembly, local_session)

    assert str(caught.value) == (
        f"[CA004] {assembly}/broken.template.json: its Resources must be an object of resources, each with a Type; "
        "run `cdk synth` again"
    )
    assert local_session.client("cloudformation").list_stacks()["StackSummaries"] == []


def test_emulator_that_is_gone(write_assembly: WriteAssembly) -> None:
    """
    An emulator that does not answer is named with its address.
    """
    session = LocalSession(f"http://127.0.0.1:{free_port()}")

    with pytest.raises(DeploymentError) as caught:
        deploy(write_assembly({"stack": {"Resources": {"Queue": queue("q")}}}), session)

    assert str(caught.value) == (
        f'the stack stack did not deploy: Could not connect to the endpoint URL: "{session.url}/"; '
        "nothing else is deployed"
    )
