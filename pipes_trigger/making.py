"""
Making CDK's constructs from plain mappings, at a fraction of what their typed structs cost.
"""

from __future__ import annotations

from typing import Any, TypeVar

_Made = TypeVar("_Made")


def make(kind: type[_Made], *arguments: Any) -> _Made:
    """
    Make an object of a CDK class: a real one, only without what CDK's Python does before it asks Node for it.

    The generated `__init__` resolves the type hints of every argument, which loads service modules that nobody asked
    for, and copies each struct field by field. This calls what it calls in the end; Node checks the arguments all the
    same.

    Args:
        kind: The class.
        arguments: What its constructor takes in TypeScript; properties are a mapping with camelCase names, where None
            stands for a property that is not given.

    Raises:
        RuntimeError: Node refuses the arguments.

    Example:
        >>> from aws_cdk import App, CfnResource, Stack
        >>> topic = make(CfnResource, Stack(App(), "Platform"), "Topic", {"type": "AWS::SNS::Topic"})
        >>> isinstance(topic, CfnResource), topic.cfn_resource_type
        (True, 'AWS::SNS::Topic')
    """
    import jsii  # noqa: PLC0415 - it loads with CDK, and CDK only with the construct

    made = kind.__new__(kind)
    jsii.create(kind, made, list(arguments))
    return made
