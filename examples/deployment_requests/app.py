"""
A table of deployment requests that starts a pipeline: `cdk synth`, or `pipes-trigger local run --assembly cdk.out`.
"""

from pathlib import Path

from aws_cdk import App
from foundation_stack import FoundationStack
from platform_stack import PlatformStack

from pipes_trigger import ApplicationHelper
from pipes_trigger.helpers.parameters import DeployTimeReference


def build(app: App) -> None:
    """
    Add both stacks to an app.
    """
    # The foundation stack writes the parameters in the same deployment, so only CloudFormation can read them.
    helper = ApplicationHelper.from_cdk_json(
        Path(__file__).with_name("cdk.json"),
        environment=app.node.try_get_context("environment") or "dev",
        parameters=DeployTimeReference(),
    )
    foundation = FoundationStack(app, "DeploymentFoundation", helper=helper)
    platform = PlatformStack(app, "DeploymentPlatform", helper=helper, pipeline_arn=foundation.pipeline.pipeline_arn)
    platform.add_stack_dependency(foundation)


if __name__ == "__main__":
    app = App()
    build(app)
    app.synth()
