"""
The document on the runtime says what the code does.
"""

from __future__ import annotations

import doctest
import json
import re
from pathlib import Path

from pipes_trigger.local.metrics import NAMES

DOCUMENT = Path(__file__).parents[3] / "docs" / "RUNTIME.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")


def test_examples() -> None:
    """
    Every example of docs/RUNTIME.md runs and prints what is printed there.
    """
    failed, tried = doctest.testfile(str(DOCUMENT), module_relative=False, encoding="utf-8")
    assert (failed, tried > 10) == (0, True)


def test_metrics() -> None:
    """
    The table of metrics names each that there is.
    """
    named = re.findall(r"`([A-Za-z]+)`", "".join(re.findall(r"^\| (`[A-Z].*?) \|", TEXT, re.MULTILINE)))
    assert set(NAMES) == set(named)


def test_checkpoint() -> None:
    """
    The checkpoint that is shown is one of this version.
    """
    (shown,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert json.loads(shown)["version"] == 1
