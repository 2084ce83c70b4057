"""
The Lambda function that keeps an OpenSearch index like the table. `docs/HANDLERS.md` says how to configure it.
"""

from __future__ import annotations

import os
from typing import Any, Final

from startup import patterns_later, without_collecting

with without_collecting(), patterns_later():
    from search import Settings, connect, handle

    SETTINGS: Final = Settings.from_environment(os.environ)
    ENDPOINT: Final = connect(SETTINGS)


def handler(event: Any, context: Any) -> dict[str, list[dict[str, str]]]:
    """
    Index or remove the document of every record of the batch.
    """
    return handle(event, context.get_remaining_time_in_millis() / 1000, SETTINGS, ENDPOINT)
