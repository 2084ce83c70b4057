"""
One JSON line per event, without item data unless it is asked for.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from failures import RecordError

if TYPE_CHECKING:
    from environment import Environment
    from records import Record

_LEVELS: Final = ("INFO", "DEBUG", "WARNING", "ERROR")
_WEIGHT: Final = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}


class Log:
    """
    Writes JSON lines to standard output, which is what Lambda sends to CloudWatch Logs.

    Args:
        level: The least level that is written.
        records: Write the whole record, and what the service said, with a failure. Both hold item data.
    """

    def __init__(self, level: str = "INFO", *, records: bool = False) -> None:
        self._least: Final = _WEIGHT[level]
        self._records: Final = records

    @classmethod
    def from_environment(cls, environment: Environment) -> Log:
        """
        Read `LOG_LEVEL` and `LOG_RECORDS`.
        """
        level = environment.choice("LOG_LEVEL", _LEVELS)
        return cls(level, records=environment.choice("LOG_RECORDS", ("false", "true")) == "true")

    def debug(self, message: str, **fields: Any) -> None:
        """
        Write what helps to follow one record.
        """
        self._write("DEBUG", message, fields)

    def info(self, message: str, **fields: Any) -> None:
        """
        Write what was done.
        """
        self._write("INFO", message, fields)

    def warning(self, message: str, **fields: Any) -> None:
        """
        Write what works and should be changed all the same.
        """
        self._write("WARNING", message, fields)

    def failure(self, message: str, record: Record, error: Exception, **fields: Any) -> None:
        """
        Write why a record failed.
        """
        words = getattr(error, "words", "") or str(error)
        data = {"record": record.raw, "detail": words} if self._records else {}
        self._write("ERROR", message, {"eventID": record.event_id, **fields, **describe(error), **data})

    def _write(self, level: str, message: str, fields: dict[str, Any]) -> None:
        if _WEIGHT[level] < self._least:
            return
        line = {"timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": level, "message": message}
        sys.stdout.write(json.dumps({**line, **fields}, default=str) + "\n")
        sys.stdout.flush()


def describe(error: Exception) -> dict[str, Any]:
    """
    Say what went wrong without item data: of an error that is not our own the text is left out, as it quotes values.

    Example:
        >>> describe(RecordError("has no attribute 'release'"))
        {'error': 'RecordError', 'reason': "has no attribute 'release'"}
        >>> describe(ValueError("the customer is Ada"))
        {'error': 'ValueError'}
    """
    described: dict[str, Any] = {"error": type(error).__name__}
    if isinstance(error, RecordError):
        described["reason"] = str(error)
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        described["code"] = response.get("Error", {}).get("Code")
        described["operation"] = getattr(error, "operation_name", None)
        described["requestID"] = response.get("ResponseMetadata", {}).get("RequestId")
    return described
