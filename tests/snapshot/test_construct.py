"""
DynamoDBStreamTrigger, one behaviour a test.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import (
    ConfigurationError,
    DynamoDBStreamTrigger,
    FailureHandling,
    FilterPattern,
    FilterPatternError,
    InputTemplate,
    InputTemplateError,
    ParameterNotFoundError,
    StreamReading,
    StreamSource,
    StreamTriggerType,
    TableNames,
    TriggerStrategy,
    TriggerTargetError,
    handlers,
)
from pipes_trigger.helpers.parameters import DeployTimeReference, GivenValues
from pipes_trigger.testing import records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aws_cdk import Stack

    from pipes_trigger import ApplicationHelper

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


def test_a_second_trigger_of_the_same_name_is_refused(call: dict[str, Any], stack: Stack) -> None:
    """
    CloudFormation would refuse it at deploy; here it is refused at synth.
    """
    DynamoDBStreamTrigger(stack, **call)

    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, "id": "other"})

    assert str(caught.value) == (
        "[TR006] resource_base_name: is taken in this stack by 'Platform/deployment-trigger': 'deployment-processor'; "
        "give each trigger its own"
    )


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


def test_tokens_are_found_as_targets(call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed) -> None:
    """
    A topic of this stack, one of another, and a pipeline's formatted ARN are all found in env_vars.
    """
    from aws_cdk import App, Stack
    from aws_cdk.aws_sns import Topic

    app = stack.node.root
    assert isinstance(app, App)
    here = Topic(stack, "Here")
    there = Topic(Stack(app, "Other", env={"account": ACCOUNT, "region": REGION}), "There")
    changes = {
        "trigger_type": StreamTriggerType.SNS_TOPIC,
        "env_vars": {"HERE": here.topic_arn, "THERE": there.topic_arn, "REGION": stack.region, "NAME": here.topic_name},
    }
    DynamoDBStreamTrigger(stack, **{**call, **changes})
    publish = [resource for action, resource in allowed(synth(stack), "lambda") if action == "sns:Publish"]

    assert len(publish) == 2
    assert list(publish[0]) == ["Ref"]
    assert list(publish[1]) == ["Fn::ImportValue"]


def test_a_pipelines_token_is_found(call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed) -> None:
    """
    `pipeline.pipeline_arn` tells its service in its text.
    """
    from aws_cdk.aws_codepipeline import Pipeline

    pipeline = Pipeline.from_pipeline_arn(
        stack, "Imported", stack.format_arn(service="codepipeline", resource="deploy")
    )
    DynamoDBStreamTrigger(stack, **{**call, "env_vars": {"ARN": pipeline.pipeline_arn}})

    assert allowed(synth(stack), "lambda")[0][0] == "codepipeline:StartPipelineExecution"


def test_an_opaque_token_is_taken_when_it_is_alone(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    An import that nobody can read is the target when nothing else can be.
    """
    from aws_cdk import Fn

    DynamoDBStreamTrigger(stack, **{**call, "env_vars": {"ARN": Fn.import_value("Pipeline"), "LEVEL": "INFO"}})

    assert allowed(synth(stack), "lambda")[0] == (
        "codepipeline:StartPipelineExecution",
        {"Fn::ImportValue": "Pipeline"},
    )


def test_a_wrong_target_is_a_type_error_and_leaves_the_scope_as_it_was(call: dict[str, Any], stack: Stack) -> None:
    """
    The contract's TypeError; nothing is half built, so the same id can be used again.
    """
    with pytest.raises(TypeError, match="TOPIC") as caught:
        DynamoDBStreamTrigger(stack, **{**call, "env_vars": {"TOPIC": TOPIC}})
    DynamoDBStreamTrigger(stack, **call)

    assert isinstance(caught.value, TriggerTargetError)


