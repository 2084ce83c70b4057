"""
The construct's arguments, brought into one form each: one way to say a thing, and pipes-alpha's types where they fit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipes_trigger.design import CodeToBuild
from pipes_trigger.errors import ConfigurationError, InputTemplateError, Violation
from pipes_trigger.filters import FilterPattern
from pipes_trigger.helpers.suggest import known_names
from pipes_trigger.options.direct import DirectDelivery
from pipes_trigger.options.function import FunctionOptions
from pipes_trigger.options.logging import PipeLogging
from pipes_trigger.pipes_alpha import bind
from pipes_trigger.quick_dataclasses import dataclass
from pipes_trigger.source import StreamSource
from pipes_trigger.templates import InputTemplate
from pipes_trigger.triggers import StreamTriggerType, TriggerStrategy

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    Which table and which function a call means.

    Attributes:
        source: The table; None where none is named.
        code: The code to build; None where the function exists, or where there is none.
        faults: What is wrong with the choice.
    """

    source: StreamSource | None
    code: CodeToBuild | None
    faults: tuple[Violation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionArguments:
    """
    What a call says of the function.
    """

    function: Any
    lambda_handler: str | None
    lambda_code_path: str | Path | None
    lambda_code: Any
    env_vars: Mapping[str, str] | None
    function_options: FunctionOptions | None
    table_index_name: str | None

    @property
    def building(self) -> list[str]:
        """
        The names of those that say how a function is built.
        """
        values = {
            "lambda_handler": self.lambda_handler,
            "lambda_code_path": self.lambda_code_path,
            "lambda_code": self.lambda_code,
            "env_vars": self.env_vars,
            "function_options": self.function_options,
        }
        return [name for name, value in values.items() if value is not None]

    @property
    def given(self) -> list[str]:
        """
        The names of those that say anything of a function.
        """
        named = {"function": self.function, "table_index_name": self.table_index_name}
        return [*(name for name, value in named.items() if value is not None), *self.building]

    def code(self) -> CodeToBuild | None:
        """
        Give the code to build; None where the call does not say enough.
        """
        if self.function is not None or self.lambda_handler is None:
            return None
        if self.lambda_code_path is None and self.lambda_code is None:
            return None
        options = self.function_options or FunctionOptions()
        return CodeToBuild(
            path="" if self.lambda_code_path is None else str(self.lambda_code_path),
            handler=self.lambda_handler,
            runtime=options.runtime,
            layers=bool(options.layers),
            given=self.lambda_code,
        )


def choose(
    *,
    source: StreamSource | None,
    table_base_name: str | None,
    direct: DirectDelivery | None,
    function: FunctionArguments,
) -> Choice:
    """
    Choose between the ways to name a table and the ways to name a function, or none.
    """
    faults = []
    if source is None and not table_base_name:
        fix = "pass table_base_name=..., or source=StreamSource...."
        faults.append(Violation("TR010", "table_base_name", "no table is named", fix))
    if source is not None and table_base_name is not None:
        faults.append(_both("source", "table_base_name"))
    if direct is not None:
        faults += [_no_function(name) for name in function.given]
    elif function.function is not None:
        faults += [_both("function", name) for name in function.building]
        faults += _function_faults(function.function)
    else:
        faults += _building_faults(function)
    if source is None and table_base_name:
        source = StreamSource.from_parameters(table_base_name)
    return Choice(source=source, code=None if direct is not None else function.code(), faults=tuple(faults))


def _building_faults(function: FunctionArguments) -> list[Violation]:
    given = function.building
    missing = [] if "lambda_handler" in given else ["lambda_handler"]
    if "lambda_code_path" not in given and "lambda_code" not in given:
        missing.append("lambda_code_path")
    faults = [
        Violation("TR011", name, "is missing", f"pass {name}=..., or an existing function=...") for name in missing
    ]
    if "lambda_code_path" in given and "lambda_code" in given:
        faults.append(_both("lambda_code_path", "lambda_code"))
    code = function.lambda_code
    if code is not None and not hasattr(code, "bind"):
        problem = f"must be a Code, got {type(code).__name__}"
        faults.append(Violation("TR014", "lambda_code", problem, "pass Code.from_bucket(...), or lambda_code_path"))
    return faults


def _function_faults(function: Any) -> list[Violation]:
    if hasattr(function, "function_arn"):
        return []
    problem = f"must be a function, an alias or a version, got {type(function).__name__}"
    fix = "pass the L2 construct, or Function.from_function_arn(...)"
    return [Violation("TR014", "function", problem, fix)]


def _no_function(name: str) -> Violation:
    fix = "leave direct out, or leave this out"
    return Violation("TR019", f"direct, {name}", "a pipe that delivers directly has no function", fix)


def _both(one: str, other: str) -> Violation:
    fix = f"pass {one} or {other}"
    if other == "env_vars":
        fix = "set the variables on the function itself, and pass what it starts in target_arns"
    return Violation("TR012", f"{one}, {other}", "say the same thing in two ways", fix)


def strategy_of(trigger_type: StreamTriggerType | TriggerStrategy | str | None) -> TriggerStrategy | None:
    """
    Give the strategy of a trigger type, which may be named by its value; None where the function starts nothing known.

    Raises:
        ConfigurationError: There is no such trigger type.

    Example:
        >>> strategy_of("sns_topic").noun
        'SNS topic'
    """
    if trigger_type is None or isinstance(trigger_type, TriggerStrategy):
        return trigger_type
    if isinstance(trigger_type, StreamTriggerType):
        return trigger_type.strategy
    values = [member.value for member in StreamTriggerType]
    if trigger_type not in values:
        fix = f"pass a StreamTriggerType ({known_names(trigger_type, values)})"
        raise ConfigurationError([Violation("TR015", "trigger_type", f"there is no {trigger_type!r}", fix)])
    return StreamTriggerType(trigger_type).strategy


def given_filters(filters: Any) -> Any:
    """
    Turn pipes-alpha's `IFilter` into the patterns that it holds; everything else is left as it is.

    Raises:
        ConfigurationError: It is no filter of any kind.
    """
    if filters is None:
        return ()
    if isinstance(filters, Mapping | str | FilterPattern | Sequence):
        return filters
    if not hasattr(filters, "filters"):
        problem = f"must be a pattern, a list of patterns or an IFilter, got {type(filters).__name__}"
        raise ConfigurationError([Violation("TR014", "filter_pattern", problem, "pass a mapping, or JSON text")])
    return [pattern.pattern for pattern in filters.filters]


def given_template(template: Any) -> InputTemplate | str | None:
    """
    Turn pipes-alpha's `IInputTransformation` into the text that it gives; everything else is left as it is.

    Raises:
        ConfigurationError: It is no template of any kind.
        InputTemplateError: The text holds something that only CloudFormation can resolve.
    """
    if template is None or isinstance(template, InputTemplate | str):
        return template
    if not hasattr(template, "bind"):
        problem = f"must be an InputTemplate, its text or an IInputTransformation, got {type(template).__name__}"
        raise ConfigurationError([Violation("TR014", "input_template", problem, "pass one of them")])
    bound, stack = bind(template)
    text = stack.resolve(bound.input_template)
    if isinstance(text, str):
        return text
    problem = f"holds what only CloudFormation can resolve: {text!r}"
    raise InputTemplateError(
        [Violation("TR013", "input_template", problem, "write the value, or a <$.path> of the record")]
    )


def given_state(state: Any) -> str | None:
    """
    Turn pipes-alpha's `DesiredState` into its text.
    """
    return state if state is None or isinstance(state, str) else str(getattr(state, "value", state))


def given_direct(direct: Any) -> DirectDelivery | None:
    """
    Turn `direct=True` into a delivery without options; None where there is a function.

    Raises:
        ConfigurationError: It is neither.

    Example:
        >>> given_direct(True)
        DirectDelivery(message_group_id=None, message_deduplication_id=None, detail_type=None, ...)
        >>> given_direct(False) is None
        True
    """
    if isinstance(direct, DirectDelivery):
        return direct
    if isinstance(direct, bool):
        return DirectDelivery() if direct else None
    problem = f"must be True, False or a DirectDelivery, got {direct!r}"
    raise ConfigurationError([Violation("TR014", "direct", problem, "pass one of them")])


def given_logging(logging: Any) -> PipeLogging | None:
    """
    Turn pipes-alpha's `ILogDestination`, or several, into the logging that they mean.

    Raises:
        ConfigurationError: It is no logging of any kind.
    """
    if logging is None or isinstance(logging, PipeLogging):
        return logging
    destinations = tuple(logging) if isinstance(logging, list | tuple) else (logging,)
    if not destinations or not all(hasattr(one, "grant_push") for one in destinations):
        problem = f"must be PipeLogging, an ILogDestination or a list of those, got {logging!r}"
        raise ConfigurationError([Violation("TR014", "logging", problem, "pass PipeLogging(...)")])
    return PipeLogging(destinations=destinations)
