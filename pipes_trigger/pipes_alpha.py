"""
Taking what objects of pipes-alpha give when they are bound to a pipe.
"""

from __future__ import annotations

from typing import Any


def bind(thing: Any) -> tuple[Any, Any]:
    """
    Bind an object of pipes-alpha, and give what it gives and a stack that can resolve it.

    `bind()` wants a pipe, and none is there yet; one in a stack of its own leaves no trace in the user's.
    """
    from aws_cdk import Stack  # noqa: PLC0415 - only for users of pipes-alpha's types
    from aws_cdk.aws_pipes_alpha import Pipe  # noqa: PLC0415 - as above

    stack = Stack()
    return thing.bind(Pipe.from_pipe_name(stack, "Pipe", "unnamed")), stack
