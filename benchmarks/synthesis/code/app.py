"""
The function that every variant deploys.
"""

from __future__ import annotations


def handler(event: object, context: object) -> None:
    """
    Do nothing.
    """
