from pathlib import Path

import pytest
from aws_cdk import App
from pipes_trigger.testing import LocalAccount, assert_trigger, insert, remove
from syrupy.assertion import SnapshotAssertion

from .stack import OrdersStack


@pytest.fixture
def stack(tmp_path: Path) -> OrdersStack:
    return OrdersStack(App(outdir=str(tmp_path / "cdk.out")), "Orders")


def test_placed_orders_are_announced_and_nothing_else(stack: OrdersStack) -> None:
    (
        assert_trigger(stack, "order-announcer")
        .reads(stack.table)
        .passes(insert({"id": "1", "status": "PLACED"}))
        .drops(insert({"id": "1", "status": "DRAFT"}), remove({"id": "1", "status": "PLACED"}))
        .invokes(stack.trigger.function)
        .may("sns:Publish", on=stack.topic)
        .may_not("sns:Publish", on="arn:aws:sns:*:*:payments")
        .may_only("sns:Publish", "logs:*", "xray:*")
        .has_dead_letter_queue()
    )


def test_the_template_is_the_one_that_was_looked_at(stack: OrdersStack, template_snapshot: SnapshotAssertion) -> None:
    assert stack == template_snapshot


def test_an_order_reaches_the_inbox(stack: OrdersStack, local_pipes: LocalAccount) -> None:
    orders = local_pipes.deploy(stack)
    orders.put({"id": "1", "status": "PLACED"})
    assert '"PLACED"' in orders.wait_for_message(stack.inbox)
