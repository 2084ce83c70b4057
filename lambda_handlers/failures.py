"""
Every error that the handlers raise.

```
RecordError               one record cannot be worked on; the others are
├── AttributeValueError   one of its values is not DynamoDB JSON
└── RefusedError          a service did not take it
UnreadableEventError      the event holds something other than stream records
WholeBatchError           a failed record has no eventID to report it by
ConfigurationError        the function's environment; raised at cold start
```

No message holds item data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class RecordError(ValueError):
    """
    A record that cannot be worked on.
    """


class AttributeValueError(RecordError):
    """
    A value that is not DynamoDB JSON, or that DynamoDB cannot hold.
    """


class RefusedError(RecordError):
    """
    A record that a service did not take.

    Attributes:
        words: What the service said. It may quote an item, and so is no part of the message.
    """

    def __init__(self, message: str, words: str = "") -> None:
        self.words = words
        super().__init__(message)


class UnreadableEventError(ValueError):
    """
    An event that holds something other than DynamoDB stream records; every place is named.
    """


class WholeBatchError(RuntimeError):
    """
    A failure that cannot be reported for its record alone, because the input template left the eventID out.

    Raised out of the handler, so that the pipe delivers the whole batch again.
    """


class ConfigurationError(ValueError):
    """
    Environment variables that the handler cannot work with.

    Attributes:
        faults: Each one with the variable, its problem and the fix.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join([f"{len(self.faults)} fault(s) in the function's environment:", *self.faults])
