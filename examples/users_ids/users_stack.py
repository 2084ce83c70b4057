"""
The table `UsersIds`, the function from the artifact bucket, and the pipe that lets insertions and removals through.
"""

from aws_cdk import Acknowledgment, CfnOutput, Environment, Stack, Validations
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from pipes_trigger import (
    ApplicationHelper,
    DynamoDBStreamTrigger,
    FunctionOptions,
    StreamSource,
    StreamTriggerType,
    handlers,
)
from pipes_trigger.filters import inserts_and_removals


class UsersStack(Stack):
    """
    Whoever comes or goes is told to the queue `Changes`.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, helper: ApplicationHelper, artifacts: s3.IBucket
    ) -> None:
        account, region = helper.get_from_env("account"), helper.get_from_env("region")
        super().__init__(scope, construct_id, env=Environment(account=account, region=region))
        changes = self._queue()
        trigger = DynamoDBStreamTrigger(
            self,
            "users-trigger",
            app_helper=helper,
            trigger_type=StreamTriggerType.SQS_QUEUE,
            # On demand, both images, encrypted, with point-in-time recovery and kept: what is left out is safe.
            source=StreamSource.new_table(
                table_name="UsersIds",
                partition_key=dynamodb.Attribute(name="UserId", type=dynamodb.AttributeType.STRING),
            ),
            resource_base_name="users-ids",
            lambda_handler=handlers.SEND_SQS.handler,
            lambda_code=lambda_.Code.from_bucket(artifacts, "users.zip"),
            function_options=FunctionOptions(runtime="python3.14", log_retention_days=90),
            env_vars={"QUEUE_ARN": changes.queue_arn},
            filter_pattern=inserts_and_removals(),
        )
        trigger.acknowledge_findings()
        CfnOutput(self, "TableArn", value=trigger.table.table_arn)
        CfnOutput(self, "FunctionArn", value=trigger.function.function_arn)

    def _queue(self) -> sqs.Queue:
        unread = sqs.Queue(self, "Unread", encryption=sqs.QueueEncryption.SQS_MANAGED, enforce_ssl=True)
        reason = "This is itself the dead-letter queue of the queue of changes."
        Validations.of(unread).acknowledge(Acknowledgment(id="Serverless::Serverless-SQSRedrivePolicy", reason=reason))
        return sqs.Queue(
            self,
            "Changes",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=5, queue=unread),
        )
