"""
Orders that are placed, shipped or removed, told to whoever subscribes: `cdk synth`, or `pipes-trigger local run`.
"""

from pathlib import Path

from aws_cdk import App
from orders_stack import OrdersStack

from pipes_trigger import ApplicationHelper


def build(app: App) -> None:
    """
    Add the stack to an app.
    """
    helper = ApplicationHelper.from_cdk_json(
        Path(__file__).with_name("cdk.json"), environment=app.node.try_get_context("environment") or "dev"
    )
    OrdersStack(app, "OrderNotifications", helper=helper)


if __name__ == "__main__":
    app = App()
    build(app)
    app.synth()
