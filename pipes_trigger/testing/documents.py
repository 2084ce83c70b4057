"""
What is asserted on: a template however it was handed over, and what CDK's references come to in it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.spec.templates import Template, load

if TYPE_CHECKING:
    from aws_cdk import IResource, Stack
    from aws_cdk.assertions import Template as CdkTemplate

Synthesized: TypeAlias = "Template | Stack | CdkTemplate"
"""A `Stack`, a template as a mapping, as JSON text, as the path of a file, or a `Template` of `aws_cdk.assertions`."""

Reference: TypeAlias = "str | Mapping[str, Any] | IResource"
"""
A resource: an ARN (with `*` and `?`), a logical id, the id or path that it has in CDK, its physical name, a function
such as `{"Ref": "Topic"}`, or CDK's own object, such as a `Topic`.
"""

_TOKEN: Final = "${Token["  # noqa: S105 - what CDK calls a token
_ARNS: Final = (
    *("table_arn", "function_arn", "topic_arn", "queue_arn", "pipeline_arn", "state_machine_arn", "bucket_arn"),
    *("key_arn", "event_bus_arn", "stream_arn", "log_group_arn", "project_arn", "secret_arn", "parameter_arn"),
)


class Document:
    """
    A synthesized template.

    Args:
        source: Where it is.

    Raises:
        PipeSpecError: There is no template.
    """

    def __init__(self, source: Synthesized) -> None:
        self._stack: Any = source if _is_stack(source) else None
        self.template = load(_plain(source))
        self.resources: Mapping[str, Any] = self.template.get("Resources", {})

    def value(self, reference: Reference) -> Any:
        """
        Give a reference as the template would have it.

        Raises:
            ConfigurationError: It is no reference, or a token that only the stack can resolve.
        """
        if isinstance(reference, Mapping):
            return reference
        if isinstance(reference, str):
            return self._resolved(reference) if _TOKEN in reference else reference
        attribute = next((name for name in _ARNS if hasattr(reference, name)), None)
        if attribute is None:
            fix = "pass its ARN, its logical id, or an object such as a Topic"
            raise ConfigurationError([Violation("TA001", "resource", f"is nothing with an ARN: {reference!r}", fix)])
        return (self._stack or reference.stack).resolve(getattr(reference, attribute))

    def _resolved(self, token: str) -> Any:
        if self._stack is None:
            fix = "pass the stack itself in place of its template, or the construct in place of its ARN"
            raise ConfigurationError([Violation("TA001", "resource", f"is a token of CDK: {token!r}", fix)])
        return self._stack.resolve(token)


def _is_stack(source: object) -> bool:
    # Whoever has a stack has loaded CDK; nobody else is made to.
    cdk = sys.modules.get("aws_cdk")
    return cdk is not None and isinstance(source, cdk.Stack)


def _plain(source: Any) -> Template:
    if _is_stack(source):
        source = import_module("aws_cdk.assertions").Template.from_stack(source)
    template: Template = source.to_json() if hasattr(source, "to_json") else source
    return template
