"""
Users that come and go, told to a queue by a function from an artifact bucket. `examples/README.md` has the commands.

The bucket is a stack of its own: the artifact has to be in it before a function can be made of it.
"""

from pathlib import Path

from artifacts_stack import ArtifactsStack
from aws_cdk import App
from users_stack import UsersStack

from pipes_trigger import ApplicationHelper


def build(app: App) -> None:
    """
    Add both stacks to an app.
    """
    helper = ApplicationHelper.from_cdk_json(
        Path(__file__).with_name("cdk.json"), environment=app.node.try_get_context("environment") or "dev"
    )
    artifacts = ArtifactsStack(app, "UsersArtifacts", helper=helper)
    UsersStack(app, "UsersIds", helper=helper, artifacts=artifacts.bucket)


if __name__ == "__main__":
    app = App()
    build(app)
    app.synth()
