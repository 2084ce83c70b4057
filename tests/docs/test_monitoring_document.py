"""
The code of docs/MONITORING.md, executed and compared with what the page shows, and its tables with the data.
"""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipes_trigger.monitoring.kinds import ALARM_KINDS
from pipes_trigger.monitoring.metrics import ALL_METRICS
from pipes_trigger.monitoring.monitored import MonitoredTrigger

if TYPE_CHECKING:
    from aws_cdk import Stack

PAGE = (Path(__file__).parent.parent.parent / "docs" / "MONITORING.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_pages_code_prints_what_the_page_says(call: dict[str, Any], stack: Stack) -> None:
    """
    The example runs on a trigger with every default and a topic.
    """
    from aws_cdk.aws_sns import Topic

    from pipes_trigger import DynamoDBStreamTrigger

    namespace: dict[str, Any] = {"trigger": DynamoDBStreamTrigger(stack, **call), "topic": Topic(stack, "Topic")}
    (_, code), (_, printed) = BLOCK.findall(PAGE)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(code, "MONITORING.md", "exec"), namespace)  # noqa: S102 - our own page

    assert output.getvalue() == printed


def test_the_table_of_metrics_is_the_data() -> None:
    """
    Every metric has its row, with what is open marked.
    """
    rows = [
        f"| `{fact.namespace}`, `{fact.dimension}` | `{fact.name}` | {fact.statistic} | {fact.unit} | {fact.meaning} | "
        f"{f'{fact.unverified} [?] ' if fact.unverified else ''}|"
        for fact in ALL_METRICS
    ]

    assert [line for line in PAGE.splitlines() if line.startswith("| `AWS/")] == rows


def test_every_alarm_and_method_is_on_the_page() -> None:
    """
    The table of alarms is in the order of the data, and no method of a metric is missing.
    """
    options = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    methods = [name for name in vars(MonitoredTrigger) if name.startswith("metric_")]

    assert options == [kind.name for kind in ALARM_KINDS]
    assert [name for name in methods if f"`{name}`" not in PAGE] == []


def test_the_pages_links_lead_somewhere() -> None:
    """
    What the page points to is in the repository.
    """
    targets = re.findall(r"\]\(((?!https?:)[^)#]+)\)", PAGE)

    assert [target for target in targets if not (Path(__file__).parents[2] / "docs" / target).exists()] == []
