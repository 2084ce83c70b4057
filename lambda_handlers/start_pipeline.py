"""
The Lambda function that starts pipelines. `docs/HANDLERS.md` says how to configure it.
"""

from __future__ import annotations

import os
from typing import Any, Final

from startup import patterns_later, without_collecting

with without_collecting(), patterns_later():
    from pipelines import Settings, connect, handle

    SETTINGS: Final = Settings.from_environment(os.environ)
    CLIENTS: Final = connect(SETTINGS)


def handler(event: Any, _context: object) -> dict[str, list[dict[str, str]]]:
    """
    Start every configured pipeline for every record of the batch.
    """
    return handle(event, SETTINGS, CLIENTS)
