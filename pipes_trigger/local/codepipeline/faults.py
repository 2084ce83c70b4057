"""
An error as the service answers it.
"""

from __future__ import annotations


class ServiceFault(Exception):  # noqa: N818 - `fault` is the service's own word; it never leaves the endpoint
    """
    An answer other than success.

    Attributes:
        code: The error code of the service model, such as `PipelineNotFoundException`.
        message: What is wrong, for people.
        status: The HTTP status.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(code, message, status)
        self.code = code
        self.message = message
        self.status = status
