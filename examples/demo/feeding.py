"""
Feeding the tables through the real DynamoDB API, and waiting for what follows.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from changes import Change
    from observing import Observed

    from pipes_trigger.local.console import LocalConsole
    from pipes_trigger.local.deployment import Deployment

TABLES = {"requests": "Requests", "orders": "Orders"}
IDLE_SECONDS = 60.0
PROGRESS_SECONDS = 1.5


class Feed:
    """
    Applies changes one after the other.
    """

    def __init__(self, console: LocalConsole, deployment: Deployment, observed: Observed) -> None:
        self._console = console
        self._observed = observed
        self._expected = 0
        self._tables = {
            name: (stack.session.client("dynamodb"), resource.physical_id)
            for name, logical_id in TABLES.items()
            for stack in deployment.stacks
            for resource in stack.resources.values()
            if resource.type == "AWS::DynamoDB::Table" and resource.logical_id.startswith(logical_id)
        }

    def apply(self, change: Change) -> None:
        """
        Make one call.
        """
        if change.after_idle:
            self._wait({"records decided": self._expected})
        client, table = self._tables[change.table]
        self._console.progress(f"{change.call} on {change.table}: {change.say}")
        getattr(client, change.call)(**change.arguments_for(table))
        self._expected += len(change.expect)

    def wait_for_everything(self, changes: Sequence[Change]) -> None:
        """
        Wait until every record has met its fate, and everything that should have been started or sent is there.
        """
        expected = [record for change in changes for record in change.expect]
        starts = sum(record.fate == "start" for record in expected)
        messages = sum(record.fate == "publish" for record in expected)
        self._wait({"records decided": self._expected, "pipelines started": starts, "messages received": messages})
        self._observed.collect_dead_letters()

    def _wait(self, wanted: Mapping[str, int]) -> None:
        """
        Wait until the counts are reached, saying which are not yet.
        """
        deadline = time.monotonic() + IDLE_SECONDS
        told = time.monotonic()
        while missing := {name: count for name, count in wanted.items() if self._observed.count(name) < count}:
            now = time.monotonic()
            if now > deadline:
                self._console.progress("not everything that was expected has happened; the summary says what")
                return
            if now - told >= PROGRESS_SECONDS:
                counts = (f"{self._observed.count(name)} of {count} {name}" for name, count in missing.items())
                self._console.progress(f"waiting: {', '.join(counts)}")
                told = now
            time.sleep(0.05)
