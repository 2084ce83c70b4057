"""
An SNS trigger with two filters in one stack: nothing here knows an ARN before it is deployed.

The topic is encrypted with a customer key; the trigger finds the key and may use it.
"""

import json
from typing import Any

from aws_cdk import Acknowledgment, Environment, Stack, Validations
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
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

PLACED_OR_SHIPPED = {
    "eventName": ["INSERT", "MODIFY"],
    "dynamodb": {"NewImage": {"status": {"S": ["PLACED", "SHIPPED"]}}},
}
REMOVED_UNLESS_A_DRAFT = {
    "eventName": ["REMOVE"],
    "dynamodb": {"OldImage": {"status": {"S": [{"anything-but": ["DRAFT"]}]}}},
}


class OrdersStack(Stack):
    """
    A table of orders, a topic, a queue that subscribes to it, and the trigger between them.
    """

    def __init__(self, scope: Construct, construct_id: str, *, helper: ApplicationHelper) -> None:
        account, region = helper.get_from_env("account"), helper.get_from_env("region")
        super().__init__(scope, construct_id, env=Environment(account=account, region=region))
        table = dynamodb.Table(
            self,
            "Orders",
            partition_key=dynamodb.Attribute(name="customer", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="order", type=dynamodb.AttributeType.NUMBER),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        )
        key = kms.Key(self, "Key", enable_key_rotation=True)
        encrypted: dict[str, Any] = {"encryption": sqs.QueueEncryption.SQS_MANAGED, "enforce_ssl": True}
        topic = sns.Topic(self, "OrderEvents", master_key=key, enforce_ssl=True)
        unread = sqs.Queue(self, "Unread", **encrypted)
        reason = "This is itself the dead-letter queue of the inbox and of its subscription."
        Validations.of(unread).acknowledge(Acknowledgment(id="Serverless::Serverless-SQSRedrivePolicy", reason=reason))
        self.inbox = sqs.Queue(
            self, "Inbox", dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=5, queue=unread), **encrypted
        )
        topic.add_subscription(
            subscriptions.SqsSubscription(self.inbox, raw_message_delivery=True, dead_letter_queue=unread)
        )
        self.trigger = DynamoDBStreamTrigger(
            self,
            "order-trigger",
            app_helper=helper,
            trigger_type=StreamTriggerType.SNS_TOPIC,
            source=StreamSource.from_table(table),
            resource_base_name="order-notifier",
            lambda_handler=handlers.PUBLISH_SNS.handler,
            lambda_code_path=handlers.PUBLISH_SNS.code_path,
            env_vars={"TOPIC_ARN": topic.topic_arn, "SNS_ATTRIBUTES": json.dumps({"status": "status"})},
            filter_pattern=[PLACED_OR_SHIPPED, REMOVED_UNLESS_A_DRAFT],
            function_options=FunctionOptions(runtime="python3.14"),
        )
        self.trigger.acknowledge_findings()
