"""
Two tables whose changes are noted in a third: the minimal and the customised use of `aws-dynamodbstreams-lambda`.
"""

from datetime import timedelta
from pathlib import Path

from aws_cdk import Environment, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from pipes_trigger import (
    ApplicationHelper,
    DynamoDBStreamTrigger,
    FailureHandling,
    FunctionOptions,
    StreamReading,
    StreamSource,
    TriggerStrategy,
)

CODE = Path(__file__).with_name("code")
# There, `grant_write_data(lambda_function)` came after the construct; here the trigger type says what is granted.
AUDIT_TABLE = TriggerStrategy(
    noun="audit table",
    service="dynamodb",
    resource=r"table/[^/]+",
    actions=("dynamodb:PutItem",),
    references=frozenset({("AWS::DynamoDB::Table", "Arn")}),
)


class AuditStack(Stack):
    """
    The audit table, a minimal trigger and a customised one.
    """

    def __init__(self, scope: Construct, construct_id: str, *, helper: ApplicationHelper) -> None:
        account, region = helper.get_from_env("account"), helper.get_from_env("region")
        super().__init__(scope, construct_id, env=Environment(account=account, region=region))
        audit = dynamodb.Table(
            self,
            "Audit",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
        )
        minimal = DynamoDBStreamTrigger(
            self,
            "minimal",
            app_helper=helper,
            trigger_type=AUDIT_TABLE,
            source=StreamSource.new_table(),
            resource_base_name="audit-items",
            lambda_handler="audit.handler",
            lambda_code_path=CODE,
            env_vars={"AUDIT_TABLE_ARN": audit.table_arn},
            function_options=FunctionOptions(runtime="python3.14"),
        )
        customised = DynamoDBStreamTrigger(
            self,
            "customised",
            app_helper=helper,
            trigger_type=AUDIT_TABLE,
            # dynamoTableProps
            source=StreamSource.new_table(
                partition_key=dynamodb.Attribute(name="customer", type=dynamodb.AttributeType.STRING),
                stream=dynamodb.StreamViewType.KEYS_ONLY,
            ),
            resource_base_name="audit-customers",
            # lambdaFunctionProps
            lambda_handler="audit.handler",
            lambda_code_path=CODE,
            env_vars={"AUDIT_TABLE_ARN": audit.table_arn},
            function_options=FunctionOptions(runtime="python3.14", memory_size=512, timeout=timedelta(minutes=2)),
            # dynamoEventSourceProps
            reading=StreamReading(starting_position="TRIM_HORIZON", batch_size=10),
            failure_handling=FailureHandling(maximum_retry_attempts=20, maximum_record_age=timedelta(hours=6)),
        )
        for trigger in (minimal, customised):
            trigger.acknowledge_findings()
