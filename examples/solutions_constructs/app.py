"""
What `aws-dynamodbstreams-lambda` of AWS Solutions Constructs is used for, minimal and customised: `cdk synth`.

`docs/migrating.md` maps its props one to one.
"""

from pathlib import Path

from audit_stack import AuditStack
from aws_cdk import App

from pipes_trigger import ApplicationHelper


def build(app: App) -> None:
    """
    Add the stack to an app.
    """
    helper = ApplicationHelper.from_cdk_json(
        Path(__file__).with_name("cdk.json"), environment=app.node.try_get_context("environment") or "dev"
    )
    AuditStack(app, "Audit", helper=helper)


if __name__ == "__main__":
    app = App()
    build(app)
    app.synth()
