"""
Making a synthesized template deployable: what is left out, what is done elsewhere, what is replaced.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pipes_trigger.local.references import imports, references, replaced
from pipes_trigger.local.resolved import own_outputs, pipe_ends, told
from pipes_trigger.local.template import LeftOut, prepare

URL = "http://127.0.0.1:1"
PIPELINE: dict[str, Any] = {
    "Type": "AWS::CodePipeline::Pipeline",
    "Properties": {
        "Name": "deploy",
        "PipelineType": "V2",
        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
        "Variables": [{"Name": "item", "DefaultValue": {"Ref": "Table"}}],
        "Stages": [{"Name": "Build", "Actions": [{"RoleArn": {"Ref": "Unknown"}}]}],
    },
}


def attribute(name: str, attribute_name: str) -> str:
    """
    Stand for an attribute.
    """
    return f"{name}'s {attribute_name}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "A"}, ["A"]),
        ({"Fn::GetAtt": ["A", "Arn"]}, ["A"]),
        ({"Fn::GetAtt": "A.Arn"}, ["A"]),
        ({"Fn::Sub": "${A}-${B.Arn}-${!C}-${AWS::Region}"}, ["A", "B", "AWS::Region"]),
        ({"Fn::Sub": ["${A}-${B}", {"A": {"Ref": "D"}}]}, ["B", "D"]),
        ([{"x": {"Fn::Join": ["", ["a", {"Ref": "A"}]]}}], ["A"]),
        ({"Ref": "A", "Other": "B"}, []),
        ({"Fn::GetAtt": [1]}, [""]),
        ({"Ref": ["A"]}, []),
        ({"Fn::Sub": {"a": 1}}, []),
        ("${A}", []),
    ],
)
def test_references(value: Any, expected: list[str]) -> None:
    """
    Every way to refer to a resource is seen, and text that only looks like one is not.
    """
    assert list(references(value)) == expected


def test_imports() -> None:
    """
    Imports are seen wherever they are, where their name is plain text.
    """
    value = {"a": [{"Fn::ImportValue": "one"}, {"Fn::ImportValue": {"Fn::Sub": "two"}}], "b": "three"}

    assert list(imports(value)) == ["one"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "A"}, "a"),
        ({"Ref": "B"}, {"Ref": "B"}),
        ({"Fn::GetAtt": ["A", "Arn"]}, "A's Arn"),
        ({"Fn::GetAtt": "A.Arn"}, "A's Arn"),
        ({"Fn::Sub": "${A}/${B}/${!A}"}, {"Fn::Sub": ["${A}/${B}/${!A}", {"A": "a"}]}),
        ({"Fn::Sub": "${A.Some.Arn}"}, {"Fn::Sub": ["${ASomeArn}", {"ASomeArn": "A's Some.Arn"}]}),
        ({"Fn::Sub": ["${A}${C}", {"A": {"Ref": "A"}}]}, {"Fn::Sub": ["${A}${C}", {"A": "a"}]}),
        ({"Fn::Sub": "${B}"}, {"Fn::Sub": "${B}"}),
        ([{"Deep": {"Ref": "A"}}, 1], [{"Deep": "a"}, 1]),
        ({"Ref": ["A"]}, {"Ref": ["A"]}),
    ],
)
def test_replaced(value: Any, expected: Any) -> None:
    """
    A reference is replaced wherever it is, and everything else stays.
    """
    before = copy.deepcopy(value)

    assert (replaced(value, {"A": "a"}, attribute), value) == (expected, before)


def test_pipeline_is_done_elsewhere() -> None:
    """
    A pipeline leaves the template for the endpoint, with its name in place of every reference to it.
    """
    template = {
        "Resources": {
            "Pipeline": PIPELINE,
            "Policy": {
                "Type": "AWS::IAM::Policy",
                "Properties": {"Name": {"Ref": "Pipeline"}},
                "DependsOn": ["Pipeline"],
            },
            "Table": {"Type": "AWS::DynamoDB::Table"},
        },
        "Outputs": {"Version": {"Value": {"Fn::GetAtt": ["Pipeline", "Version"]}}},
    }
    before = copy.deepcopy(template)

    prepared = prepare(template, stack="s", codepipeline_url=URL)

    assert template == before
    assert prepared.template["Resources"] == {
        "Policy": {"Type": "AWS::IAM::Policy", "Properties": {"Name": "deploy"}},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
    }
    assert prepared.template["Outputs"]["Version"] == {"Value": "1"}
    kept = {**PIPELINE["Properties"], "Stages": [{"Name": "Build"}]}
    del kept["RoleArn"]
    assert prepared.pipelines == {"Pipeline": {"Type": PIPELINE["Type"], "Properties": kept}}


def test_values_are_told_through_outputs() -> None:
    """
    What an expression came to is told by an output added for it; plain text needs none.
    """
    resources = {"Pipeline": PIPELINE, "Table": {"Type": "AWS::DynamoDB::Table"}}
    prepared = prepare({"Resources": resources}, stack="s", codepipeline_url=URL)
    ((output, definition),) = prepared.template["Outputs"].items()

    assert definition == {"Value": {"Ref": "Table"}}
    assert told({output: "orders"}, {"Ref": "Table"}, None) == "orders"
    assert own_outputs({output: "orders", "Mine": "x"}) == {"Mine": "x"}
    assert told({}, {"Ref": "Table"}, None) is None
    assert (told({}, "plain", None), told({}, None, None), told({}, "plain", "Condition")) == ("plain", None, None)


def test_pipeline_without_a_name_gets_a_stable_one() -> None:
    """
    A pipeline without a name gets one from stack and logical id, within the service's 100 characters.
    """
    resources = {
        "Run": {"Type": "AWS::CodePipeline::Pipeline"},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Run"}}},
    }

    names = [
        prepare({"Resources": resources}, stack=stack, codepipeline_url=URL).template["Resources"]["Queue"][
            "Properties"
        ]
        for stack in ("s", "s", "t", "x" * 128)
    ]

    assert names[0] == names[1] != names[2]
    assert names[0]["QueueName"].startswith("s-Run-")
    assert len(names[3]["QueueName"]) == 100


def test_functions_get_the_endpoint() -> None:
    """
    A function is told where CodePipeline is, unless its template says so already.
    """
    mine = {"Environment": {"Variables": {"AWS_ENDPOINT_URL_CODEPIPELINE": "mine", "A": "1"}}}
    resources = {
        "Bare": {"Type": "AWS::Lambda::Function", "Properties": {}},
        "Told": {"Type": "AWS::Lambda::Function", "Properties": mine},
    }

    prepared = prepare({"Resources": resources}, stack="s", codepipeline_url=URL).template["Resources"]

    assert prepared["Bare"]["Properties"] == {"Environment": {"Variables": {"AWS_ENDPOINT_URL_CODEPIPELINE": URL}}}
    assert prepared["Told"]["Properties"] == mine


@pytest.mark.parametrize(
    "environment", [{"Fn::If": ["C", {}, {}]}, {"Variables": {"Fn::If": ["C", {}, {}]}}, {"Variables": "?"}]
)
def test_expressions_for_an_environment_stay(environment: Any) -> None:
    """
    A function whose environment is an expression keeps it as it is.
    """
    template = {"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": environment}}}}

    assert prepare(template, stack="s", codepipeline_url=URL).template == template


def test_expressions_for_the_parts_of_a_pipeline() -> None:
    """
    A pipeline whose stages and variables are expressions has none of them here.
    """
    expression = {"Fn::If": ["C", [], []]}
    properties = {"Name": "deploy", "Stages": expression, "Variables": expression}
    pipeline = {"Type": "AWS::CodePipeline::Pipeline", "Properties": properties}

    prepared = prepare({"Resources": {"P": pipeline}}, stack="s", codepipeline_url=URL)

    assert prepared.pipelines["P"]["Properties"]["Stages"] == []
    assert "Outputs" not in prepared.template


def test_without_an_endpoint_nothing_is_elsewhere() -> None:
    """
    Without a CodePipeline endpoint pipelines and functions stay as they are.
    """
    template = {"Resources": {"Pipeline": PIPELINE, "F": {"Type": "AWS::Lambda::Function", "Properties": {}}}}

    assert prepare(template, stack="s").template == template


def test_pipes_are_stopped() -> None:
    """
    A pipe is created stopped, whatever its template says, and its ends are told by outputs with its condition.
    """
    stream = {"DynamoDBStreamParameters": {"DeadLetterConfig": {"Arn": {"Ref": "D"}}}}
    properties = {"Source": {"Ref": "S"}, "Target": "arn", "SourceParameters": stream, "DesiredState": "RUNNING"}
    pipe = {"Type": "AWS::Pipes::Pipe", "Properties": properties, "Condition": "C"}

    prepared = prepare({"Resources": {"Pipe": pipe}}, stack="s")

    assert prepared.template["Resources"]["Pipe"]["Properties"] == {**properties, "DesiredState": "STOPPED"}
    assert list(prepared.template["Outputs"].values()) == [
        {"Value": value, "Condition": "C"} for value in ({"Ref": "S"}, "arn", {"Ref": "D"})
    ]
    ends = {"source": {"Ref": "S"}, "target": "arn", "enrichment": None, "dead_letter": {"Ref": "D"}}
    assert pipe_ends(pipe) == ends


def test_left_out_with_all_that_needs_it() -> None:
    """
    What is not known goes with all that refers to it, directly or not; what only waits for it stays.
    """
    template = {
        "Resources": {
            "Far": {"Type": "T::F", "Properties": {"X": {"Ref": "Near"}}},
            "Near": {"Type": "T::N", "Properties": {"X": {"Fn::Sub": "${Odd.Arn}"}}},
            "Odd": {"Type": "T::Odd"},
            "Imports": {"Type": "T::I", "Properties": {"X": {"Fn::ImportValue": "gone"}}},
            "Waits": {"Type": "T::W", "DependsOn": "Odd"},
            "WaitsForBoth": {"Type": "T::W", "DependsOn": ["Odd", "Waits"]},
        },
        "Outputs": {
            "Lost": {"Value": {"Ref": "Far"}, "Export": {"Name": "lost"}},
            "Computed": {"Value": {"Ref": "Far"}, "Export": {"Name": {"Ref": "AWS::StackName"}}},
            "Kept": {"Value": "x"},
        },
    }

    prepared = prepare(template, stack="s", unknown={"T::Odd"}, lost_exports={"gone"})

    assert prepared.template == {
        "Resources": {
            "Waits": {"Type": "T::W", "Properties": {}},
            "WaitsForBoth": {"Type": "T::W", "Properties": {}, "DependsOn": ["Waits"]},
        },
        "Outputs": {"Kept": {"Value": "x"}},
    }
    assert prepared.left_out == (
        LeftOut("s", "Odd", "T::Odd", "the emulator does not know this type"),
        LeftOut("s", "Near", "T::N", "it refers to Odd, which is left out"),
        LeftOut("s", "Imports", "T::I", "it imports gone, which is left out"),
        LeftOut("s", "Far", "T::F", "it refers to Near, which is left out"),
        LeftOut("s", "Lost", "Output", "it refers to Far, which is left out"),
        LeftOut("s", "Computed", "Output", "it refers to Far, which is left out"),
    )
    assert prepared.lost_exports == {"lost"}


def test_left_out_as_text() -> None:
    """
    What is left out reads as one line.
    """
    text = str(LeftOut("orders", "Chat", "AWS::Chatbot::X", "the emulator does not know this type"))

    assert text == "orders: Chat (AWS::Chatbot::X) is left out: the emulator does not know this type"


def test_conditions_get_their_region() -> None:
    """
    Pseudo parameters in conditions are replaced by what they stand for.
    """
    condition = {"Fn::Equals": [{"Ref": "AWS::Region"}, {"Ref": "Wanted"}]}
    template = {"Conditions": {"Here": condition}, "Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}

    prepared = prepare(template, stack="s", pseudo={"AWS::Region": "eu-west-1"})

    assert prepared.template["Conditions"] == {"Here": {"Fn::Equals": ["eu-west-1", {"Ref": "Wanted"}]}}


def test_nothing_left() -> None:
    """
    A stack of which nothing is left still has the one resource that every stack needs.
    """
    prepared = prepare({"Resources": {"Odd": {"Type": "T::Odd"}}}, stack="s", unknown={"T::Odd"})

    assert prepared.template == {"Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}
