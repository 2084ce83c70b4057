"""
The construct's arguments, brought into one form each: one way to say a thing, and pipes-alpha's types where they fit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipes_trigger.design import CodeToBuild
from pipes_trigger.errors import ConfigurationError, InputTemplateError, Violation
from pipes_trigger.filters import FilterPattern
from pipes_trigger.helpers.suggest import known_names
from pipes_trigger.options import FunctionOptions
from pipes_trigger.source import StreamSource
from pipes_trigger.templates import InputTemplate
from pipes_trigger.triggers import StreamTriggerType, TriggerStrategy


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    Which table and which function a call means.

    Attributes:
        source: The table; None where none is named.
        code: The code to build; None where the function exists.
        faults: What is wrong with the choice.
    """

    source: StreamSource | None
    code: CodeToBuild | None
    faults: tuple[Violation, ...]


def choose(
    *,
    source: StreamSource | None,
    table_base_name: str | None,
    function: Any,
    lambda_handler: str | None,
    lambda_code_path: str | None,
    env_vars: Mapping[str, str] | None,
    function_options: FunctionOptions | None,
) -> Choice:
    """
    Choose between the ways to name a table and the ways to name a function.
    """
    faults = []
    if source is None and not table_base_name:
        fix = "pass table_base_name=..., or source=StreamSource...."
        faults.append(Violation("TR010", "table_base_name", "no table is named", fix))
    if source is not None and table_base_name is not None:
        faults.append(_both("source", "table_base_name"))
    building = {
        "lambda_handler": lambda_handler,
        "lambda_code_path": lambda_code_path,
        "env_vars": env_vars,
        "function_options": function_options,
    }
    given = [name for name, value in building.items() if value is not None]
    if function is not None:
        faults += [_both("function", name) for name in given]
    else:
        faults += [
            Violation("TR011", name, "is missing", f"pass {name}=..., or an existing function=...")
            for name in ("lambda_handler", "lambda_code_path")
            if name not in given
        ]
    code = None
    if function is None and lambda_handler is not None and lambda_code_path is not None:
        options = function_options or FunctionOptions()
        code = CodeToBuild(
            path=str(lambda_code_path), handler=lambda_handler, runtime=options.runtime, layers=bool(options.layers)
        )
    if source is None and table_base_name:
        source = StreamSource.from_parameters(table_base_name)
    return Choice(source=source, code=code, faults=tuple(faults))


def refuse_wrong_types(values: Mapping[str, tuple[Any, type | tuple[type, ...]]]) -> None:
    """
    Refuse arguments of another type, all of them at once, before anything is made of them.

    Args:
        values: For each argument its value and the types that it may have; None is always allowed.

    Raises:
        ConfigurationError: An argument has another type.

    Example:
        >>> refuse_wrong_types({"reading": ({}, FunctionOptions)})
        Traceback (most recent call last):
        pipes_trigger.errors.ConfigurationError: [TR014] reading: must be FunctionOptions, got dict; ...
    """
    faults = []
    for name, (value, allowed) in values.items():
        kinds = allowed if isinstance(allowed, tuple) else (allowed,)
        wanted = " or ".join(kind.__name__ for kind in kinds)
        if value is not None and not isinstance(value, kinds):
            problem = f"must be {wanted}, got {type(value).__name__}"
            faults.append(Violation("TR014", name, problem, f"pass {wanted}"))
    if faults:
        raise ConfigurationError(faults)


def _both(one: str, other: str) -> Violation:
    fix = f"pass {one} or {other}"
    if other == "env_vars":
        fix = "set the variables on the function itself, and pass what it starts in target_arns"
    return Violation("TR012", f"{one}, {other}", "say the same thing in two ways", fix)


def strategy_of(trigger_type: StreamTriggerType | TriggerStrategy | str) -> TriggerStrategy:
    """
    Give the strategy of a trigger type, which may be named by its value.

    Raises:
        ConfigurationError: There is no such trigger type.

    Example:
        >>> strategy_of("sns_topic").noun
        'SNS topic'
    """
    if isinstance(trigger_type, TriggerStrategy):
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
        InputTemplateError: The text holds something that only CloudFormation can resolve.
    """
    if template is None or isinstance(template, InputTemplate | str):
        return template
    from aws_cdk import Stack  # noqa: PLC0415 - only for users of pipes-alpha's types
    from aws_cdk.aws_pipes_alpha import Pipe  # noqa: PLC0415 - as above

    # bind() wants a pipe, and none is there yet; one in a stack of its own leaves no trace in the user's.
    stack = Stack()
    text = stack.resolve(template.bind(Pipe.from_pipe_name(stack, "Pipe", "unnamed")).input_template)
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
