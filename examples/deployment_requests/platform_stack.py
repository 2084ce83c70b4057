"""
The trigger: a request that is inserted or changed and stands at PENDING starts the pipeline, once.
"""

import json

from aws_cdk import Environment, Stack
from constructs import Construct

from pipes_trigger import (
    ApplicationHelper,
    DynamoDBStreamTrigger,
    FailureHandling,
    FunctionOptions,
    StreamTriggerType,
    handlers,
)


class PlatformStack(Stack):
    """
    A PIPELINE trigger on the table `deployment-requests`.
    """

    def __init__(self, scope: Construct, construct_id: str, *, helper: ApplicationHelper, pipeline_arn: str) -> None:
        account, region = helper.get_from_env("account"), helper.get_from_env("region")
        super().__init__(scope, construct_id, env=Environment(account=account, region=region))
        self.trigger = DynamoDBStreamTrigger(
            scope=self,
            id="deployment-trigger",
            app_helper=helper,
            trigger_type=StreamTriggerType.PIPELINE,
            table_base_name="deployment-requests",
            resource_base_name="deployment-processor",
            lambda_handler=handlers.START_PIPELINE.handler,
            lambda_code_path=handlers.START_PIPELINE.code_path,
            env_vars={
                "PIPELINE_ARN": pipeline_arn,
                "PIPELINE_VARIABLES": json.dumps({"SERVICE": "service", "RELEASE": "release.version"}),
                # Two changes of one pending request start one run: the first claims the item.
                "CLAIM_ATTRIBUTE": "status",
                "CLAIM_FROM": "PENDING",
                "CLAIM_TO": "STARTED",
            },
            filter_pattern={
                "eventName": ["INSERT", "MODIFY"],
                "dynamodb": {"NewImage": {"status": {"S": ["PENDING"]}}},
            },
            table_index_name="status-index",
            failure_handling=FailureHandling(maximum_retry_attempts=2),
            function_options=FunctionOptions(runtime="python3.14"),
        )
        self.trigger.acknowledge_findings()
