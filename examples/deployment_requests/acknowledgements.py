"""
What the checks of safety find in the foundation and may stay so: each finding with the resource and the evidence.
"""

from typing import cast

from aws_cdk import Acknowledgment, CfnResource, Validations
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_s3 as s3

OWN_BUCKET = (
    "CDK grants the pipeline its artifact bucket with this wildcard; the policy's resource is that bucket alone."
)
OWN_OBJECTS = "The pipeline makes up the keys of its artifacts; it holds them and the bundles they are made of."
ACTIONS = ("s3:GetObject*", "s3:GetBucket*", "s3:List*", "s3:DeleteObject*", "s3:Abort*")


def acknowledge_pipeline(pipeline: codepipeline.Pipeline) -> None:
    """
    Acknowledge what CDK grants a pipeline, and that CDK lets it depend on its role twice.
    """
    policy = pipeline.role.node.find_child("DefaultPolicy")
    bucket = pipeline.stack.resolve(pipeline.artifact_bucket.bucket_arn)["Fn::GetAtt"][0]
    findings = {**{f"Action::{action}": OWN_BUCKET for action in ACTIONS}, f"Resource::<{bucket}.Arn>/*": OWN_OBJECTS}
    for finding, reason in findings.items():
        check = f"AwsSolutions::AwsSolutions-IAM5[{finding}]"
        Validations.of(policy).acknowledge(Acknowledgment(id=check, reason=reason))
    cast("CfnResource", pipeline.node.default_child).add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3005"]}})


def acknowledge_access_logs(bucket: s3.Bucket) -> None:
    """
    Acknowledge that the bucket of access logs does not log into itself, which would never end.
    """
    comment = "This is the bucket that the access logs of the other one go to."
    resource = cast("CfnResource", bucket.node.default_child)
    resource.add_metadata("checkov", {"skip": [{"id": "CKV_AWS_18", "comment": comment}]})
