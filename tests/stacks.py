"""
Triggers of every type, the smallest and the largest: for snapshots, for the checks of safety, and for the emulator.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipes_trigger import (
    DynamoDBStreamTrigger,
    FailureHandling,
    FunctionOptions,
    PipeLogging,
    StreamReading,
    StreamSource,
    StreamTriggerType,
)

if TYPE_CHECKING:
    from aws_cdk import Stack
    from constructs import Construct

    from pipes_trigger import ApplicationHelper

ACCOUNT, REGION = "111122223333", "eu-west-1"
ARNS = {
    StreamTriggerType.PIPELINE: f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:my-pipeline",
    StreamTriggerType.SNS_TOPIC: f"arn:aws:sns:{REGION}:{ACCOUNT}:orders",
    StreamTriggerType.STATE_MACHINE: f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:orders",
    StreamTriggerType.STATE_MACHINE_SYNC: f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:orders-express",
    StreamTriggerType.SQS_QUEUE: f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders",
    StreamTriggerType.EVENT_BUS: f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/orders",
    StreamTriggerType.CODEBUILD_PROJECT: f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/orders",
}
TYPES = tuple(StreamTriggerType)
DIRECT_TYPES = tuple(kind for kind in TYPES if kind.strategy.target is not None)
ENCRYPTED_TYPES = tuple(kind for kind in TYPES if kind.strategy.key_actions)
# What has a customer key of its own in the largest trigger.
KEYS = ("Table", "DeadLetter", "Target", "Environment", "FunctionLog", "PipeLog", "Pipe")
BARE: dict[str, Any] = {
    "failure_handling": FailureHandling.none(),
    "function_options": FunctionOptions(own_log_group=False, tracing=False),
}
FILTERS = [
    {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"status": {"S": ["PLACED"]}}}},
    '{"eventName": ["REMOVE"]}',
]


def the_function(call: dict[str, Any]) -> dict[str, Any]:
    """
    Take from a call what says of the function, for a trigger that has one.
    """
    return {name: call[name] for name in ("lambda_handler", "lambda_code_path")}


def common(helper: ApplicationHelper, kind: StreamTriggerType) -> dict[str, Any]:
    """
    Return what every trigger of a type says.
    """
    return {
        "id": "trigger",
        "app_helper": helper,
        "trigger_type": kind,
        "resource_base_name": "order-trigger",
        "target_arns": [ARNS[kind]],
    }


def minimal(stack: Construct, helper: ApplicationHelper, kind: StreamTriggerType, code: dict[str, Any]) -> Any:
    """
    Build the smallest trigger of a type.
    """
    return DynamoDBStreamTrigger(stack, **common(helper, kind), table_base_name="deployment-requests", **code, **BARE)


def minimal_direct(stack: Construct, helper: ApplicationHelper, kind: StreamTriggerType) -> Any:
    """
    Build the smallest trigger of a type that needs no function.
    """
    return DynamoDBStreamTrigger(
        stack,
        **common(helper, kind),
        table_base_name="deployment-requests",
        failure_handling=FailureHandling.none(),
        direct=True,
    )


def customer_key(stack: Stack, name: str) -> Any:
    """
    Build a customer key that is rotated.
    """
    from aws_cdk.aws_kms import Key

    return Key(stack, name, enable_key_rotation=True)


def network(stack: Stack) -> dict[str, Any]:
    """
    Build a VPC without a way to the internet, with a log of its flows, and a security group that lets nothing out.
    """
    from aws_cdk import aws_ec2 as ec2

    vpc = ec2.Vpc(
        stack,
        "Vpc",
        availability_zones=[f"{REGION}a", f"{REGION}b"],
        nat_gateways=0,
        subnet_configuration=[ec2.SubnetConfiguration(name="inner", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)],
        restrict_default_security_group=False,
        flow_logs={"All": ec2.FlowLogOptions()},
    )
    group = ec2.SecurityGroup(stack, "Group", vpc=vpc, allow_all_outbound=False)
    return {
        "vpc": vpc,
        "vpc_subnets": ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
        "security_groups": (group,),
    }


def foundation(stack: Stack) -> dict[str, Any]:
    """
    Build what the largest trigger takes from its owner: keys, a network, a queue for dead letters, a table.
    """
    from aws_cdk import Acknowledgment, RemovalPolicy, Validations
    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk.aws_sqs import Queue, QueueEncryption

    keys = {name: customer_key(stack, f"{name}Key") for name in KEYS}
    table = dynamodb.Table(
        stack,
        "Orders",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
        encryption_key=keys["Table"],
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        removal_policy=RemovalPolicy.RETAIN,
        stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
    )
    failed = Queue(
        stack, "Failed", encryption=QueueEncryption.KMS, encryption_master_key=keys["DeadLetter"], enforce_ssl=True
    )
    reason = "This is itself the dead-letter queue of pipes."
    for rule in ("AwsSolutions::AwsSolutions-SQS3", "Serverless::Serverless-SQSRedrivePolicy"):
        Validations.of(failed).acknowledge(Acknowledgment(id=rule, reason=reason))
    return {"keys": keys, "table": table, "failed": failed, "network": network(stack)}


def maximal(
    stack: Construct,
    helper: ApplicationHelper,
    kind: StreamTriggerType,
    owned: dict[str, Any],
    code: dict[str, Any] | None,
    **changes: Any,
) -> Any:
    """
    Build a trigger with every option that there is; without `code` it delivers directly.
    """
    keys = owned["keys"]
    encrypted = [keys["Target"].key_arn] if kind in ENCRYPTED_TYPES else []
    function: dict[str, Any] = {"direct": True}
    if code is not None:
        function = {
            **code,
            "env_vars": {"LEVEL": "INFO"},
            "table_index_name": "status-index",
            "function_options": FunctionOptions(
                runtime="python3.14",
                architecture="arm64",
                memory_size=512,
                timeout=30,
                description="Tells of orders",
                log_retention_days=365,
                keep_logs=True,
                reserved_concurrency=5,
                environment_key=keys["Environment"],
                log_key=keys["FunctionLog"],
                log_format="JSON",
                **owned["network"],
            ),
        }
    arguments: dict[str, Any] = {
        **common(helper, kind),
        "source": StreamSource.from_table(owned["table"]),
        "target_key_arns": encrypted,
        "filter_pattern": FILTERS,
        "reading": StreamReading(
            starting_position="TRIM_HORIZON",
            batch_size=10,
            batching_window=timedelta(seconds=5),
            parallelization_factor=2,
            name_per_stream=True,
        ),
        "failure_handling": FailureHandling(
            maximum_retry_attempts=3, maximum_record_age=3600, dead_letter=owned["failed"]
        ),
        "logging": PipeLogging(level="INFO", retention_days=365, encryption_key=keys["PipeLog"]),
        "encryption_key": keys["Pipe"],
        "desired_state": "STOPPED",
        "description": "Orders to what waits for them",
        "tags": {"team": "orders"},
        "permissions_boundary": f"arn:aws:iam::{ACCOUNT}:policy/developers",
        **function,
        **changes,
    }
    trigger = DynamoDBStreamTrigger(stack, **arguments)
    # Without a function nothing says in which network and with which keys the redrive runs, but the redrive itself.
    options = None if code is not None else FunctionOptions(**_redriven(owned))
    trigger.add_redrive(options=options)
    return trigger


def _redriven(owned: dict[str, Any]) -> dict[str, Any]:
    return {
        "runtime": "python3.14",
        "timeout": 900,
        "log_retention_days": 365,
        "reserved_concurrency": 1,
        "environment_key": owned["keys"]["Environment"],
        "log_key": owned["keys"]["FunctionLog"],
        **owned["network"],
    }
