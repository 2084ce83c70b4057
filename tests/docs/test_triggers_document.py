"""
docs/TRIGGERS.md: its code runs, and each trigger type has its section with the actions that it grants.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pipes_trigger import StreamTriggerType

PAGE = (Path(__file__).parent.parent.parent / "docs" / "TRIGGERS.md").read_text(encoding="utf-8")
SECTIONS = {part.partition("\n")[0]: part for part in PAGE.split("\n## ")[1:]}


def test_the_pages_code_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Every type is built, with a function and, where Pipes can, without.
    """
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {}
    for number, code in enumerate(re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)):
        exec(compile(code, f"TRIGGERS.md, block {number}", "exec"), namespace)  # noqa: S102 - our own page

    pipes = [child for child in namespace["stack"].node.children if hasattr(child, "pipe")]
    direct = [child.node.id for child in pipes if child.function is None]
    assert direct == ["announce-directly", "process-directly", "enrich", "collect-directly", "tell-directly", "stream"]
    assert len(pipes) == 13


@pytest.mark.parametrize("kind", StreamTriggerType, ids=lambda kind: kind.value)
def test_each_type_has_its_section(kind: StreamTriggerType) -> None:
    """
    The section names the actions that the type grants, and shows it without a function where Pipes can do that.
    """
    section = SECTIONS[kind.name]

    (line,) = re.findall(r"^- Actions: (.*)\.$", section, re.MULTILINE)
    assert tuple(re.findall(r"`([^`]+)`", line)) == kind.strategy.actions
    assert ("direct=" in section) is (kind.strategy.target is not None)
    assert ("Customer key" in section) >= bool(kind.strategy.key_actions)
