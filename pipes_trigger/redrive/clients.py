"""
The boto3 clients that a redrive asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from pipes_trigger.redrive.errors import RedriveError

if TYPE_CHECKING:
    from collections.abc import Callable

_FUNCTION_SECONDS: Final = 930  # a function may run for 15 minutes, an Express state machine for 5
_RUN: Final = ("lambda", "stepfunctions")
_ATTEMPTS: Final = 5


def clients(region: str | None = None) -> Callable[[str], Any]:
    """
    Give a maker of clients, by the service's name, with the user's own credentials.

    Args:
        region: The region of the pipe; None for the user's own.

    Raises:
        RedriveError: From the maker: there is no region or no such profile.
    """

    def make(service: str) -> Any:
        try:
            return _client(service, region)
        except BotoCoreError as error:
            raise RedriveError(f"no client of {service} can be made: {error}") from error

    return make


def _client(service: str, region: str | None) -> Any:
    # The queue holds what failed: a retry of the client would invoke twice, unseen.
    attempts = 1 if service in _RUN else _ATTEMPTS
    config = Config(
        connect_timeout=5,
        read_timeout=_FUNCTION_SECONDS if service in _RUN else 30,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    return boto3.client(service, region_name=region, config=config)
