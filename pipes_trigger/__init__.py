"""
Changes in a DynamoDB table, turned into work: one CDK construct, proved at synth time, runnable on a laptop.

Importing this package loads neither `aws_cdk` nor Node. The names below load on first use (PEP 562), so that
`from pipes_trigger import FilterPattern` costs what a filter pattern costs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipes_trigger.construct import DynamoDBStreamTrigger
    from pipes_trigger.errors import (
        ConfigurationError,
        FilterPatternError,
        InputTemplateError,
        ParameterNotFoundError,
        PipeSpecError,
        PipesTriggerError,
        SettingsError,
        TriggerTargetError,
        Violation,
    )
    from pipes_trigger.filters import FilterPattern
    from pipes_trigger.helpers.app import ApplicationHelper
    from pipes_trigger.helpers.arns import ArnUriHelper
    from pipes_trigger.helpers.naming import AWSResourceNameLength, AWSResourceType, ResourceNaming
    from pipes_trigger.monitoring.options import AlarmOptions, Threshold
    from pipes_trigger.options.direct import DirectDelivery
    from pipes_trigger.options.failures import FailureHandling
    from pipes_trigger.options.function import FunctionOptions
    from pipes_trigger.options.logging import PipeLogging
    from pipes_trigger.options.reading import StreamReading
    from pipes_trigger.source import StreamSource, TableNames
    from pipes_trigger.spec import PipeSpec
    from pipes_trigger.templates import InputTemplate
    from pipes_trigger.triggers import PipeTarget, StreamTriggerType, TriggerStrategy

_HOMES = {
    "AlarmOptions": "pipes_trigger.monitoring.options",
    "Threshold": "pipes_trigger.monitoring.options",
    "AWSResourceNameLength": "pipes_trigger.helpers.naming",
    "AWSResourceType": "pipes_trigger.helpers.naming",
    "ApplicationHelper": "pipes_trigger.helpers.app",
    "ArnUriHelper": "pipes_trigger.helpers.arns",
    "ConfigurationError": "pipes_trigger.errors",
    "DirectDelivery": "pipes_trigger.options.direct",
    "DynamoDBStreamTrigger": "pipes_trigger.construct",
    "FailureHandling": "pipes_trigger.options.failures",
    "FilterPattern": "pipes_trigger.filters",
    "FilterPatternError": "pipes_trigger.errors",
    "FunctionOptions": "pipes_trigger.options.function",
    "InputTemplate": "pipes_trigger.templates",
    "InputTemplateError": "pipes_trigger.errors",
    "ParameterNotFoundError": "pipes_trigger.errors",
    "PipeLogging": "pipes_trigger.options.logging",
    "PipeSpec": "pipes_trigger.spec",
    "PipeSpecError": "pipes_trigger.errors",
    "PipeTarget": "pipes_trigger.triggers",
    "PipesTriggerError": "pipes_trigger.errors",
    "ResourceNaming": "pipes_trigger.helpers.naming",
    "SettingsError": "pipes_trigger.errors",
    "StreamReading": "pipes_trigger.options.reading",
    "StreamSource": "pipes_trigger.source",
    "StreamTriggerType": "pipes_trigger.triggers",
    "TableNames": "pipes_trigger.source",
    "TriggerStrategy": "pipes_trigger.triggers",
    "TriggerTargetError": "pipes_trigger.errors",
    "Violation": "pipes_trigger.errors",
}

__all__ = [
    "AWSResourceNameLength",
    "AWSResourceType",
    "AlarmOptions",
    "ApplicationHelper",
    "ArnUriHelper",
    "ConfigurationError",
    "DirectDelivery",
    "DynamoDBStreamTrigger",
    "FailureHandling",
    "FilterPattern",
    "FilterPatternError",
    "FunctionOptions",
    "InputTemplate",
    "InputTemplateError",
    "ParameterNotFoundError",
    "PipeLogging",
    "PipeSpec",
    "PipeSpecError",
    "PipeTarget",
    "PipesTriggerError",
    "ResourceNaming",
    "SettingsError",
    "StreamReading",
    "StreamSource",
    "StreamTriggerType",
    "TableNames",
    "Threshold",
    "TriggerStrategy",
    "TriggerTargetError",
    "Violation",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
