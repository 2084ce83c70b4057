"""
docs/REPORT.md names what there is.
"""

from __future__ import annotations

import re
from pathlib import Path

from pipes_trigger.cli.local import run
from pipes_trigger.local import events
from pipes_trigger.local.trace import MOST_RECORDS
from pipes_trigger.local.trace_log import log_line

TEXT = (Path(__file__).parents[2] / "docs" / "REPORT.md").read_text(encoding="utf-8")


def test_its_options_are_there() -> None:
    """
    Every option that the document writes is one of `local run`.
    """
    known = {name for parameter in run.params for name in parameter.opts}

    assert set(re.findall(r"--[a-z-]+", TEXT)) <= known
    assert f"latest {MOST_RECORDS:,} records" in TEXT


def test_the_log_leaves_out_what_the_document_says() -> None:
    """
    The documented reason becomes the documented words.
    """
    (said, logged), *_ = re.findall(r"of `([^`]+)` the log has `([^`]+)`", TEXT.replace("\n", " "))
    record = {"eventID": "e1"}
    event = events.BatchFailed(
        pipe="p", time=0.0, records=(record,), reason=said, next_step="retry", retry_at=None, seconds=0.1
    )

    assert log_line(event)["reason"] == logged
