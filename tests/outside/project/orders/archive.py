"""
Every change of an order is archived in a Kinesis stream: a kind of downstream that pipes-trigger does not know.
"""

from pathlib import Path

from aws_cdk import Stack
from aws_cdk import aws_kinesis as kinesis
from constructs import Construct
from pipes_trigger import ApplicationHelper, DynamoDBStreamTrigger, StreamSource, TriggerStrategy

KINESIS_STREAM = TriggerStrategy(
    noun="Kinesis stream",
    service="kinesis",
    resource=r"stream/[A-Za-z0-9_.-]{1,128}",
    actions=("kinesis:PutRecord",),
    references=frozenset({("AWS::Kinesis::Stream", "Arn")}),
)


class ArchiveStack(Stack):
    """
    The table, the function of our own, and the stream.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.archive = kinesis.Stream(self, "Archive", shard_count=1, encryption=kinesis.StreamEncryption.UNENCRYPTED)
        self.trigger = DynamoDBStreamTrigger(
            self,
            "archiver",
            app_helper=ApplicationHelper(environment="dev", environments={"dev": {}}),
            trigger_type=KINESIS_STREAM,
            source=StreamSource.new_table(),
            resource_base_name="order-archiver",
            lambda_handler="archive.handler",
            lambda_code_path=Path(__file__).with_name("code"),
            env_vars={"STREAM_ARN": self.archive.stream_arn},
        )
