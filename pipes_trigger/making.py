"""
Making CDK's constructs from plain mappings, at a fraction of what their typed structs and their modules cost.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Final, TypeVar, cast

_Made = TypeVar("_Made")
_OF_JSII: Final = "__jsii_"  # what jsii itself reads and sets, to hand an object to Node


def make(kind: type[_Made], *arguments: Any) -> _Made:
    """
    Make an object of a CDK class: a real one, only without what CDK's Python does before it asks Node for it.

    The generated `__init__` resolves the type hints of every argument, which loads service modules that nobody asked
    for, and copies each struct field by field. This calls what it calls in the end; Node checks the arguments all the
    same.

    Args:
        kind: The class, or a `stand_in` for it.
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
    jsii.create(kind, made, [_given(each) for each in arguments])
    made.__class__  # noqa: B018 - asked, a stand-in becomes CDK's object at once where the module is there already
    return made


def _given(argument: Any) -> Any:
    # A property that is null is one that is not there, but has to be written, sent and read all the same.
    if isinstance(argument, dict):
        return {name: value for name, value in argument.items() if value is not None}
    return argument


def stand_in(name: str, base: type = object) -> type[Any]:
    """
    Return a class that stands for one of CDK's until somebody needs it: its module may take long to load.

    In Node its objects are what they would be. In Python each becomes an object of CDK's class as soon as anything is
    asked of it: an attribute, or whether it is an instance of a class that only the module has. Where the module is
    loaded it is one from the beginning. What can tell the two apart is `type(...)` alone.

    Args:
        name: The module and the class, such as `aws_lambda.Function`.
        base: What the class is in any case: `Resource` for a construct.

    Example:
        >>> import aws_cdk
        >>> code = make(stand_in("aws_lambda.AssetCode"), "lambda_handlers")
        >>> isinstance(code, aws_cdk.aws_lambda.AssetCode), code.is_inline
        (True, False)
    """
    module, _, attribute = f"aws_cdk.{name}".rpartition(".")

    def become(made: Any) -> Any:
        object.__setattr__(made, "__class__", getattr(import_module(module), attribute))
        return made

    def look_up(made: Any, wanted: str) -> Any:
        if wanted.startswith(_OF_JSII):
            return object.__getattribute__(made, wanted)
        # `isinstance` asks for the class, jsii's own does for every argument; before the module is there, nobody can
        # have a class of it to compare with.
        if wanted == "__class__" and not hasattr(sys.modules.get(module), attribute):
            return type(made)
        return getattr(become(made), wanted)

    def put(made: Any, name: str, value: Any) -> None:
        if name.startswith(_OF_JSII):
            object.__setattr__(made, name, value)
        else:
            setattr(become(made), name, value)

    body = {
        "__doc__": f"Stands for `{module}.{attribute}`.",
        "__jsii_type__": f"aws-cdk-lib.{name}",
        "__jsii_ifaces__": [],  # those of the base need not be named, as CDK's class has them
        "__getattribute__": look_up,
        "__setattr__": put,
        "__delattr__": lambda made, name: delattr(become(made), name),
        "__repr__": lambda made: repr(become(made)),
    }
    return cast("type[Any]", type(base)(attribute, (base,), body))


def loaded(made: _Made) -> _Made:
    """
    Return an object as what it is in CDK, whatever it was a moment ago.
    """
    getattr(made, "__doc__", None)  # an attribute as good as any
    return made
