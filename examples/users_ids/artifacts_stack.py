"""
Where builds leave the functions' code.
"""

from typing import Any, cast

from aws_cdk import CfnOutput, CfnResource, Environment, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from pipes_trigger import ApplicationHelper


class ArtifactsStack(Stack):
    """
    A private, versioned bucket for artifacts, and one for the logs of who reads and writes them.
    """

    def __init__(self, scope: Construct, construct_id: str, *, helper: ApplicationHelper) -> None:
        account, region = helper.get_from_env("account"), helper.get_from_env("region")
        super().__init__(scope, construct_id, env=Environment(account=account, region=region))
        # Without this flag CDK lets S3 write its logs by an access control list, which S3 has left behind.
        self.node.set_context("@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy", True)  # noqa: FBT003 - CDK's way
        safe: dict[str, Any] = {
            "block_public_access": s3.BlockPublicAccess.BLOCK_ALL,
            "encryption": s3.BucketEncryption.S3_MANAGED,
            "enforce_ssl": True,
            "versioned": True,
        }
        access_logs = s3.Bucket(self, "AccessLogs", **safe)
        comment = "This is the bucket that the access logs of the other one go to."
        resource = cast("CfnResource", access_logs.node.default_child)
        resource.add_metadata("checkov", {"skip": [{"id": "CKV_AWS_18", "comment": comment}]})
        self.bucket = s3.Bucket(
            self, "Artifacts", server_access_logs_bucket=access_logs, server_access_logs_prefix="artifacts/", **safe
        )
        CfnOutput(self, "BucketName", value=self.bucket.bucket_name)