def test_every_fault_of_a_call_is_in_one_error(call: dict[str, Any], stack: Stack, tmp_path: Path) -> None:
    """
    Name, options, code, ARNs, targets, filter: one synth shows them all.
    """
    empty = tmp_path / "empty"
    empty.mkdir()
    helper = call["app_helper"]
    helper.parameters = GivenValues(
        {
            "dynamodb_table_acme_web_dev_deployment_requests": TABLE,
            "dynamodb_table_stream_acme_web_dev_deployment_requests": STREAM.replace("requests", "others").replace(
                REGION, "us-east-1"
            ),
        }
    )
    changes = {
        "resource_base_name": "deployment processor",
        "env_vars": {"PIPELINE_ARN": TOPIC, "1ST": "x"},
        "table_index_name": "i",
        "lambda_code_path": str(empty),
        "description": "x" * 513,
        "desired_state": "PAUSED",
        "filter_pattern": {"eventName": "INSERT"},
        "input_template": "<$.eventID",
    }

    with pytest.raises(TriggerTargetError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, **changes})

    rules = [violation.rule for violation in caught.value.violations]
    assert rules[:9] == ["NM002", "TR002", "TR003", "TR004", "TR005", "CO003", "SA003", "SA004", "TG001"]
    assert any(rule.startswith("FP") for rule in rules)
    assert any(rule.startswith("IT") for rule in rules)


def test_faults_of_the_filters_alone_are_a_filter_pattern_error(call: dict[str, Any], stack: Stack) -> None:
    """
    A value that is no list, which CDK lets through and AWS refuses at deploy (aws/aws-cdk#23057).
    """
    with pytest.raises(FilterPatternError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, "filter_pattern": {"eventName": "INSERT"}})

    assert "INSERT" in str(caught.value)


