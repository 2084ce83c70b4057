"""
What is compared: the same work - a table's stream, one filter, a function that may start one pipeline - built six ways.

Each variant loads what it needs when it is asked for, which counts as start-up, and returns the function that adds the
trigger of a number to a stack.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from aws_cdk import Stack

    from pipes_trigger import FailureHandling, FunctionOptions

Build = Callable[["Stack", int], None]

CODE: Final = str(Path(__file__).parent / "code")
TABLE: Final = "arn:aws:dynamodb:us-east-1:111122223333:table/orders"
STREAM: Final = f"{TABLE}/stream/2026-01-01T00:00:00.000"
PIPELINE: Final = "arn:aws:codepipeline:us-east-1:111122223333:deploy"
PATTERN: Final = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"status": {"S": ["PENDING"]}}}}
PATTERN_TEXT: Final = json.dumps(PATTERN, separators=(",", ":"))
TEMPLATE: Final = '{"Records": [{"dynamodb": {"NewImage": <$.dynamodb.NewImage>}}]}'
PIPELINE_ACTIONS: Final = ["codepipeline:StartPipelineExecution", "codepipeline:ListPipelineExecutions"]
READ_ACTIONS: Final = [
    f"dynamodb:{action}" for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
]


class Platform:
    """
    An `app_helper` that knows both ARNs, as literals.
    """

    def get_parameter_value(self, scope: Any, name: str, is_devops: bool) -> str:  # noqa: ARG002, FBT001 - the contract
        """
        Return the table's or the stream's ARN.
        """
        return STREAM if "stream" in name else TABLE

    def get_from_common(self, key: str) -> str:
        """
        Return a part of the table's name.
        """
        return key

    def get_from_env(self, key: str) -> str:
        """
        Return a part of the table's name.
        """
        return key


def bare() -> Build:
    """
    Build what the original builds.
    """
    from pipes_trigger import FailureHandling, FunctionOptions  # noqa: PLC0415 - each variant loads its own

    return _ours(
        failure_handling=FailureHandling.none(), function_options=FunctionOptions(own_log_group=False, tracing=False)
    )


def defaults() -> Build:
    """
    Build with everything that is on by default: dead-letter queue, log group, tracing.
    """
    # What the first such trigger loads is start-up, as it is for the other variants.
    for name in ("lambda", "logs", "sqs"):
        import_module(f"aws_cdk.aws_{name}")
    return _ours()


def _ours(failure_handling: FailureHandling | None = None, function_options: FunctionOptions | None = None) -> Build:
    from pipes_trigger import DynamoDBStreamTrigger, StreamTriggerType  # noqa: PLC0415 - as above

    platform = Platform()

    def build(stack: Stack, number: int) -> None:
        DynamoDBStreamTrigger(
            stack,
            f"Trigger{number}",
            app_helper=platform,
            trigger_type=StreamTriggerType.PIPELINE,
            table_base_name="orders",
            resource_base_name=f"processor-{number}",
            lambda_handler="app.handler",
            lambda_code_path=CODE,
            env_vars={"PIPELINE_ARN": f"{PIPELINE}-{number}"},
            filter_pattern=PATTERN,
            failure_handling=failure_handling,
            function_options=function_options,
        )

    return build


def original() -> Build:
    """
    Wire the original's seven resources with CDK's own constructs.
    """
    from aws_cdk import aws_iam as iam  # noqa: PLC0415 - as above
    from aws_cdk import aws_pipes as pipes  # noqa: PLC0415 - as above

    function_of = _function()

    def build(stack: Stack, number: int) -> None:
        function = function_of(stack, number)
        role = iam.Role(stack, f"PipeRole{number}", assumed_by=iam.ServicePrincipal("pipes.amazonaws.com"))
        role.add_to_policy(iam.PolicyStatement(actions=READ_ACTIONS, resources=[STREAM]))
        arn = function.function_arn
        role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[arn]))
        function.add_permission("Pipes", principal=iam.ServicePrincipal("pipes.amazonaws.com"))
        pipe = pipes.CfnPipe
        pipe(
            stack,
            f"Pipe{number}",
            name=f"processor-{number}",
            role_arn=role.role_arn,
            source=STREAM,
            source_parameters=pipe.PipeSourceParametersProperty(
                dynamo_db_stream_parameters=pipe.PipeSourceDynamoDBStreamParametersProperty(
                    starting_position="LATEST", batch_size=1
                ),
                filter_criteria=pipe.FilterCriteriaProperty(filters=[pipe.FilterProperty(pattern=PATTERN_TEXT)]),
            ),
            target=arn,
            target_parameters=pipe.PipeTargetParametersProperty(input_template=TEMPLATE),
        )

    return build


def event_source() -> Build:
    """
    Wire an event source mapping in place of a pipe: `DynamoEventSource`.
    """
    from aws_cdk import aws_dynamodb as dynamodb  # noqa: PLC0415 - as above
    from aws_cdk import aws_lambda as lambda_  # noqa: PLC0415 - as above
    from aws_cdk.aws_lambda_event_sources import DynamoEventSource  # noqa: PLC0415 - as above

    function_of = _function()

    def build(stack: Stack, number: int) -> None:
        table = dynamodb.Table.from_table_attributes(stack, f"Table{number}", table_arn=TABLE, table_stream_arn=STREAM)
        source = DynamoEventSource(
            table, starting_position=lambda_.StartingPosition.LATEST, batch_size=1, filters=[{"pattern": PATTERN_TEXT}]
        )
        function_of(stack, number).add_event_source(source)

    return build


def pipes_alpha() -> Build:
    """
    Wire the pipe with `aws-cdk.aws-pipes-alpha`, its sources and its targets where they are installed.
    """
    from aws_cdk import aws_dynamodb as dynamodb  # noqa: PLC0415 - as above
    from aws_cdk import aws_lambda as lambda_  # noqa: PLC0415 - as above
    from aws_cdk import aws_pipes_alpha as pipes  # noqa: PLC0415 - as above

    # No dependency of the project, so type checkers do not find them.
    sources: Any = import_module("aws_cdk.aws_pipes_sources_alpha")
    targets: Any = import_module("aws_cdk.aws_pipes_targets_alpha")
    function_of = _function()

    def build(stack: Stack, number: int) -> None:
        table = dynamodb.Table.from_table_attributes(stack, f"Table{number}", table_arn=TABLE, table_stream_arn=STREAM)
        function: lambda_.Function = function_of(stack, number)
        pipes.Pipe(
            stack,
            f"Pipe{number}",
            pipe_name=f"processor-{number}",
            source=sources.DynamoDBSource(
                table, starting_position=sources.DynamoDBStartingPosition.LATEST, batch_size=1
            ),
            filter=pipes.Filter([pipes.FilterPattern.from_object(PATTERN)]),
            target=targets.LambdaFunction(function, input_transformation=pipes.InputTransformation.from_text(TEMPLATE)),
        )

    return build


def empty() -> Build:
    """
    Build nothing: the floor.
    """
    return lambda _stack, _number: None


def _function() -> Callable[[Stack, int], Any]:
    from aws_cdk import Duration  # noqa: PLC0415 - as above
    from aws_cdk import aws_iam as iam  # noqa: PLC0415 - as above
    from aws_cdk import aws_lambda as lambda_  # noqa: PLC0415 - as above

    def build(stack: Stack, number: int) -> Any:
        function = lambda_.Function(
            stack,
            f"Function{number}",
            function_name=f"processor-{number}",
            runtime=lambda_.Runtime.PYTHON_3_12,
            handler="app.handler",
            code=lambda_.Code.from_asset(CODE),
            environment={"PIPELINE_ARN": f"{PIPELINE}-{number}"},
            memory_size=256,
            timeout=Duration.seconds(60),
        )
        statement = iam.PolicyStatement(actions=PIPELINE_ACTIONS, resources=[f"{PIPELINE}-{number}"])
        function.add_to_role_policy(statement)
        return function

    return build


VARIANTS: Final = {
    "bare": bare,
    "defaults": defaults,
    "original": original,
    "event source": event_source,
    "pipes-alpha": pipes_alpha,
    "empty stack": empty,
}
