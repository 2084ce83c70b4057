"""
docs/REDRIVE.md says what happens.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipes_trigger.redrive import Fate, Summary
from pipes_trigger.redrive.queue import LEASE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    from tests.unit.redrive.conftest import Site

TEXT = (Path(__file__).parents[3] / "docs" / "REDRIVE.md").read_text(encoding="utf-8")


def test_the_documented_run_is_what_is_printed(site: Site, dead_letter: Callable[..., dict[str, Any]]) -> None:
    """
    Such a queue, stream and function give these lines.
    """
    site.hold(range(1, 7))
    site.function.fails = {"e6"}
    other = "arn:aws:pipes:eu-west-1:111122223333:pipe/invoices"
    site.queue.put(dead_letter(1, 4), dead_letter(5, 6), dead_letter(0, 0), dead_letter(1, 2, pipe=other))
    summary = Summary()
    lines = []
    for outcome in site.redriver().run():
        summary.add(outcome)
        lines.append(str(outcome))

    documented = TEXT.partition("redriving what orders gave up\n")[2].partition("```")[0]
    assert [*lines, str(summary)] == documented.splitlines()


def test_every_fate_is_documented() -> None:
    """
    The table has a row for each, in their order; a dry run changes nothing.
    """
    assert re.findall(r"^\| (\w+) \| (?:the f|the s|it)", TEXT, re.MULTILINE) == [
        fate.value for fate in Fate if fate is not Fate.WOULD_REDRIVE
    ]


def test_the_documented_lease_is_the_lease() -> None:
    """
    How long a message is hidden is said in minutes.
    """
    assert f"hidden from other runs for {LEASE_SECONDS // 60} minutes" in TEXT


def test_the_documented_line_adds_the_function(stack: Stack, call: dict[str, Any]) -> None:
    """
    The Python in the document runs, and the permissions in its table are those of the role.
    """
    from aws_cdk import Stage

    from pipes_trigger import DynamoDBStreamTrigger

    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    exec(code, {"trigger": DynamoDBStreamTrigger(stack, **call)})  # noqa: S102 - our own documentation

    stage = Stage.of(stack)
    assert stage is not None
    template = json.loads(Path(stage.synth().directory, stack.template_file).read_text(encoding="utf-8"))
    (role,) = [each for name, each in template["Resources"].items() if name.startswith("deploymenttriggerRedriveRole")]
    statements = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    allowed = {action for each in statements for action in [each["Action"]] if isinstance(action, str)}
    allowed |= {action for each in statements if isinstance(each["Action"], list) for action in each["Action"]}
    documented = set(re.findall(r"`((?:sqs|dynamodb|lambda|kms|logs|xray):\w+)`", TEXT))
    assert allowed == documented - {"kms:Decrypt"}
