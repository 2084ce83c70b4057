"""
What a pipe can have beside source and target: an enrichment, logs, a key, tags, a boundary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from pipes_trigger import (
    ConfigurationError,
    DynamoDBStreamTrigger,
    FailureHandling,
    InputTemplate,
    InputTemplateError,
    PipeLogging,
    PipeSpecError,
    StreamReading,
)
from pipes_trigger.testing import records

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    Synth = Callable[[Stack], dict[str, Any]]
    Allowed = Callable[[dict[str, Any], str], list[tuple[str, Any]]]
    OfType = Callable[[dict[str, Any], str], list[dict[str, Any]]]

BOUNDARY = "arn:aws:iam::111122223333:policy/developers"


def pipe_of(template: dict[str, Any], of_type: OfType) -> dict[str, Any]:
    """
    Return the one pipe's properties.
    """
    (only,) = of_type(template, "AWS::Pipes::Pipe")
    return only


def a_function(stack: Stack) -> Any:
    """
    Return a function of the app.
    """
    from aws_cdk.aws_lambda import Code, Function, Runtime

    code = Code.from_inline("def handler(event, context):\n    return event\n")
    return Function(stack, "Enricher", runtime=Runtime.PYTHON_3_12, handler="index.handler", code=code)


def an_express_machine(stack: Stack) -> Any:
    """
    Return an Express state machine of the app.
    """
    from aws_cdk import aws_stepfunctions as sfn

    body = sfn.DefinitionBody.from_chainable(sfn.Pass(stack, "Pass"))
    return sfn.StateMachine(stack, "Enricher", definition_body=body, state_machine_type=sfn.StateMachineType.EXPRESS)


def an_api(stack: Stack) -> Any:
    """
    Return an API destination of the app.
    """
    from aws_cdk import SecretValue
    from aws_cdk import aws_events as events

    authorization = events.Authorization.api_key("x-api-key", SecretValue.secrets_manager("key"))
    connection = events.Connection(stack, "Connection", authorization=authorization)
    return events.ApiDestination(stack, "Enricher", connection=connection, endpoint="https://api.example.com")


@pytest.mark.parametrize(
    ("make", "action"),
    [
        (a_function, "lambda:InvokeFunction"),
        (an_express_machine, "states:StartSyncExecution"),
        (an_api, "events:InvokeApiDestination"),
    ],
)
def test_an_enrichment_of_each_kind(
    *,
    call: dict[str, Any],
    stack: Stack,
    synth: Synth,
    of_type: OfType,
    allowed: Allowed,
    make: Callable[[Stack], Any],
    action: str,
) -> None:
    """
    The pipe may use it, in the policy that its role is created with, and what it answers goes on as it is.
    """
    trigger = DynamoDBStreamTrigger(stack, **call, enrichment=make(stack))
    template = synth(stack)
    pipe = pipe_of(template, of_type)

    assert (action, pipe["Enrichment"]) in allowed(template, "pipes")
    assert "InputTemplate" not in pipe.get("TargetParameters", {})
    assert trigger.input_template is None


def test_an_enrichment_of_pipes_alpha(call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType) -> None:
    """
    Its own template meets the records; what it grants is a policy that the pipe waits for.
    """
    from aws_cdk.aws_pipes_alpha import DynamicInput, InputTransformation
    from aws_cdk.aws_pipes_enrichments_alpha import LambdaEnrichment

    transformation = InputTransformation.from_object({"id": DynamicInput.from_event_path("$.eventID")})
    enrichment = LambdaEnrichment(a_function(stack), input_transformation=transformation)
    template = InputTemplate('{"name": <$.name>}')
    DynamoDBStreamTrigger(stack, **call, enrichment=enrichment, input_template=template)
    resources = synth(stack)["Resources"]
    (pipe,) = (item for item in resources.values() if item["Type"] == "AWS::Pipes::Pipe")
    (policy,) = (name for name, item in resources.items() if item["Type"] == "AWS::IAM::Policy" and "Pipe" in name)

    assert pipe["Properties"]["EnrichmentParameters"] == {"InputTemplate": '{"id":<$.eventID>}'}
    assert pipe["Properties"]["TargetParameters"] == {"InputTemplate": '{"name": <$.name>}'}
    assert resources[policy]["Properties"]["PolicyDocument"]["Statement"][0]["Action"] == "lambda:InvokeFunction"
    assert policy in pipe["DependsOn"]


def test_the_enrichments_template_is_proved(call: dict[str, Any], stack: Stack) -> None:
    """
    A REMOVE that would reach an enrichment's template of the new image is refused.
    """
    from aws_cdk.aws_pipes_alpha import DynamicInput, InputTransformation
    from aws_cdk.aws_pipes_enrichments_alpha import LambdaEnrichment

    transformation = InputTransformation.from_object({"new": DynamicInput.from_event_path("$.dynamodb.NewImage")})
    enrichment = LambdaEnrichment(a_function(stack), input_transformation=transformation)
    with pytest.raises(InputTemplateError, match="PR001"):
        DynamoDBStreamTrigger(stack, **{**call, "filter_pattern": None, "enrichment": enrichment})


def test_numbers_that_are_known_later_reach_the_pipe(
    call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType
) -> None:
    """
    A parameter of the template may say how the stream is read; only what needs the number itself is refused.
    """
    from aws_cdk import CfnParameter

    size, factor = (CfnParameter(stack, name, type="Number").value_as_number for name in ("Size", "Factor"))
    reading = StreamReading(batch_size=cast("int", size), parallelization_factor=cast("int", factor))
    trigger = DynamoDBStreamTrigger(stack, **call, reading=reading)

    with pytest.raises(ConfigurationError) as caught:
        trigger.simulate([records.insert({"id": "1", "status": "PENDING"})])
    assert str(caught.value) == (
        "[TR023] StreamReading(batch_size=): is a token, which nobody can read before it is deployed; pass a number"
    )
    (pipe,) = of_type(synth(stack), "AWS::Pipes::Pipe")
    stream = pipe["SourceParameters"]["DynamoDBStreamParameters"]
    assert (stream["BatchSize"], stream["ParallelizationFactor"]) == ({"Ref": "Size"}, {"Ref": "Factor"})


def test_a_standard_machine_is_no_enrichment(call: dict[str, Any], stack: Stack) -> None:
    """
    Pipes waits for what an enrichment answers, and a Standard state machine answers with the execution that it began.
    """
    from aws_cdk.aws_stepfunctions import DefinitionBody, Pass, StateMachine

    machine = StateMachine(stack, "Machine", definition_body=DefinitionBody.from_chainable(Pass(stack, "Pass")))

    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **call, enrichment=machine)
    assert str(caught.value) == (
        "[TR022] enrichment: is a Standard state machine, and Pipes waits for an Express one's answer alone; "
        "build it with state_machine_type=StateMachineType.EXPRESS"
    )


def test_what_the_pipe_itself_reaches_lies_in_its_region(call: dict[str, Any], stack: Stack) -> None:
    """
    The function that is invoked, the enrichment and the dead-letter queue: each in another region is named.
    """
    from aws_cdk.aws_lambda import Function
    from aws_cdk.aws_sqs import Queue

    function = Function.from_function_arn(stack, "Function", "arn:aws:lambda:us-east-1:111122223333:function:orders")
    existing = {"lambda_handler": None, "lambda_code_path": None, "env_vars": None, "function": function}
    queue = Queue.from_queue_arn(stack, "Queue", "arn:aws:sqs:eu-west-2:111122223333:dead")
    failures = FailureHandling(dead_letter=queue)
    targets = list(call["env_vars"].values())

    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(
            stack, **{**call, **existing}, target_arns=targets, enrichment=function, failure_handling=failures
        )
    assert str(caught.value) == (
        "3 faults in the trigger:\n"
        "  [SA008] function: lies in us-east-1, and the pipe in eu-west-1: a pipe reaches its own region only; "
        "pass one of eu-west-1\n"
        "  [SA008] enrichment: lies in us-east-1, and the pipe in eu-west-1: a pipe reaches its own region only; "
        "pass one of eu-west-1\n"
        "  [SA008] FailureHandling(dead_letter=): lies in eu-west-2, and the pipe in eu-west-1: "
        "a pipe reaches its own region only; pass one of eu-west-1"
    )


def test_an_enrichments_answer_is_not_made_up(call: dict[str, Any], stack: Stack) -> None:
    """
    What an enrichment answers is not known at synth, so the simulation says so.
    """
    trigger = DynamoDBStreamTrigger(stack, **call, enrichment=a_function(stack))

    with pytest.raises(PipeSpecError, match="PS007"):
        trigger.simulate([records.insert({"id": "1", "status": "PENDING"})])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"enrichment": "arn:aws:lambda:eu-west-1:111122223333:function:x"},
            "[TR014] enrichment: must be a function, a state machine, an API destination or an IEnrichment, got "
            "'arn:aws:lambda:eu-west-1:111122223333:function:x'; "
            "pass the L2 construct, or a type of aws_cdk.aws_pipes_enrichments_alpha",
        ),
        (
            {"encryption_key": "alias/mine"},
            "[OP012] encryption_key: must be a KMS key, got 'alias/mine'; pass a Key, or Key.from_key_arn(...)",
        ),
        (
            {"permissions_boundary": "developers"},
            "[OP017] permissions_boundary: must be a managed policy, got 'developers'; "
            "pass an IManagedPolicy or its ARN",
        ),
        (
            {"tags": {"aws:team": "orders", "cost": 5}},
            "2 faults in the trigger:\n"
            "  [TR018] tags: is reserved for AWS: 'aws:team'; choose another name\n"
            "  [TR017] tags: must be text to text, got 'cost': 5; write both as strings",
        ),
        (
            {"tags": {"": "x", "long": "x" * 257, "${Token[TOKEN.1]}": "x"}},
            "3 faults in the trigger:\n"
            "  [TR024] tags: must be 1 to 128 characters of plain text, got ''; write the name\n"
            "  [TR025] tags['long']: must be 0 to 256 characters, got 257; shorten it\n"
            "  [TR024] tags: must be 1 to 128 characters of plain text, got '${Token[TOKEN.1]}'; write the name",
        ),
        (
            {"tags": {f"tag-{number}": "x" for number in range(51)}},
            "[TR016] tags: must be at most 50, got 51; leave some out",
        ),
        (
            {"logging": "INFO"},
            "[TR014] logging: must be PipeLogging, an ILogDestination or a list of those, got 'INFO'; "
            "pass PipeLogging(...)",
        ),
    ],
)
def test_options_that_cannot_be_are_refused(
    call: dict[str, Any], stack: Stack, changes: dict[str, Any], message: str
) -> None:
    """
    Each names its argument, its value and the fix.
    """
    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **call, **changes)

    assert str(caught.value) == message


def test_a_pipe_logs_to_whatever_there_is(
    call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType, allowed: Allowed
) -> None:
    """
    A log group, a bucket under a key and a Firehose stream of the user's: each is addressed and may be written to.
    """
    from aws_cdk.aws_kinesisfirehose import DeliveryStream
    from aws_cdk.aws_kms import Key
    from aws_cdk.aws_logs import LogGroup
    from aws_cdk.aws_s3 import Bucket, BucketEncryption

    bucket = Bucket(stack, "Bucket", encryption=BucketEncryption.KMS, encryption_key=Key(stack, "Key"))
    arn = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/logs"
    stream = DeliveryStream.from_delivery_stream_arn(stack, "Firehose", arn)
    logging = PipeLogging(level="INFO", destinations=(LogGroup(stack, "Group"), bucket, stream))
    DynamoDBStreamTrigger(stack, **call, logging=logging)
    template = synth(stack)
    configuration = pipe_of(template, of_type)["LogConfiguration"]
    granted = allowed(template, "pipes")

    assert sorted(configuration) == [
        "CloudwatchLogsLogDestination",
        "FirehoseLogDestination",
        "Level",
        "S3LogDestination",
    ]
    assert configuration["S3LogDestination"]["Prefix"] == "deployment-processor"
    assert configuration["S3LogDestination"]["BucketOwner"] == "111122223333"
    assert [
        str(resource).endswith("'/deployment-processor/*']]}") for action, resource in granted if "s3:" in action
    ] == [True]
    assert ("firehose:PutRecordBatch", arn) in granted
    assert [action for action, _ in granted if action.startswith("kms:")] == ["kms:GenerateDataKey", "kms:Decrypt"]


def test_log_destinations_of_pipes_alpha(call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType) -> None:
    """
    They stand in for PipeLogging; what they grant is a policy that the pipe waits for.
    """
    from aws_cdk.aws_logs import LogGroup
    from aws_cdk.aws_pipes_alpha import CloudwatchLogsLogDestination, S3LogDestination
    from aws_cdk.aws_s3 import Bucket

    destinations: list[Any] = [
        CloudwatchLogsLogDestination(LogGroup(stack, "Group")),
        S3LogDestination(bucket=Bucket(stack, "Bucket"), bucket_owner="111122223333"),
    ]
    DynamoDBStreamTrigger(stack, **call, logging=destinations)
    template = synth(stack)
    (pipe,) = (item for item in template["Resources"].values() if item["Type"] == "AWS::Pipes::Pipe")
    (policy,) = (name for name, item in template["Resources"].items() if item["Type"] == "AWS::IAM::Policy")

    assert set(pipe["Properties"]["LogConfiguration"]) == {"CloudwatchLogsLogDestination", "S3LogDestination", "Level"}
    assert policy in pipe["DependsOn"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"destinations": ("group",)},
            "[OP009] PipeLogging(destinations=)[0]: is no destination of a pipe's logs: 'group'; pass a log group, "
            "a bucket, a Firehose delivery stream or an ILogDestination of pipes-alpha",
        ),
        (
            {"encryption_key": "alias/mine"},
            "[OP012] PipeLogging(encryption_key=): must be a KMS key, got 'alias/mine'; "
            "pass a Key, or Key.from_key_arn(...)",
        ),
    ],
)
def test_logging_is_checked_when_it_is_made(options: dict[str, Any], message: str) -> None:
    """
    A destination is one of four kinds, and a key is a key.
    """
    with pytest.raises(ConfigurationError) as caught:
        PipeLogging(**options)

    assert str(caught.value) == message


def test_destinations_that_contradict_are_refused(stack: Stack) -> None:
    """
    Two log groups, and a key for a group that is not built.
    """
    from aws_cdk.aws_kms import Key
    from aws_cdk.aws_logs import LogGroup

    groups = (LogGroup(stack, "One"), LogGroup(stack, "Two"))
    with pytest.raises(ConfigurationError) as caught:
        PipeLogging(destinations=groups, encryption_key=Key(stack, "Key"))

    assert str(caught.value) == (
        "2 faults in the trigger:\n"
        "  [OP010] PipeLogging(destinations=)[1]: is a second one of its kind; a pipe logs to one of each; "
        "leave it out\n"
        "  [OP011] PipeLogging(encryption_key=): says how a log group is built, and destinations say that none is; "
        "encrypt the destination itself, or leave destinations out"
    )


def test_logs_under_a_customer_key(call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType) -> None:
    """
    The key's policy lets CloudWatch Logs use it, for the pipe's log group alone.
    """
    from aws_cdk.aws_kms import Key

    key = Key(stack, "Key")
    DynamoDBStreamTrigger(stack, **call, logging=PipeLogging(encryption_key=key))
    (built,) = of_type(synth(stack), "AWS::KMS::Key")
    statement = built["KeyPolicy"]["Statement"][-1]

    assert statement["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}
    group = statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]["Fn::Join"][1][-1]
    assert group == ":logs:eu-west-1:111122223333:log-group:/aws/vendedlogs/pipes/deployment-processor"


def test_an_imported_key_is_a_warning_with_the_statement_it_needs(call: dict[str, Any], stack: Stack) -> None:
    """
    The policy of a key that belongs to somebody else cannot be changed here.
    """
    from aws_cdk.assertions import Annotations, Match
    from aws_cdk.aws_kms import Key

    arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    DynamoDBStreamTrigger(stack, **call, logging=PipeLogging(encryption_key=Key.from_key_arn(stack, "Key", arn)))
    (found,) = Annotations.from_stack(stack).find_warning("*", Match.string_like_regexp("was imported"))

    text = str(found.entry.data)
    assert text.startswith(f"the key {arn} was imported; its policy must hold: {{")
    assert '{"Ref": "AWS::Partition"}' in text
    assert "Token[" not in text


def test_filter_and_template_under_a_customer_key(
    call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType, allowed: Allowed
) -> None:
    """
    The pipe names the key, and its role may use it.
    """
    from aws_cdk.aws_kms import Key

    DynamoDBStreamTrigger(stack, **call, encryption_key=Key(stack, "Key"))
    template = synth(stack)
    key = pipe_of(template, of_type)["KmsKeyIdentifier"]

    assert [pair for pair in allowed(template, "pipes") if pair[0].startswith("kms:")] == [
        ("kms:DescribeKey", key),
        *[("kms:GenerateDataKey", key), ("kms:Decrypt", key)] * 2,
    ]
    conditions = [
        next(iter(statement["Condition"]["StringEquals"]))
        for role in of_type(template, "AWS::IAM::Role")
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if "kms:Decrypt" in statement["Action"]
    ]
    assert conditions == ["kms:EncryptionContext:aws:pipe:arn", "kms:EncryptionContext:aws:pipes:arn"]


def test_records_that_are_logged_from_under_a_key(
    call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType
) -> None:
    """
    Execution data of a pipe under a customer key reaches its logs: the key lets the delivery of logs read it.
    """
    from aws_cdk.aws_kms import Key

    logging = PipeLogging(include_execution_data=True)
    DynamoDBStreamTrigger(stack, **call, encryption_key=Key(stack, "Key"), logging=logging)
    (built,) = of_type(synth(stack), "AWS::KMS::Key")

    assert built["KeyPolicy"]["Statement"][-1]["Principal"] == {"Service": "delivery.logs.amazonaws.com"}


def test_tags_and_a_boundary_reach_all_that_is_built(call: dict[str, Any], stack: Stack, synth: Synth) -> None:
    """
    Every resource that takes tags has them, and both roles have the boundary.
    """
    DynamoDBStreamTrigger(stack, **call, tags={"team": "orders"}, permissions_boundary=BOUNDARY)
    resources = synth(stack)["Resources"].values()

    untagged = {item["Type"] for item in resources if "orders" not in str(item["Properties"].get("Tags", ""))}
    assert untagged == {"AWS::SQS::QueuePolicy"}
    roles = [item["Properties"]["PermissionsBoundary"] for item in resources if item["Type"] == "AWS::IAM::Role"]
    assert roles == [BOUNDARY, BOUNDARY]


def test_logging_that_is_off_builds_nothing(call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType) -> None:
    """
    The pipe says that it logs nothing, and there is no log group for that.
    """
    DynamoDBStreamTrigger(stack, **call, logging=PipeLogging(level="OFF"))
    template = synth(stack)

    assert pipe_of(template, of_type)["LogConfiguration"] == {"Level": "OFF"}
    assert len(of_type(template, "AWS::Logs::LogGroup")) == 1
