"""
A topic, a queue and an event bus, each fed from a table without a function: `cdk synth`.
"""

from pathlib import Path

from aws_cdk import App
from delivery_stack import DeliveryStack

from pipes_trigger import ApplicationHelper


def build(app: App) -> None:
    """
    Add the stack to an app.
    """
    helper = ApplicationHelper.from_cdk_json(
        Path(__file__).with_name("cdk.json"), environment=app.node.try_get_context("environment") or "dev"
    )
    DeliveryStack(app, "DirectDelivery", helper=helper)


if __name__ == "__main__":
    app = App()
    build(app)
    app.synth()
