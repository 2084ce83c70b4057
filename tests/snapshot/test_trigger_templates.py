"""
The smallest and the largest trigger of each type, as templates, with what each may do said beside them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipes_trigger import (
    DynamoDBStreamTrigger,
    FailureHandling,
    FunctionOptions,
    InputTemplate,
    PipeLogging,
    StreamReading,
    StreamSource,
    StreamTriggerType,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from syrupy.assertion import SnapshotAssertion

    Synth = Callable[[Stack], dict[str, Any]]
    Allowed = Callable[[dict[str, Any], str], list[tuple[str, Any]]]
    OfType = Callable[[dict[str, Any], str], list[dict[str, Any]]]

BARE = {
    "failure_handling": FailureHandling.none(),
    "function_options": FunctionOptions(own_log_group=False, tracing=False),
}
TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/acme-web-dev-deployment-requests"
STREAM = f"{TABLE}/stream/2026-01-01T00:00:00.000"
PIPELINE = "arn:aws:codepipeline:eu-west-1:111122223333:my-pipeline"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:orders"
READ_STREAM = [
    (f"dynamodb:{action}", STREAM) for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
]


def _name(resource: Any) -> Any:
    """
    Reduce a reference to the construct's part of its logical id, so that an assertion reads like a sentence.
    """
    if not isinstance(resource, dict):
        return resource
    ((_, value),) = resource.items()
    logical_id = value[0] if isinstance(value, list) else value
    return logical_id.removeprefix("deploymenttrigger")[:-8]


def test_minimal_pipeline_trigger(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed, template_snapshot: SnapshotAssertion
) -> None:
    """
    The smallest pipeline trigger has four resources and may start that pipeline and nothing else.
    """
    DynamoDBStreamTrigger(stack, **{**call, **BARE})
    template = synth(stack)

    log_group = "log-group:/aws/lambda/deployment-processor"
    assert [(action, _last(resource)) for action, resource in allowed(template, "lambda")] == [
        ("codepipeline:StartPipelineExecution", PIPELINE),
        ("codepipeline:ListPipelineExecutions", PIPELINE),
        ("logs:CreateLogStream", f":logs:eu-west-1:111122223333:{log_group}:*"),
        ("logs:PutLogEvents", f":logs:eu-west-1:111122223333:{log_group}:*"),
        ("logs:CreateLogGroup", f":logs:eu-west-1:111122223333:{log_group}:*"),
    ]
    assert [(action, _name(resource)) for action, resource in allowed(template, "pipes")] == [
        *READ_STREAM,
        ("lambda:InvokeFunction", "Function"),
    ]
    assert len(template["Resources"]) == 4
    assert template == template_snapshot


def _last(resource: Any) -> str:
    """
    Return the last part of a joined ARN, or the ARN.
    """
    return str(resource["Fn::Join"][1][-1] if isinstance(resource, dict) else resource)


def test_default_pipeline_trigger(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed, template_snapshot: SnapshotAssertion
) -> None:
    """
    The original's call builds seven resources: the function and its index grants, and what makes failures survivable.
    """
    DynamoDBStreamTrigger(scope=stack, **call, table_index_name="status-index", is_devops=False)
    template = synth(stack)

    assert [(action, _name(resource)) for action, resource in allowed(template, "lambda")] == [
        ("codepipeline:StartPipelineExecution", PIPELINE),
        ("codepipeline:ListPipelineExecutions", PIPELINE),
        ("dynamodb:Query", TABLE),
        ("dynamodb:Query", f"{TABLE}/index/status-index"),
        ("dynamodb:UpdateItem", TABLE),
        ("logs:CreateLogStream", "LogGroup"),
        ("logs:PutLogEvents", "LogGroup"),
        ("xray:PutTraceSegments", "*"),
        ("xray:PutTelemetryRecords", "*"),
    ]
    assert [(action, _name(resource)) for action, resource in allowed(template, "pipes")] == [
        *READ_STREAM,
        ("lambda:InvokeFunction", "Function"),
        ("sqs:SendMessage", "DeadLetterQueue"),
    ]
    assert len(template["Resources"]) == 7
    assert template == template_snapshot


def test_minimal_topic_trigger(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed, template_snapshot: SnapshotAssertion
) -> None:
    """
    The smallest topic trigger may publish to that topic and nothing else.
    """
    changes = {"trigger_type": StreamTriggerType.SNS_TOPIC, "env_vars": {"TOPIC_ARN": TOPIC}}
    DynamoDBStreamTrigger(stack, **{**call, **BARE, **changes})
    template = synth(stack)

    doing = [pair for pair in allowed(template, "lambda") if not pair[0].startswith("logs:")]
    assert doing == [("sns:Publish", TOPIC)]
    assert len(template["Resources"]) == 4
    assert template == template_snapshot


def test_maximal_topic_trigger(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed, template_snapshot: SnapshotAssertion
) -> None:
    """
    Every option at once: each stands in the template, and the roles grow by what the options need alone.
    """
    from aws_cdk.aws_sns import Topic
    from aws_cdk.aws_sqs import Queue

    topic = Topic(stack, "Orders")
    trigger = DynamoDBStreamTrigger(
        stack,
        **{
            **call,
            "trigger_type": StreamTriggerType.SNS_TOPIC,
            "table_base_name": None,
            "source": StreamSource.new_table(table_name="orders"),
            "env_vars": {"TOPIC_ARN": topic.topic_arn, "LEVEL": "INFO"},
            "target_arns": [TOPIC],
            "filter_pattern": [
                {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"status": {"S": ["PLACED"]}}}},
                '{"eventName": ["REMOVE"]}',
            ],
            "table_index_name": "status-index",
            "input_template": InputTemplate.record(),
            "reading": StreamReading(
                starting_position="TRIM_HORIZON",
                batch_size=100,
                batching_window=timedelta(seconds=5),
                parallelization_factor=2,
            ),
            "failure_handling": FailureHandling(
                maximum_retry_attempts=3,
                maximum_record_age=3600,
                dead_letter=Queue.from_queue_arn(stack, "Imported", "arn:aws:sqs:eu-west-1:111122223333:failed"),
            ),
            "function_options": FunctionOptions(
                runtime="python3.13",
                architecture="arm64",
                memory_size=512,
                timeout=30,
                description="Tells of orders",
                log_retention_days=7,
                keep_logs=True,
                reserved_concurrency=5,
            ),
            "logging": PipeLogging(level="TRACE", include_execution_data=True, retention_days=1),
            "desired_state": "STOPPED",
            "description": "Orders to their topic",
        },
    )
    template = synth(stack)

    doing = [(action, _name(resource)) for action, resource in allowed(template, "lambda")]
    assert doing[:2] == [("sns:Publish", TOPIC), ("sns:Publish", "Orders")]
    assert [(action, _name(resource)) for action, resource in allowed(template, "pipes")][4:] == [
        ("lambda:InvokeFunction", "Function"),
        ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:failed"),
        ("logs:CreateLogStream", "PipeLogs"),
        ("logs:PutLogEvents", "PipeLogs"),
    ]
    assert trigger.dead_letter_queue is not None
    assert template == template_snapshot
