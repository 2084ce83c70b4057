"""
Placed orders are announced: table, trigger, topic, and a queue that subscribes.
"""

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct
from pipes_trigger import ApplicationHelper, DynamoDBStreamTrigger, StreamSource, StreamTriggerType, handlers

PLACED = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": {"status": {"S": ["PLACED"]}}}}


class OrdersStack(Stack):
    """
    Everything in one stack.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.topic = sns.Topic(self, "Announced")
        self.inbox = sqs.Queue(self, "Inbox")
        self.topic.add_subscription(subscriptions.SqsSubscription(self.inbox, raw_message_delivery=True))
        self.trigger = DynamoDBStreamTrigger(
            self,
            "announcer",
            app_helper=ApplicationHelper(environment="dev", environments={"dev": {}}),
            trigger_type=StreamTriggerType.SNS_TOPIC,
            source=StreamSource.from_table(self.table),
            resource_base_name="order-announcer",
            lambda_handler=handlers.PUBLISH_SNS.handler,
            lambda_code_path=handlers.PUBLISH_SNS.code_path,
            env_vars={"TOPIC_ARN": self.topic.topic_arn},
            filter_pattern=PLACED,
        )
