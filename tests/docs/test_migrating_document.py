"""
The code of docs/migrating.md: theirs and ours, synthesized side by side; and its tables, beside their signatures.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipes_trigger import ApplicationHelper

    Build = Callable[[str], dict[str, Any]]

PAGE = (Path(__file__).parents[2] / "docs" / "migrating.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## From (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
# What one event source mapping and one pipe call the same thing.
MAPPED = {
    "StartingPosition": "StartingPosition",
    "BatchSize": "BatchSize",
    "MaximumBatchingWindowInSeconds": "MaximumBatchingWindowInSeconds",
    "ParallelizationFactor": "ParallelizationFactor",
    "MaximumRetryAttempts": "MaximumRetryAttempts",
    "MaximumRecordAgeInSeconds": "MaximumRecordAgeInSeconds",
}


def blocks(section: str) -> list[str]:
    """
    Give the Python that is executed in a section.
    """
    return re.findall(r"^```python\n(.*?)^```$", SECTIONS[section], re.MULTILINE | re.DOTALL)


def first_column(section: str) -> list[str]:
    """
    Give the names that a section's tables begin with.
    """
    return re.findall(r"^\| `(\w+)` \|", SECTIONS[section], re.MULTILINE)


@pytest.fixture
def build(helper: ApplicationHelper, code_path: str, tmp_path: Path) -> Build:
    """
    Return a function that runs code in a stack with everything that is the reader's, and gives its resources.
    """

    def _build(code: str) -> dict[str, Any]:
        from aws_cdk import App, Environment, Stack
        from aws_cdk.aws_dynamodb import Attribute, AttributeType, StreamViewType, Table
        from aws_cdk.aws_kms import Key
        from aws_cdk.aws_lambda import Code, Function, Runtime
        from aws_cdk.aws_logs import LogGroup
        from aws_cdk.aws_sns import Topic
        from aws_cdk.aws_sqs import Queue

        app = App(outdir=str(tmp_path / "cdk.out"))
        stack = Stack(app, "Yours", env=Environment(account="111122223333", region="eu-west-1"))
        identifier = Attribute(name="id", type=AttributeType.STRING)
        yours = {
            "stack": stack,
            "helper": helper,
            "code_path": code_path,
            "table": Table(stack, "Table", partition_key=identifier, stream=StreamViewType.NEW_AND_OLD_IMAGES),
            "function": Function(
                stack, "Function", runtime=Runtime.PYTHON_3_13, handler="index.handler", code=Code.from_inline("pass")
            ),
            "topic": Topic(stack, "Topic"),
            "queue": Queue(stack, "Queue"),
            "key": Key(stack, "Key"),
            "log_group": LogGroup(stack, "LogGroup"),
        }
        before = set(app.synth().get_stack_by_name("Yours").template["Resources"])
        exec(compile(code, "migrating.md", "exec"), yours)  # noqa: S102 - our own page
        made = app.synth(force=True).get_stack_by_name("Yours").template["Resources"]
        return {name: resource for name, resource in made.items() if name not in before}

    return _build


def only(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    """
    Give the properties of the one resource of a type.
    """
    (found,) = [resource["Properties"] for resource in resources.values() if resource["Type"] == kind]
    properties: dict[str, Any] = found
    return properties


def test_an_event_source_and_a_trigger_say_the_same(build: Build) -> None:
    """
    Every option of the mapping is the pipe's, with the same value; only what the pipe always does is not said.
    """
    theirs, ours = (build(code) for code in blocks("DynamoEventSource"))
    mapping, pipe = only(theirs, "AWS::Lambda::EventSourceMapping"), only(ours, "AWS::Pipes::Pipe")
    stream = pipe["SourceParameters"].pop("DynamoDBStreamParameters")

    assert {name: mapping.pop(name) for name in MAPPED} == {name: stream.pop(MAPPED[name]) for name in MAPPED}
    assert (mapping.pop("EventSourceArn"), mapping.pop("FunctionName")) == (
        pipe["Source"],
        {"Ref": pipe["Target"]["Fn::GetAtt"][0]},
    )
    assert mapping.pop("FilterCriteria") == pipe["SourceParameters"]["FilterCriteria"]
    assert mapping.pop("KmsKeyArn") == pipe["KmsKeyIdentifier"]
    assert mapping.pop("DestinationConfig")["OnFailure"]["Destination"] == stream.pop("DeadLetterConfig")["Arn"]
    assert (mapping.pop("BisectBatchOnFunctionError"), stream.pop("OnPartialBatchItemFailure")) == (
        True,
        "AUTOMATIC_BISECT",
    )
    assert (mapping, stream) == ({"FunctionResponseTypes": ["ReportBatchItemFailures"]}, {})


def test_a_pipe_of_pipes_alpha_and_a_triggers_pipe_are_the_same(build: Build) -> None:
    """
    Property for property, but for the role and the type of invocation that Pipes has anyhow.
    """
    theirs, ours = (only(build(code), "AWS::Pipes::Pipe") for code in blocks("pipes-alpha"))

    assert theirs["TargetParameters"].pop("LambdaFunctionParameters") == {"InvocationType": "REQUEST_RESPONSE"}
    assert (theirs.pop("RoleArn"), ours.pop("RoleArn")) != (None, None)
    assert theirs == ours


def test_what_is_left_of_the_original(build: Build) -> None:
    """
    With the three options four resources are built, and the template is the original's.
    """
    (code,) = blocks("the original trigger")
    ours = build(code)

    assert sorted(resource["Type"] for resource in ours.values()) == [
        "AWS::IAM::Role",
        "AWS::IAM::Role",
        "AWS::Lambda::Function",
        "AWS::Pipes::Pipe",
    ]
    template = only(ours, "AWS::Pipes::Pipe")["TargetParameters"]["InputTemplate"]
    assert template == '{"Records": [{"dynamodb": {"NewImage": <$.dynamodb.NewImage>}}]}'


def test_the_defaults_of_solutions_constructs(build: Build) -> None:
    """
    The table and the failures are as its README says: on demand, AWS-managed key, recovery, kept, 500 within 24 hours.
    """
    (code,) = blocks("AWS Solutions Constructs")
    ours = build(code)
    (table,) = [resource for resource in ours.values() if resource["Type"] == "AWS::DynamoDB::Table"]
    stream = only(ours, "AWS::Pipes::Pipe")["SourceParameters"]["DynamoDBStreamParameters"]

    assert table["DeletionPolicy"] == "Retain"
    assert {name: table["Properties"][name] for name in ("BillingMode", "SSESpecification", "KeySchema")} == {
        "BillingMode": "PAY_PER_REQUEST",
        "SSESpecification": {"SSEEnabled": True},
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert (stream["MaximumRetryAttempts"], stream["MaximumRecordAgeInSeconds"]) == (500, 86_400)
    assert stream["OnPartialBatchItemFailure"] == "AUTOMATIC_BISECT"
    assert "DeadLetterConfig" in stream
    assert only(ours, "AWS::Lambda::Function")["TracingConfig"] == {"Mode": "Active"}


def test_no_argument_of_theirs_is_forgotten() -> None:
    """
    The tables name every argument, as far as the packages are here to ask.
    """
    from aws_cdk.aws_lambda_event_sources import DynamoEventSource
    from aws_cdk.aws_pipes_alpha import Pipe
    from aws_cdk.aws_pipes_sources_alpha import DynamoDBSource

    def _arguments(kind: type) -> set[str]:
        return {*inspect.signature(vars(kind)["__init__"]).parameters} - {"self", "scope", "id"}

    assert _arguments(DynamoEventSource) == {*first_column("DynamoEventSource")}
    assert _arguments(Pipe) | _arguments(DynamoDBSource) <= {*first_column("pipes-alpha")}
    assert first_column("AWS Solutions Constructs") == [
        "existingLambdaObj",
        "lambdaFunctionProps",
        "dynamoTableProps",
        "existingTableInterface",
        "dynamoEventSourceProps",
        "deploySqsDlqQueue",
        "sqsDlqQueueProps",
        "dynamoTableInterface",
        "dynamoTable",
        "lambdaFunction",
    ]


def test_the_originals_arguments_are_ours() -> None:
    """
    All twelve are arguments of the construct, and no other is needed.
    """
    from pipes_trigger import DynamoDBStreamTrigger

    parameters = dict(inspect.signature(vars(DynamoDBStreamTrigger)["__init__"]).parameters)
    del parameters["self"]
    theirs = first_column("the original trigger")

    assert len(theirs) == 12
    assert {*theirs} <= {*parameters}
    assert {name for name, each in parameters.items() if each.default is inspect.Parameter.empty} <= {*theirs}


def test_whole_records_are_one_template_away() -> None:
    """
    The template that the page names gives the function all that the stream has.
    """
    from pipes_trigger import InputTemplate
    from pipes_trigger.testing import records

    (text,) = re.findall(r"`input_template='(.+?)'`", PAGE)
    record = records.insert({"id": "1"})

    assert InputTemplate(text).render(record) == InputTemplate('{"Records": [<aws.pipes.event.json>]}').render(record)
    assert '"awsRegion"' in InputTemplate(text).render(record)


def test_the_pages_links_lead_somewhere() -> None:
    """
    Links within the page go to its headings.
    """
    headings = {
        re.sub(r"[^\w -]", "", name).lower().replace(" ", "-") for name in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    }

    assert {target.removeprefix("#") for target in re.findall(r"\]\(((?!https?:)[^)]+)\)", PAGE)} <= headings
