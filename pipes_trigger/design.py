"""
What a trigger will be, decided and checked before anything is built: every fault of a call in one error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger import limits
from pipes_trigger.errors import (
    ConfigurationError,
    FilterPatternError,
    InputTemplateError,
    TriggerTargetError,
    Violation,
    ViolationsError,
)
from pipes_trigger.filters import FilterSet
from pipes_trigger.function_code import code_faults
from pipes_trigger.helpers.naming import FUNCTION_AND_PIPE_NAME, shorten
from pipes_trigger.helpers.tokens import is_token
from pipes_trigger.proof import never_matching, prove
from pipes_trigger.stream_checks import check_stream
from pipes_trigger.targets import find_targets, unreachable
from pipes_trigger.templates import InputTemplate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipes_trigger.filters import FilterPattern
    from pipes_trigger.source import StreamShape, TableStream
    from pipes_trigger.stream_checks import Place
    from pipes_trigger.targets import ReferenceOf
    from pipes_trigger.triggers import TriggerStrategy

_ENV_NAME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")  # Lambda API reference (doc), Environment
_INDEX_NAME: Final = re.compile(r"[a-zA-Z0-9_.-]{3,255}")  # DynamoDB API reference (doc), IndexName
# Lambda developer guide (doc), "Defined runtime environment variables".
_RESERVED: Final = frozenset(
    {
        *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"),
        *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"),
        *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"),
        *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        *("AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
    }
)
DESIRED_STATES: Final = ("RUNNING", "STOPPED")


@dataclass(slots=True)
class _Faults:
    """
    Every fault of one call, and the error that they make.
    """

    found: list[tuple[type[ViolationsError], Violation]] = field(default_factory=list)

    def add(self, violations: Sequence[Violation], kind: type[ViolationsError] = ConfigurationError) -> None:
        self.found.extend((kind, violation) for violation in violations)

    def collect(self, make: Callable[[], Any]) -> Any:
        """
        Return what `make` returns, or None after keeping the faults that it raised.
        """
        try:
            return make()
        except ViolationsError as error:
            self.add(error.violations, type(error))
            return None

    def refuse(self) -> None:
        """
        Raise one error with every fault, if there is any.

        A wrong target is a TypeError whatever stands beside it; otherwise faults of one room keep its error.
        """
        if not self.found:
            return
        kinds = {kind for kind, _ in self.found}
        violations = [violation for _, violation in self.found]
        if TriggerTargetError in kinds:
            raise TriggerTargetError(violations)
        raise (kinds.pop() if len(kinds) == 1 else ConfigurationError)(violations)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerDesign:
    """
    A trigger that has passed every check.

    Attributes:
        name: The name of the pipe, and of the function where one is built.
        filters: The filters, none of which lets every record through.
        template: The input template.
        strategy: What the function starts.
        targets: The ARNs that the function may start.
        warnings: What is legal but almost surely a mistake.
    """

    name: str
    filters: FilterSet
    template: InputTemplate
    strategy: TriggerStrategy
    targets: tuple[str, ...]
    warnings: tuple[Violation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeToBuild:
    """
    The code of a function that is to be built.
    """

    path: str
    handler: str
    runtime: str
    layers: bool = False


def design_trigger(
    *,
    earlier: Sequence[Violation],
    resource_base_name: str,
    stream: TableStream | None,
    shape: StreamShape,
    place: Place,
    strategy: TriggerStrategy,
    env_vars: Mapping[str, str],
    target_arns: Sequence[str],
    filters: Any,
    template: InputTemplate | str | None,
    table_index_name: str | None,
    code: CodeToBuild | None,
    description: str | None,
    desired_state: str | None,
    reference_of: ReferenceOf,
) -> TriggerDesign:
    """
    Decide what a call asks for.

    Args:
        earlier: What was found wrong with the call before.
        resource_base_name: What the function and the pipe are called.
        stream: The table and its stream; None where the table is yet to be built.
        shape: What is known of the stream's records.
        place: Where the stack deploys to.
        strategy: What the function starts.
        env_vars: The function's environment.
        target_arns: ARNs beside the environment.
        filters: One pattern or several, in any form that `FilterSet` takes.
        template: The input template; None for the default.
        table_index_name: The index that the function queries.
        code: The function's code; None where the function exists.
        description: The pipe's description.
        desired_state: `RUNNING` or `STOPPED`; None leaves it to the service.
        reference_of: Tells what a token refers to.

    Raises:
        TriggerTargetError: Among the faults is an ARN of another trigger type, or no ARN of this one.
        FilterPatternError: The faults are the filters' alone.
        InputTemplateError: The faults are the template's alone.
        ConfigurationError: Any other faults.
    """
    faults, warnings = _Faults(), []
    faults.add(earlier)
    if is_token(resource_base_name):
        problem = f"holds a token: {resource_base_name!r}"
        fix = "write the name: the pipe's role is trusted for it before the pipe is there"
        faults.add([Violation("TR009", "resource_base_name", problem, fix)])
    else:
        faults.add(FUNCTION_AND_PIPE_NAME.faults(resource_base_name, "resource_base_name"))
    faults.add(_option_faults(env_vars, table_index_name, description, desired_state))
    if code is not None:
        faults.add(code_faults(code.path, code.handler, code.runtime, layers=code.layers))
    if stream is not None:
        stream_faults, stream_warnings = check_stream(stream, place)
        faults.add(stream_faults)
        warnings += stream_warnings
    texts = {name: value for name, value in env_vars.items() if isinstance(value, str)}
    targets = find_targets(strategy, texts, target_arns, reference_of)
    faults.add(targets.faults, TriggerTargetError)
    warnings += unreachable(strategy, targets.arns, place.account)
    filter_set = faults.collect(lambda: FilterSet(filters, root="filter_pattern"))
    input_template = faults.collect(lambda: _template(template))
    if filter_set is not None and input_template is not None:
        warnings += filter_set.warnings
        keys = None if shape.keys is None else tuple(shape.keys.items())
        faults.add(never_matching(tuple(filter_set), shape.view_type, shape.keys), FilterPatternError)
        faults.add(_proof(tuple(filter_set), input_template, shape.view_type, keys), InputTemplateError)
    faults.refuse()
    return TriggerDesign(
        name=shorten(resource_base_name, FUNCTION_AND_PIPE_NAME.length.high),
        filters=filter_set,
        template=input_template,
        strategy=strategy,
        targets=tuple(targets.arns),
        warnings=tuple(warnings),
    )


@lru_cache(maxsize=256)
def _proof(
    filters: tuple[FilterPattern, ...],
    template: InputTemplate,
    view_type: str | None,
    keys: tuple[tuple[str, str], ...] | None,
) -> tuple[Violation, ...]:
    """
    Prove once what many triggers of a platform have in common: the same filter and the same template.
    """
    return prove(filters, template, view_type, None if keys is None else dict(keys))


_default_template: Final = cache(InputTemplate.record)


def _template(template: InputTemplate | str | None) -> InputTemplate:
    if template is None:
        return _default_template()
    return InputTemplate(template) if isinstance(template, str) else template


def _option_faults(
    env_vars: Mapping[str, Any], table_index_name: str | None, description: str | None, desired_state: str | None
) -> list[Violation]:
    faults = []
    for name, value in env_vars.items():
        if not isinstance(value, str):
            # Not the value itself: variables hold secrets, and messages end in build logs.
            problem = f"must be a string, got a value of type {type(value).__name__}"
            faults.append(Violation("TR001", f"env_vars[{name!r}]", problem, "write it as a string"))
        if name in _RESERVED:
            fix = "choose another name: Lambda sets this one itself"
            faults.append(Violation("TR007", f"env_vars[{name!r}]", "is reserved by Lambda", fix))
        if _ENV_NAME.fullmatch(name) is None:
            problem = f"is no name of a variable that Lambda takes: {name!r}"
            faults.append(Violation("TR002", "env_vars", problem, f"use only {_ENV_NAME.pattern}"))
    size = sum(len(f"{name}{value}".encode()) for name, value in env_vars.items() if not is_token(str(value)))
    if size > limits.ENVIRONMENT_BYTES:
        fix = "keep large settings in SSM or S3"
        problem = f"must be at most {limits.ENVIRONMENT_BYTES} bytes, names and values together, got {size}"
        faults.append(Violation("TR008", "env_vars", problem, fix))
    if table_index_name is not None and not is_token(table_index_name) and not _INDEX_NAME.fullmatch(table_index_name):
        problem = f"is no name of an index: {table_index_name!r}"
        faults.append(Violation("TR003", "table_index_name", problem, f"use only {_INDEX_NAME.pattern}"))
    if description is not None and not is_token(description):
        length = len(description)
        if not limits.DESCRIPTION_LENGTH.allows(length):
            problem = f"must be {limits.DESCRIPTION_LENGTH}, got {length}"
            faults.append(Violation("TR004", "description", problem, "shorten it"))
    if desired_state not in {None, *DESIRED_STATES}:
        problem = f"must be one of {', '.join(DESIRED_STATES)}, got {desired_state!r}"
        faults.append(Violation("TR005", "desired_state", problem, "pass one of them"))
    return faults