def test_a_template_that_a_passing_record_breaks_is_refused(call: dict[str, Any], stack: Stack) -> None:
    """
    A REMOVE has no NewImage: the original's template needs a filter that keeps removals out.
    """
    with pytest.raises(InputTemplateError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, "filter_pattern": None, "input_template": InputTemplate.new_image()})
    DynamoDBStreamTrigger(stack, **{**call, "input_template": InputTemplate.new_image()})

    assert "REMOVE" in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"table_base_name": None},
            "[TR010] table_base_name: no table is named; pass table_base_name=..., or source=StreamSource....",
        ),
        (
            {"source": StreamSource.from_parameters("x")},
            "[TR012] source, table_base_name: say the same thing in two ways; pass source or table_base_name",
        ),
        (
            {"trigger_type": "pipelines"},
            "[TR015] trigger_type: there is no 'pipelines'; pass a StreamTriggerType (did you mean 'pipeline'?)",
        ),
        (
            {"reading": {}, "failure_handling": True, "target_arns": "arn:x", "source": "orders"},
            "4 faults in the trigger:\n"
            "  [TR014] target_arns: must be list or tuple, got str; pass list or tuple\n"
            "  [TR014] source: must be StreamSource, got str; pass StreamSource\n"
            "  [TR014] reading: must be StreamReading, got dict; pass StreamReading\n"
            "  [TR014] failure_handling: must be FailureHandling, got bool; pass FailureHandling",
        ),
        (
            {
                "resource_base_name": None,
                "is_devops": "yes",
                "target_key_arns": None,
                "target_arns": ["arn:x", object()],
            },
            "4 faults in the trigger:\n"
            "  [TR014] resource_base_name: must be str, got NoneType; pass str\n"
            "  [TR014] target_arns[1]: must be str, got object; pass its ARN\n"
            "  [TR014] target_key_arns: must be list or tuple, got NoneType; pass list or tuple\n"
            "  [TR014] is_devops: must be bool, got str; pass bool",
        ),
        (
            {"input_template": {"id": "<$.eventID>"}},
            "[TR014] input_template: must be an InputTemplate, its text or an IInputTransformation, got dict; "
            "pass one of them",
        ),
        (
            {"env_vars": {"PIPELINE_ARN": f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:p", 5: "x"}},
            "[TR002] env_vars: is no name of a variable that Lambda takes: 5; use only [a-zA-Z][a-zA-Z0-9_]+",
        ),
        (
            {"filter_pattern": 5},
            "[TR014] filter_pattern: must be a pattern, a list of patterns or an IFilter, got int; "
            "pass a mapping, or JSON text",
        ),
        (
            {"env_vars": {"PIPELINE_ARN": f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:p", "AWS_REGION": "x" * 5000}},
            "2 faults in the trigger:\n"
            "  [TR007] env_vars['AWS_REGION']: is reserved by Lambda; "
            "choose another name: Lambda sets this one itself\n"
            "  [TR008] env_vars: must be at most 4096 bytes, names and values together, got 5067; "
            "keep large settings in SSM or S3",
        ),
        (
            {"resource_base_name": "x-${Token[AWS.Region.7]}"},
            "[TR009] resource_base_name: holds a token: 'x-${Token[AWS.Region.7]}'; "
            "write the name: the pipe's role is trusted for it before the pipe is there",
        ),
        (
            {"lambda_handler": None, "lambda_code_path": None},
            "2 faults in the trigger:\n"
            "  [TR011] lambda_handler: is missing; pass lambda_handler=..., or an existing function=...\n"
            "  [TR011] lambda_code_path: is missing; pass lambda_code_path=..., or an existing function=...",
        ),
        (
            {"function": object(), "target_arns": [f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:p"]},
            "4 faults in the trigger:\n"
            "  [TR012] function, lambda_handler: say the same thing in two ways; pass function or lambda_handler\n"
            "  [TR012] function, lambda_code_path: say the same thing in two ways; pass function or lambda_code_path\n"
            "  [TR012] function, env_vars: say the same thing in two ways; set the variables on the function itself, "
            "and pass what it starts in target_arns\n"
            "  [TR014] function: must be a function, an alias or a version, got object; "
            "pass the L2 construct, or Function.from_function_arn(...)",
        ),
        (
            {"env_vars": {"PIPELINE_ARN": f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:p", "COUNT": 5}},
            "[TR001] env_vars['COUNT']: must be a string, got a value of type int; write it as a string",
        ),
    ],
)
def test_arguments_that_do_not_go_together(
    call: dict[str, Any], stack: Stack, changes: dict[str, Any], message: str
) -> None:
    """
    Both ways, or none, to say one thing: the error names them.
    """
    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, **changes})

    assert str(caught.value) == message


def test_a_missing_parameter_is_a_value_error(call: dict[str, Any], stack: Stack) -> None:
    """
    The contract's ValueError names the parameter.
    """
    with pytest.raises(ValueError, match="dynamodb_table_acme_web_dev_orders") as caught:
        DynamoDBStreamTrigger(stack, **{**call, "table_base_name": "orders"})

    assert isinstance(caught.value, ParameterNotFoundError)


def test_a_stream_of_another_account_is_a_warning_with_the_policy_it_would_need(
    call: dict[str, Any], stack: Stack
) -> None:
    """
    No document says that a pipe can read it, so the synth goes on and says what would be needed.
    """
    helper = call["app_helper"]
    helper.parameters = GivenValues(
        {
            "dynamodb_table_acme_web_dev_deployment_requests": TABLE.replace(ACCOUNT, "999999999999"),
            "dynamodb_table_stream_acme_web_dev_deployment_requests": STREAM.replace(ACCOUNT, "999999999999"),
        }
    )
    DynamoDBStreamTrigger(stack, **call)
    (warning,) = [text for text in warnings_of(stack) if "SA005" in text]

    assert "belongs to account 999999999999, and the pipe to 111122223333" in warning
    assert '"Principal": {"AWS": "arn:aws:iam::111122223333:root"}' in warning
    assert "unverified" in warning


@pytest.mark.parametrize(
    ("table", "stream", "message"),
    [
        (
            "arn:aws:s3:::bucket",
            STREAM,
            "[SA001] table ARN: is no ARN of a DynamoDB table: 'arn:aws:s3:::bucket'; "
            "give the table's own ARN, in its SSM parameter or where it is imported",
        ),
        (
            TABLE,
            TABLE,
            f"[SA002] stream ARN: is no ARN of a DynamoDB stream: '{TABLE}'; "
            "give the stream's own ARN, in its SSM parameter or where it is imported",
        ),
        (
            TABLE,
            STREAM.replace("requests", "others"),
            f"[SA003] stream ARN: belongs to {TABLE.replace('requests', 'others')}, and the table is {TABLE}; "
            "look both up under the name of one table",
        ),
        (
            TABLE.replace(REGION, "us-east-1"),
            STREAM.replace(REGION, "us-east-1"),
            "[SA004] stream ARN: lies in us-east-1, and the pipe in eu-west-1: a pipe reads streams of its own region "
            "only; deploy the trigger's stack to us-east-1",
        ),
    ],
)
def test_arns_that_do_not_fit_are_refused(
    call: dict[str, Any], stack: Stack, table: str, stream: str, message: str
) -> None:
    """
    The table's and the stream's ARN are checked against each other and against the pipe's region.
    """
    call["app_helper"].parameters = GivenValues(
        {
            "dynamodb_table_acme_web_dev_deployment_requests": table,
            "dynamodb_table_stream_acme_web_dev_deployment_requests": stream,
        }
    )

    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **call)

    assert str(caught.value) == message


def test_tokens_in_place_of_arns_are_never_looked_into(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    With deploy-time references everything is a token, and the index' ARN continues the table's.
    """
    call["app_helper"].parameters = DeployTimeReference()
    trigger = DynamoDBStreamTrigger(stack, **call, table_index_name="status-index")
    query = [resource for action, resource in allowed(synth(stack), "lambda") if action == "dynamodb:Query"]

    assert query[1]["Fn::Join"][1] == [query[0], "/index/status-index"]
    assert trigger.table.table_arn.startswith("${Token[")


def test_an_index_arn_lies_in_its_tables_partition(
    call: dict[str, Any], tmp_path: Path, synth: Synth, allowed: Allowed
) -> None:
    """
    A table in China has its index in China.
    """
    from aws_cdk import App, Environment, Stack

    stack = Stack(App(outdir=str(tmp_path / "o")), "S", env=Environment(account=ACCOUNT, region="cn-north-1"))
    table = TABLE.replace("arn:aws:", "arn:aws-cn:").replace(REGION, "cn-north-1")
    call["app_helper"].parameters = GivenValues(
        {
            "dynamodb_table_acme_web_dev_deployment_requests": table,
            "dynamodb_table_stream_acme_web_dev_deployment_requests": f"{table}/stream/x",
        }
    )
    DynamoDBStreamTrigger(stack, **call, table_index_name="status-index")

    assert ("dynamodb:Query", f"{table}/index/status-index") in allowed(synth(stack), "lambda")


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


def test_a_given_table_with_a_customer_key_may_be_decrypted(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    The pipe reads the stream of a table that is encrypted with a key of the account's own.
    """
    from aws_cdk.aws_dynamodb import Attribute, AttributeType, StreamViewType, Table, TableEncryption

    table = Table(
        stack,
        "Mine",
        partition_key=Attribute(name="id", type=AttributeType.STRING),
        stream=StreamViewType.NEW_IMAGE,
        encryption=TableEncryption.CUSTOMER_MANAGED,
    )
    trigger = DynamoDBStreamTrigger(
        stack, **{**call, "table_base_name": None, "source": StreamSource.from_table(table)}
    )

    assert trigger.table is table
    assert "kms:Decrypt" in [action for action, _ in allowed(synth(stack), "pipes")]


def test_a_table_without_a_stream_is_refused_with_the_line_to_add(stack: Stack) -> None:
    """
    The fix is the property that switches the stream on.
    """
    from aws_cdk.aws_dynamodb import Attribute, AttributeType, Table

    table = Table(stack, "Mine", partition_key=Attribute(name="id", type=AttributeType.STRING))

    with pytest.raises(ConfigurationError) as caught:
        StreamSource.from_table(table)

    assert str(caught.value) == (
        "[SR001] table 'Platform/Mine': has no stream; add stream=StreamViewType.NEW_AND_OLD_IMAGES (Table), "
        "dynamo_stream=StreamViewType.NEW_AND_OLD_IMAGES (TableV2), or import it with "
        "Table.from_table_attributes(..., table_arn=..., table_stream_arn=...)"
    )


def test_a_new_table_is_safe_by_default(call: dict[str, Any], stack: Stack, synth: Synth) -> None:
    """
    On demand, AWS-managed key, point-in-time recovery, retained, key `id`, both images.
    """
    DynamoDBStreamTrigger(stack, **{**call, "table_base_name": None, "source": StreamSource.new_table()})
    (table,) = (item for item in synth(stack)["Resources"].values() if item["Type"] == "AWS::DynamoDB::Table")

    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert table["Properties"] == {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True},
        "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
    }


def test_a_strategy_of_the_users_own_is_a_trigger_type(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    A new downstream is data.
    """
    bus = TriggerStrategy(noun="bus", service="events", resource="event-bus/.+", actions=("events:PutEvents",))
    arn = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/orders"
    DynamoDBStreamTrigger(stack, **{**call, "trigger_type": bus, "env_vars": {"BUS": arn}})

    assert allowed(synth(stack), "lambda")[0] == ("events:PutEvents", arn)


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


def test_names_of_a_table_and_its_parameters(helper: ApplicationHelper) -> None:
    """
    The stack that makes the table and the trigger that reads it say the names in one way.
    """
    names = TableNames.of(helper, "deployment-requests")

    assert re.fullmatch(r"[a-z0-9-]+", names.table)
    assert names.table_parameter == "dynamodb_table_acme_web_dev_deployment_requests"
    assert names.stream_parameter == "dynamodb_table_stream_acme_web_dev_deployment_requests"


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


def test_the_proof_knows_the_view_type_of_the_apps_own_table(call: dict[str, Any], stack: Stack) -> None:
    """
    A stream of keys alone has no image for the template, whatever the filter.
    """
    from aws_cdk.aws_dynamodb import Attribute, AttributeType, StreamViewType, Table

    table = Table(
        stack,
        "Mine",
        partition_key=Attribute(name="id", type=AttributeType.STRING),
        stream=StreamViewType.KEYS_ONLY,
    )
    sources = [StreamSource.from_table(table), StreamSource.new_table(stream=StreamViewType.KEYS_ONLY)]
    changes = {"table_base_name": None, "filter_pattern": {"eventName": ["INSERT"]}}

    for source in sources:
        with pytest.raises(InputTemplateError, match="KEYS_ONLY"):
            DynamoDBStreamTrigger(
                stack, **{**call, **changes, "source": source, "input_template": InputTemplate.new_image()}
            )


def test_the_proof_knows_the_keys_of_the_apps_own_table(call: dict[str, Any], stack: Stack) -> None:
    """
    A key attribute is in every record, so the template may name it.
    """
    from aws_cdk.aws_dynamodb import Attribute, AttributeType

    key = Attribute(name="order", type=AttributeType.NUMBER)
    source = StreamSource.new_table(partition_key=key)
    changes = {"table_base_name": None, "source": source, "input_template": '{"order": <$.dynamodb.Keys.order.N>}'}
    trigger = DynamoDBStreamTrigger(stack, **{**call, **changes})

    assert trigger.input_template.paths == ("$.dynamodb.Keys.order.N",)


def test_a_pipeline_of_another_account_is_a_warning(call: dict[str, Any], stack: Stack) -> None:
    """
    StartPipelineExecution takes a name, so the function cannot reach it.
    """
    arn = f"arn:aws:codepipeline:{REGION}:999999999999:p"
    DynamoDBStreamTrigger(stack, **{**call, "env_vars": {"PIPELINE_ARN": arn}})
    (warning,) = [text for text in warnings_of(stack) if "TG004" in text]

    assert warning.startswith(
        f"[TG004] {arn}: lies in account 999999999999, and the function in 111122223333; the API takes a "
        "CodePipeline pipeline by its name; deploy the trigger to the account of what it starts"
    )


def test_faults_of_the_choice_come_with_all_others(call: dict[str, Any], stack: Stack) -> None:
    """
    A missing table, a wrong name and a wrong filter stand in one error.
    """
    changes: dict[str, Any] = {
        "table_base_name": None,
        "resource_base_name": "a b",
        "filter_pattern": {"eventName": []},
    }

    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, **changes})

    assert [violation.rule[:2] for violation in caught.value.violations] == ["TR", "NM", "FP"]


def test_what_cdk_itself_refuses_leaves_nothing_half_built(call: dict[str, Any], stack: Stack) -> None:
    """
    After an error of CDK's own, the same id and the same name can be used again.
    """
    with pytest.raises(Exception, match="nonsense"):
        DynamoDBStreamTrigger(stack, **{**call, "table_base_name": None, "source": StreamSource.new_table(nonsense=1)})
    trigger = DynamoDBStreamTrigger(stack, **call)

    assert trigger.pipe_name == "deployment-processor"


def test_a_trigger_type_may_be_named_by_its_value(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    The contract's values are what people keep in settings.
    """
    DynamoDBStreamTrigger(stack, **{**call, "trigger_type": "sns_topic", "env_vars": {"TOPIC_ARN": TOPIC}})

    assert allowed(synth(stack), "lambda")[0] == ("sns:Publish", TOPIC)


class ForeignHelper:
    """
    A helper of another making, which has the three methods of the contract.
    """

    def __init__(self, answer: Callable[[Any, str], str | None]) -> None:
        self._answer = answer

    def get_parameter_value(self, scope: Any, name: str, is_devops: bool) -> str | None:  # noqa: FBT001 - the contract
        """
        Answer in its own way.
        """
        del is_devops
        return self._answer(scope, name)

    def get_from_common(self, key: str) -> str:
        """
        Answer with the key.
        """
        return key

    get_from_env = get_from_common


def test_a_foreign_helpers_look_up_gets_past_the_first_pass(
    call: dict[str, Any], stack: Stack, missing_context: Callable[[Stack], list[dict[str, Any]]]
) -> None:
    """
    CDK's own dummy value is no wrong ARN: the CLI has yet to ask.
    """
    from aws_cdk.aws_ssm import StringParameter

    helper = ForeignHelper(StringParameter.value_from_lookup)
    DynamoDBStreamTrigger(stack, **{**call, "app_helper": helper}, table_index_name="status-index", is_devops=True)

    assert len(missing_context(stack)) == 2


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_foreign_helper_that_finds_nothing_is_a_value_error(
    call: dict[str, Any], stack: Stack, nothing: str | None
) -> None:
    """
    The contract's ValueError names the parameter, whatever the helper said in its place.
    """
    helper = ForeignHelper(lambda _scope, _name: nothing)

    with pytest.raises(ParameterNotFoundError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, "app_helper": helper})

    name = "dynamodb_table_domain_project_environment_deployment_requests"
    assert str(caught.value) == (
        f"SSM parameter '{name}' was not found in account unknown, region unknown; "
        f"app_helper answered {nothing!r}; create the parameter"
    )


@pytest.mark.parametrize(
    ("view", "pattern"),
    [
        ("KEYS_ONLY", {"dynamodb": {"NewImage": {"a": {"S": ["x"]}}}}),
        ("OLD_IMAGE", {"dynamodb": {"NewImage": {"a": {"S": ["x"]}}}}),
        ("NEW_IMAGE", {"dynamodb": {"OldImage": {"a": {"S": ["x"]}}}}),
        ("NEW_AND_OLD_IMAGES", {"dynamodb": {"Keys": {"nokey": {"S": ["x"]}}}}),
    ],
)
def test_a_filter_that_no_record_of_the_stream_can_match_is_refused(
    call: dict[str, Any], stack: Stack, view: str, pattern: dict[str, Any]
) -> None:
    """
    View type and keys of the app's own table are known, so silence after deployment is an error at synth.
    """
    from aws_cdk.aws_dynamodb import StreamViewType

    source = StreamSource.new_table(stream=StreamViewType[view])

    with pytest.raises(FilterPatternError, match=rf"PR004.*no record of a {view} stream"):
        DynamoDBStreamTrigger(stack, **{**call, "table_base_name": None, "source": source, "filter_pattern": pattern})


def test_customer_keys_of_table_and_dead_letter_queue_are_granted(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    The pipe may write to an encrypted queue, and the function may use the index of an encrypted table.
    """
    from aws_cdk.aws_dynamodb import TableEncryption
    from aws_cdk.aws_kms import Key
    from aws_cdk.aws_sqs import Queue

    queue = Queue(stack, "Failed", encryption_master_key=Key(stack, "Key"))
    source = StreamSource.new_table(encryption=TableEncryption.CUSTOMER_MANAGED)
    changes = {"table_base_name": None, "source": source, "failure_handling": FailureHandling(dead_letter=queue)}
    DynamoDBStreamTrigger(stack, **{**call, **changes}, table_index_name="status-index")
    template = synth(stack)

    assert [action for action, _ in allowed(template, "pipes") if action.startswith("kms:")] == [
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "kms:Decrypt",
    ]
    assert [action for action, _ in allowed(template, "lambda") if action.startswith("kms:")] == ["kms:Decrypt"]


@pytest.mark.parametrize("arn", ["arn:aws:codepipeline:*:*:p", "arn:*:codepipeline:eu-west-1:111122223333:p"])
def test_a_target_with_a_wildcard_is_refused(call: dict[str, Any], stack: Stack, arn: str) -> None:
    """
    What is granted is named.
    """
    with pytest.raises(TriggerTargetError, match=re.escape(arn)):
        DynamoDBStreamTrigger(stack, **{**call, "env_vars": {"PIPELINE_ARN": arn}})


def test_a_function_that_starts_nothing_known(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    Without a trigger type the function is granted nothing but its log, whatever ARNs stand in its environment.
    """
    DynamoDBStreamTrigger(stack, **{**call, "trigger_type": None, "failure_handling": FailureHandling.none()})

    assert {action.partition(":")[0] for action, _ in allowed(synth(stack), "lambda")} == {"logs", "xray"}


def test_an_existing_function_that_starts_nothing_known_is_left_alone(call: dict[str, Any], stack: Stack) -> None:
    """
    A function that was imported without its role needs nothing there, so nothing is warned of.
    """
    from aws_cdk.aws_lambda import Function

    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:mine"
    existing = {"lambda_handler": None, "lambda_code_path": None, "env_vars": None, "trigger_type": None}
    DynamoDBStreamTrigger(stack, **{**call, **existing}, function=Function.from_function_arn(stack, "Mine", arn))

    assert warnings_of(stack) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"target_arns": [TOPIC]},
            "[TR020] target_arns: says what is started, and trigger_type=None that nothing known is; "
            "pass a trigger_type, or grant on trigger.function what it needs",
        ),
        (
            {"direct": True, "lambda_handler": None, "lambda_code_path": None, "env_vars": None},
            "[TR021] direct: needs a trigger type: without a function the pipe itself delivers; "
            "pass a trigger_type, or a function",
        ),
    ],
)
def test_nothing_known_cannot_be_named(
    call: dict[str, Any], stack: Stack, changes: dict[str, Any], message: str
) -> None:
    """
    Without a trigger type there is nothing to name, and nothing to deliver to.
    """
    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, "trigger_type": None, **changes})

    assert str(caught.value) == message
