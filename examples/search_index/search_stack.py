"""
A trigger type of the user's own: the function may post to one index of one OpenSearch domain, and to nothing else.
"""

from datetime import timedelta

from aws_cdk import Environment, Stack
from constructs import Construct

from pipes_trigger import (
    ApplicationHelper,
    DynamoDBStreamTrigger,
    FailureHandling,
    FunctionOptions,
    StreamReading,
    StreamSource,
    TriggerStrategy,
    handlers,
)

INDEX = "products"
# A bulk request is one POST to the path of the index, and IAM knows the path as the end of the domain's ARN.
BULK_API = TriggerStrategy(
    noun="bulk API of an OpenSearch index",
    service="es",
    resource=r"domain/[a-z][a-z0-9-]{2,27}/[^/*]+/_bulk",
    actions=("es:ESHttpPost",),
)


class SearchStack(Stack):
    """
    A table of products, and the trigger that brings each change to the index of a domain that is there already.
    """

    def __init__(self, scope: Construct, construct_id: str, *, helper: ApplicationHelper, endpoint: str) -> None:
        account, region = helper.get_from_env("account"), helper.get_from_env("region")
        super().__init__(scope, construct_id, env=Environment(account=account, region=region))
        self.trigger = DynamoDBStreamTrigger(
            self,
            "index-trigger",
            app_helper=helper,
            trigger_type=BULK_API,
            source=StreamSource.new_table(),
            resource_base_name="product-index",
            lambda_handler=handlers.INDEX_OPENSEARCH.handler,
            lambda_code_path=handlers.INDEX_OPENSEARCH.code_path,
            env_vars={"OPENSEARCH_ENDPOINT": endpoint, "OPENSEARCH_INDEX": INDEX},
            target_arns=[f"{helper.get_from_env('search_domain')}/{INDEX}/_bulk"],
            function_options=FunctionOptions(runtime="python3.14"),
            # One request for many changes: OpenSearch likes few large ones.
            reading=StreamReading(batch_size=100, batching_window=timedelta(seconds=1)),
            # The handler itself tries again what was refused in passing; what is refused for good stays refused.
            failure_handling=FailureHandling(maximum_retry_attempts=2),
        )
        self.trigger.acknowledge_findings()
