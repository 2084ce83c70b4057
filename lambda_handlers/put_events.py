"""
The Lambda function that puts changes on EventBridge buses. `docs/HANDLERS.md` says how to configure it.
"""

from __future__ import annotations

import os
from typing import Any, Final

from startup import patterns_later, without_collecting

with without_collecting(), patterns_later():
    from buses import Settings, connect, handle

    SETTINGS: Final = Settings.from_environment(os.environ)
    CLIENTS: Final = connect(SETTINGS)


def handler(event: Any, _context: object) -> dict[str, list[dict[str, str]]]:
    """
    Put every record of the batch on every configured bus.
    """
    return handle(event, SETTINGS, CLIENTS)
