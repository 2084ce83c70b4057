"""
DynamoDBStreamTrigger, one behaviour a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import (
    DynamoDBStreamTrigger,
    FailureHandling,
    FilterPattern,
    InputTemplate,
    StreamReading,
    handlers,
)
from pipes_trigger.testing import records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aws_cdk import Stack

    Synth = Callable[[Stack], dict[str, Any]]
    Allowed = Callable[[dict[str, Any], str], list[tuple[str, Any]]]
    OfType = Callable[[dict[str, Any], str], list[dict[str, Any]]]

ACCOUNT, REGION = "111122223333", "eu-west-1"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/acme-web-dev-deployment-requests"
STREAM = f"{TABLE}/stream/2026-01-01T00:00:00.000"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:orders"


def warnings_of(stack: Stack) -> list[str]:
    """
    List the warnings that a synth would print.
    """
    from aws_cdk.assertions import Annotations, Match

    found = Annotations.from_stack(stack).find_warning("*", Match.any_value())
    return [str(entry.entry.data) for entry in found]


def pipe(template: dict[str, Any], of_type: OfType) -> dict[str, Any]:
    """
    Return the one pipe's properties.
    """
    (only,) = of_type(template, "AWS::Pipes::Pipe")
    return only


def test_the_originals_call_builds_what_the_original_built(
    call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType
) -> None:
    """
    A Python 3.12 function and a pipe of the same name, LATEST, the filter, a template, an explicit batch size.
    """
    DynamoDBStreamTrigger(scope=stack, **call, table_index_name="status-index", is_devops=True)
    template = synth(stack)
    (function,) = of_type(template, "AWS::Lambda::Function")
    built = pipe(template, of_type)

    assert (function["FunctionName"], function["Runtime"]) == ("deployment-processor", "python3.12")
    assert function["Handler"] == "handlers.process_deployment"
    assert function["Environment"]["Variables"] == call["env_vars"]
    assert (built["Name"], built["Source"]) == ("deployment-processor", STREAM)
    reading = built["SourceParameters"]["DynamoDBStreamParameters"]
    assert (reading["StartingPosition"], reading["BatchSize"]) == ("LATEST", 10)
    (pattern,) = built["SourceParameters"]["FilterCriteria"]["Filters"]
    assert FilterPattern(pattern["Pattern"]) == FilterPattern(call["filter_pattern"])
    assert built["TargetParameters"]["InputTemplate"] == InputTemplate.record().text


def test_the_attributes_of_the_contract_are_readable(call: dict[str, Any], stack: Stack) -> None:
    """
    What was built can be reached, and the pipe is a real CfnPipe, the function a real Function.
    """
    from aws_cdk.aws_lambda import Function
    from aws_cdk.aws_pipes import CfnPipe

    trigger = DynamoDBStreamTrigger(stack, **call)

    assert isinstance(trigger.pipe, CfnPipe)
    assert isinstance(trigger.function, Function)
    assert trigger.pipe_name == "deployment-processor"
    assert trigger.pipe_arn.startswith("${Token[")
    assert trigger.pipe_role.role_name
    assert trigger.table.table_arn == TABLE
    assert trigger.table.table_stream_arn == STREAM
    assert trigger.dead_letter_queue is not None
    assert trigger.log_group is not None
    assert trigger.filter_patterns == (FilterPattern(call["filter_pattern"]),)
    assert trigger.input_template == InputTemplate.record()


def test_what_is_granted_to_the_pipes_role_is_waited_for(call: dict[str, Any], stack: Stack, synth: Synth) -> None:
    """
    A grant on `pipe_role` becomes a policy that the pipe depends on: it never races its permissions.
    """
    from aws_cdk.aws_sqs import Queue

    trigger = DynamoDBStreamTrigger(stack, **call)
    Queue(stack, "Extra").grant_send_messages(trigger.pipe_role)
    resources = synth(stack)["Resources"]
    (built,) = (item for item in resources.values() if item["Type"] == "AWS::Pipes::Pipe")
    (policy,) = (name for name, item in resources.items() if item["Type"] == "AWS::IAM::Policy")

    assert policy in built["DependsOn"]


def test_the_role_and_its_policy_are_created_in_one_step(call: dict[str, Any], stack: Stack, synth: Synth) -> None:
    """
    The pipe refers to its role, the role carries its policy inline, and no policy stands apart to race with.
    """
    DynamoDBStreamTrigger(stack, **call)
    resources = synth(stack)["Resources"]
    (built,) = (item for item in resources.values() if item["Type"] == "AWS::Pipes::Pipe")
    role = resources[built["Properties"]["RoleArn"]["Fn::GetAtt"][0]]

    assert [policy["PolicyName"] for policy in role["Properties"]["Policies"]] == ["Pipe"]
    assert "AWS::IAM::Policy" not in {item["Type"] for item in resources.values()}


def test_the_pipes_role_trusts_this_pipe_alone(
    call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType
) -> None:
    """
    The trust names the account and the pipe: nobody else's pipe can use the role.
    """
    DynamoDBStreamTrigger(stack, **call)
    (trust,) = (
        role["AssumeRolePolicyDocument"]["Statement"][0]
        for role in of_type(synth(stack), "AWS::IAM::Role")
        if "pipes" in str(role["AssumeRolePolicyDocument"])
    )
    condition = trust["Condition"]["StringEquals"]

    assert condition["aws:SourceAccount"] == ACCOUNT
    assert condition["aws:SourceArn"] == {
        "Fn::Join": [
            "",
            ["arn:", {"Ref": "AWS::Partition"}, f":pipes:{REGION}:{ACCOUNT}:pipe/deployment-processor"],
        ]
    }


def test_the_dead_letter_queue_is_encrypted_tls_only_and_keeps_14_days(
    call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType
) -> None:
    """
    What could not be delivered is safe, and there for two weeks.
    """
    DynamoDBStreamTrigger(stack, **call)
    template = synth(stack)
    (queue,) = of_type(template, "AWS::SQS::Queue")
    (policy,) = of_type(template, "AWS::SQS::QueuePolicy")
    reading = pipe(template, of_type)["SourceParameters"]["DynamoDBStreamParameters"]

    assert queue == {"MessageRetentionPeriod": 1_209_600, "SqsManagedSseEnabled": True}
    assert policy["PolicyDocument"]["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert reading["OnPartialBatchItemFailure"] == "AUTOMATIC_BISECT"
    assert reading["MaximumRetryAttempts"] == 10
    assert reading["MaximumRecordAgeInSeconds"] < 24 * 3600


def test_a_topic_can_take_dead_letters(call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed) -> None:
    """
    An SNS topic in place of a queue gets `sns:Publish`.
    """
    from aws_cdk.aws_sns import Topic

    topic = Topic.from_topic_arn(stack, "Failed", TOPIC)
    trigger = DynamoDBStreamTrigger(stack, **call, failure_handling=FailureHandling(dead_letter=topic))

    assert ("sns:Publish", TOPIC) in allowed(synth(stack), "pipes")
    assert trigger.dead_letter_queue is None


@pytest.mark.parametrize("count", [2, 20])
def test_many_triggers_in_one_stack(
    call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType, count: int
) -> None:
    """
    Two triggers, and twenty, live side by side.
    """
    for number in range(count):
        DynamoDBStreamTrigger(stack, **{**call, "id": f"t{number}", "resource_base_name": f"processor-{number}"})

    assert len(of_type(synth(stack), "AWS::Pipes::Pipe")) == count


def test_a_trigger_in_a_stage(call: dict[str, Any], tmp_path: Path, of_type: OfType) -> None:
    """
    Stages nest assemblies; the trigger does not care.
    """
    import json

    from aws_cdk import App, Stack, Stage

    app = App(outdir=str(tmp_path / "out"))
    stage = Stage(app, "Prod")
    stack = Stack(stage, "Platform")
    DynamoDBStreamTrigger(stack, **call)
    app.synth()
    template = json.loads((tmp_path / "out" / "assembly-Prod" / stack.template_file).read_text(encoding="utf-8"))

    assert pipe(template, of_type)["Name"] == "deployment-processor"


def test_a_long_name_is_shortened_stably(call: dict[str, Any], stack: Stack) -> None:
    """
    Over 64 characters the end becomes a hash, the same one at every synth.
    """
    trigger = DynamoDBStreamTrigger(stack, **{**call, "resource_base_name": "processor-" * 10})

    assert trigger.pipe_name == "processor-processor-processor-processor-processor-proce-eb1490af"


def test_an_existing_function_gets_what_the_trigger_type_needs(
    call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType
) -> None:
    """
    An alias is invoked by its own ARN, and its function may start the pipeline.
    """
    from aws_cdk.aws_lambda import Code, Function, Runtime

    function = Function(
        stack, "Mine", runtime=Runtime.PYTHON_3_12, handler="index.handler", code=Code.from_inline("handler = print")
    )
    building = ("lambda_handler", "lambda_code_path", "env_vars")
    arguments = {name: value for name, value in call.items() if name not in building}
    alias = function.add_alias("live")
    target = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:p"
    trigger = DynamoDBStreamTrigger(stack, **arguments, function=alias, target_arns=[target])
    template = synth(stack)

    assert trigger.function is alias
    assert "MineAliaslive" in str(pipe(template, of_type)["Target"])
    assert "codepipeline:StartPipelineExecution" in str(of_type(template, "AWS::IAM::Policy"))


def test_an_imported_function_without_a_role_is_a_warning(call: dict[str, Any], stack: Stack) -> None:
    """
    What cannot be granted here is said.
    """
    from aws_cdk.aws_lambda import Function

    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:mine"
    building = ("lambda_handler", "lambda_code_path", "env_vars")
    arguments = {name: value for name, value in call.items() if name not in building}
    target = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:p"
    imported = Function.from_function_arn(stack, "Imported", arn)
    DynamoDBStreamTrigger(stack, **arguments, function=imported, target_arns=[target])
    (warning,) = [text for text in warnings_of(stack) if "imported without its role" in text]

    assert "codepipeline:StartPipelineExecution" in warning
    assert target in warning


def test_types_of_pipes_alpha_are_taken(call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType) -> None:
    """
    Users of pipes-alpha move over piece by piece.
    """
    from aws_cdk import aws_pipes_alpha as alpha

    pattern = alpha.FilterPattern.from_object({"eventName": ["INSERT"]})
    changes = {
        "filter_pattern": alpha.Filter([pattern]),
        "input_template": alpha.InputTransformation.from_text('{"id": <$.eventID>}'),
        "desired_state": alpha.DesiredState.STOPPED,
    }
    DynamoDBStreamTrigger(stack, **{**call, **changes})
    built = pipe(synth(stack), of_type)

    assert built["SourceParameters"]["FilterCriteria"] == {"Filters": [{"Pattern": '{"eventName":["INSERT"]}'}]}
    assert built["DesiredState"] == "STOPPED"
    assert built["TargetParameters"]["InputTemplate"]


def test_no_filter_lets_every_record_pass(call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType) -> None:
    """
    Without a filter the pipe has no filter criteria at all.
    """
    DynamoDBStreamTrigger(stack, **{**call, "filter_pattern": None, "reading": StreamReading(batch_size=1)})
    built = pipe(synth(stack), of_type)

    assert "FilterCriteria" not in built["SourceParameters"]
    assert built["SourceParameters"]["DynamoDBStreamParameters"]["BatchSize"] == 1


def test_shipped_handlers_need_no_copy(call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType) -> None:
    """
    The code path and the handler's name come from the package.
    """
    shipped = handlers.START_PIPELINE
    DynamoDBStreamTrigger(stack, **{**call, "lambda_handler": shipped.handler, "lambda_code_path": shipped.code_path})

    assert of_type(synth(stack), "AWS::Lambda::Function")[0]["Handler"] == "start_pipeline.handler"


def test_the_function_is_open_to_grants(call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType) -> None:
    """
    People grant to the function what their own handler needs.
    """
    from aws_cdk.aws_sqs import Queue

    trigger = DynamoDBStreamTrigger(stack, **call)
    Queue(stack, "Extra").grant_send_messages(trigger.function)
    trigger.function.add_environment("EXTRA", "1")  # type: ignore[attr-defined]  # built: a real Function
    template = synth(stack)

    assert "sqs:SendMessage" in str(of_type(template, "AWS::IAM::Policy"))
    assert of_type(template, "AWS::Lambda::Function")[0]["Environment"]["Variables"]["EXTRA"] == "1"


def test_the_functions_input_can_be_simulated(call: dict[str, Any], stack: Stack) -> None:
    """
    What the handler would get, batch by batch, before anything is deployed.
    """
    trigger = DynamoDBStreamTrigger(stack, **{**call, "reading": StreamReading(batch_size=2)})
    inserted = [records.insert({"id": str(number), "status": "PENDING"}) for number in range(3)]
    payloads = trigger.simulate([*inserted, records.insert({"id": "x", "status": "DONE"})])

    assert [[item["Records"][0]["eventID"] for item in payload] for payload in payloads] == [
        [inserted[0]["eventID"], inserted[1]["eventID"]],
        [inserted[2]["eventID"]],
    ]
