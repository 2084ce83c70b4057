"""
An SNS trigger with two filters in one stack: nothing here knows an ARN before it is deployed.
"""

import json

from aws_cdk import Environment, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from pipes_trigger import ApplicationHelper, DynamoDBStreamTrigger, StreamSource, StreamTriggerType, handlers

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
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        )
        topic = sns.Topic(self, "OrderEvents", enforce_ssl=True)
        self.inbox = sqs.Queue(self, "Inbox", encryption=sqs.QueueEncryption.SQS_MANAGED, enforce_ssl=True)
        topic.add_subscription(subscriptions.SqsSubscription(self.inbox, raw_message_delivery=True))
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
        )
