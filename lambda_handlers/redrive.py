"""
The Lambda function that brings back what a pipe gave up. `docs/REDRIVE.md` says how to deploy it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from redriving import Settings, handle

from pipes_trigger.redrive.clients import clients

SETTINGS: Final = Settings.from_environment(os.environ, Path(__file__).with_name("pipe.json"))
MAKE: Final = clients()


def handler(event: Any, context: Any) -> dict[str, Any]:
    """
    Work on the dead-letter queue.
    """
    return handle(event, context.get_remaining_time_in_millis() / 1000, SETTINGS, MAKE)
