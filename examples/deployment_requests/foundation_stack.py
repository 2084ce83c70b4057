"""
What a platform has before a trigger comes: the table with its stream, the parameters that tell of it, the pipeline.
"""

from typing import Any

from acknowledgements import acknowledge_access_logs, acknowledge_pipeline
from aws_cdk import Environment, RemovalPolicy, Stack
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from pipes_trigger import ApplicationHelper, TableNames


class FoundationStack(Stack):
    """
    The table `deployment-requests`, its two SSM parameters, and a V2 pipeline with variables.
    """

    def __init__(self, scope: Construct, construct_id: str, *, helper: ApplicationHelper) -> None:
        account, region = helper.get_from_env("account"), helper.get_from_env("region")
        super().__init__(scope, construct_id, env=Environment(account=account, region=region))
        # Without this flag CDK lets S3 write its logs by an access control list, which S3 has left behind.
        self.node.set_context("@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy", True)  # noqa: FBT003 - CDK's way
        names = TableNames.of(helper, "deployment-requests")
        table = dynamodb.Table(
            self,
            "Requests",
            table_name=names.table,
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            removal_policy=RemovalPolicy.RETAIN,
        )
        table.add_global_secondary_index(
            index_name="status-index",
            partition_key=dynamodb.Attribute(name="status", type=dynamodb.AttributeType.STRING),
        )
        stream_arn = table.table_stream_arn
        assert stream_arn is not None  # noqa: S101 - the table above has a stream
        ssm.StringParameter(self, "TableArn", parameter_name=names.table_parameter, string_value=table.table_arn)
        ssm.StringParameter(self, "StreamArn", parameter_name=names.stream_parameter, string_value=stream_arn)
        self.pipeline = self._pipeline()

    def _pipeline(self) -> codepipeline.Pipeline:
        bucket = self._artifacts()
        source = actions.S3SourceAction(
            action_name="Bundle",
            bucket=bucket,
            bucket_key="bundle.zip",
            output=codepipeline.Artifact(),
            trigger=actions.S3Trigger.NONE,
        )
        pipeline = codepipeline.Pipeline(
            self,
            "Deploy",
            pipeline_name="deploy-service",
            pipeline_type=codepipeline.PipelineType.V2,
            artifact_bucket=bucket,
            use_pipeline_role_for_actions=True,
            variables=[
                codepipeline.Variable(variable_name="SERVICE", default_value="unknown"),
                codepipeline.Variable(variable_name="RELEASE", default_value="latest"),
            ],
            stages=[
                codepipeline.StageProps(stage_name="Source", actions=[source]),
                codepipeline.StageProps(
                    stage_name="Approve", actions=[actions.ManualApprovalAction(action_name="Release")]
                ),
            ],
        )
        acknowledge_pipeline(pipeline)
        return pipeline

    def _artifacts(self) -> s3.Bucket:
        safe: dict[str, Any] = {
            "block_public_access": s3.BlockPublicAccess.BLOCK_ALL,
            "encryption": s3.BucketEncryption.S3_MANAGED,
            "enforce_ssl": True,
            "versioned": True,
        }
        access_logs = s3.Bucket(self, "AccessLogs", **safe)
        acknowledge_access_logs(access_logs)
        return s3.Bucket(
            self, "Artifacts", server_access_logs_bucket=access_logs, server_access_logs_prefix="artifacts/", **safe
        )
