"""
Where a record only has to go on, no function is needed: the pipe delivers it itself.
"""

from typing import Any

from aws_cdk import Acknowledgment, Environment, Stack, Validations
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from pipes_trigger import (
    ApplicationHelper,
    DirectDelivery,
    DynamoDBStreamTrigger,
    InputTemplate,
    StreamSource,
    StreamTriggerType,
)

PLACED = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"status": {"S": ["PLACED"]}}}}
ORDER = InputTemplate('{"order": <$.dynamodb.Keys.id.S>, "status": <$.dynamodb.NewImage.status.S>}')
CUSTOMER = InputTemplate('{"customer": <$.dynamodb.Keys.id.S>, "change": <$.eventName>}')


class DeliveryStack(Stack):
    """
    Placed orders go to a topic and to a queue, every change of a customer to an event bus.
    """

    def __init__(self, scope: Construct, construct_id: str, *, helper: ApplicationHelper) -> None:
        account, region = helper.get_from_env("account"), helper.get_from_env("region")
        super().__init__(scope, construct_id, env=Environment(account=account, region=region))
        key = kms.Key(self, "Key", enable_key_rotation=True)
        topic = sns.Topic(self, "Placed", master_key=key, enforce_ssl=True)
        bus = events.EventBus(self, "Customers")
        announced = DynamoDBStreamTrigger(
            self,
            "announced",
            app_helper=helper,
            trigger_type=StreamTriggerType.SNS_TOPIC,
            source=StreamSource.new_table(),
            resource_base_name="order-announcements",
            target_arns=[topic.topic_arn],
            direct=True,
            filter_pattern=PLACED,
            input_template=ORDER,
        )
        queued = DynamoDBStreamTrigger(
            self,
            "queued",
            app_helper=helper,
            trigger_type=StreamTriggerType.SQS_QUEUE,
            # The same table: a stream has two readers at most.
            source=StreamSource.from_table(announced.table),
            resource_base_name="order-queue",
            target_arns=[self._queue(key).queue_arn],
            direct=True,
            filter_pattern=PLACED,
            input_template=ORDER,
        )
        told = DynamoDBStreamTrigger(
            self,
            "told",
            app_helper=helper,
            trigger_type=StreamTriggerType.EVENT_BUS,
            source=StreamSource.new_table(),
            resource_base_name="customer-events",
            target_arns=[bus.event_bus_arn],
            direct=DirectDelivery(event_source="acme.shop", detail_type="customer changed"),
            input_template=CUSTOMER,
        )
        for trigger in (announced, queued, told):
            trigger.acknowledge_findings()

    def _queue(self, key: kms.Key) -> sqs.Queue:
        encrypted: dict[str, Any] = {
            "encryption": sqs.QueueEncryption.KMS,
            "encryption_master_key": key,
            "enforce_ssl": True,
        }
        unread = sqs.Queue(self, "Unread", **encrypted)
        reason = "This is itself the dead-letter queue of the queue of orders."
        Validations.of(unread).acknowledge(Acknowledgment(id="Serverless::Serverless-SQSRedrivePolicy", reason=reason))
        redrive = sqs.DeadLetterQueue(max_receive_count=5, queue=unread)
        return sqs.Queue(self, "Orders", dead_letter_queue=redrive, **encrypted)
