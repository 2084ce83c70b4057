"""
What a trigger will be, decided and checked before anything is built: every fault of a call in one error.
"""

from __future__ import annotations

import marshal
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger import limits
from pipes_trigger.direct import DirectTarget, design_direct
from pipes_trigger.errors import (
    FilterPatternError,
    InputTemplateError,
    TriggerTargetError,
    Violation,
)
from pipes_trigger.faults import Faults
from pipes_trigger.filters import FilterSet
from pipes_trigger.function_code import code_faults
from pipes_trigger.helpers.naming import FUNCTION_AND_PIPE_NAME, shorten
from pipes_trigger.helpers.tokens import is_token
from pipes_trigger.pipe_name import PipeName
from pipes_trigger.pipe_options import option_faults
from pipes_trigger.proof import never_matching, prove
from pipes_trigger.quick_dataclasses import dataclass
from pipes_trigger.stream_checks import check_stream, elsewhere_faults
from pipes_trigger.targets import Targets, find_targets, unreachable
from pipes_trigger.templates import InputTemplate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipes_trigger.enrichment import Enrichment
    from pipes_trigger.filters import FilterPattern
    from pipes_trigger.options.direct import DirectDelivery
    from pipes_trigger.options.reading import StreamReading
    from pipes_trigger.pipe_options import PipeOptions
    from pipes_trigger.source import StreamShape, TableStream
    from pipes_trigger.stack_facts import KnownTarget
    from pipes_trigger.stream_checks import Place
    from pipes_trigger.targets import ReferenceOf
    from pipes_trigger.triggers import TriggerStrategy

_FILTERS: Final = "filter_pattern"
_ENV_NAME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")  # Lambda API reference (doc), Environment
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerDesign:
    """
    A trigger that has passed every check.

    Attributes:
        name: The name of the function where one is built.
        pipe_name: What the pipe is called.
        filters: The filters, none of which lets every record through.
        template: What the target gets of a record, or of what an enrichment answered; None: what comes is what it gets.
        strategy: What is started; None where the function starts nothing that is known here.
        targets: The ARNs that may be started; of a pipe without a function the one that it delivers to.
        key_arns: The customer keys that what is started is encrypted with.
        target_parameters: How a pipe without a function addresses its target.
        warnings: What is legal but almost surely a mistake.
    """

    name: str
    pipe_name: PipeName
    filters: FilterSet
    template: InputTemplate | None
    strategy: TriggerStrategy | None
    targets: tuple[str, ...]
    key_arns: tuple[str, ...]
    target_parameters: Mapping[str, Mapping[str, Any]]
    warnings: tuple[Violation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeToBuild:
    """
    The code of a function that is to be built.

    Attributes:
        path: A directory or a zip file; empty where `given` has the code.
        handler: What Lambda calls.
        runtime: A Lambda runtime's name.
        layers: Whether the function has layers.
        given: CDK's `Code`, which nobody can look into.
    """

    path: str
    handler: str
    runtime: str
    layers: bool = False
    given: Any = None


def design_trigger(
    *,
    earlier: Sequence[Violation],
    resource_base_name: str,
    stream: TableStream | None,
    shape: StreamShape,
    place: Place,
    strategy: TriggerStrategy | None,
    env_vars: Mapping[str, str],
    target_arns: Sequence[str],
    target_key_arns: Sequence[str],
    direct: DirectDelivery | None,
    filters: Any,
    template: InputTemplate | str | None,
    enrichment: Enrichment | None,
    table_index_name: str | None,
    code: CodeToBuild | None,
    reading: StreamReading,
    name_per_stream: bool,
    options: PipeOptions,
    reached: Mapping[str, str],
    reference_of: ReferenceOf,
    known_target: Callable[[str], KnownTarget],
) -> TriggerDesign:
    """
    Decide what a call asks for.

    Args:
        earlier: What was found wrong with the call before.
        resource_base_name: What the function and the pipe are called.
        stream: The table and its stream; None where the table is yet to be built.
        shape: What is known of the stream's records.
        place: Where the stack deploys to.
        strategy: What the function starts; None where it starts nothing that is known here.
        env_vars: The function's environment.
        target_arns: ARNs beside the environment.
        target_key_arns: The customer keys that what is started is encrypted with.
        direct: How the pipe delivers without a function; None where there is one.
        filters: One pattern or several, in any form that `FilterSet` takes.
        template: The input template; None for the default, which with an enrichment is none.
        enrichment: What stands between filter and target; None for nothing.
        table_index_name: The index that the function queries.
        code: The function's code; None where the function exists, or where there is none.
        reading: How the stream is read.
        name_per_stream: Whether the pipe's name tells its stream.
        options: What else is said of the pipe.
        reached: What the pipe itself reaches beside its target, by the argument that gives it.
        reference_of: Tells what a token refers to.
        known_target: Tells what CDK knows of the target that a token refers to.

    Raises:
        TriggerTargetError: Among the faults is an ARN of another trigger type, or no ARN of this one.
        FilterPatternError: The faults are the filters' alone.
        InputTemplateError: The faults are the template's alone.
        ConfigurationError: Any other faults.
    """
    faults, warnings = Faults(), []
    faults.add(earlier)
    if is_token(resource_base_name):
        problem = f"holds a token: {resource_base_name!r}"
        fix = "write the name: the pipe's role is trusted for it before the pipe is there"
        faults.add([Violation("TR009", "resource_base_name", problem, fix)])
    else:
        faults.add(FUNCTION_AND_PIPE_NAME.faults(resource_base_name, "resource_base_name"))
    faults.add(_environment_faults(env_vars))
    faults.add(option_faults(options, table_index_name))
    if code is not None and code.given is None:
        faults.add(code_faults(code.path, code.handler, code.runtime, layers=code.layers))
    if stream is not None:
        stream_faults, stream_warnings = check_stream(stream, place)
        faults.add(stream_faults)
        warnings += stream_warnings
    targets = Targets()
    if strategy is None:
        faults.add(_faults_of_nothing(target_arns, direct))
    else:
        texts = {name: value for name, value in env_vars.items() if isinstance(value, str)}
        targets = find_targets(strategy, texts, target_arns, reference_of)
        faults.add(targets.faults, TriggerTargetError)
        warnings += unreachable(strategy, targets.arns, place.account)
    own = {} if direct is None else {f"target_arns[{index}]": arn for index, arn in enumerate(targets.arns)}
    faults.add(elsewhere_faults({**reached, **own}, place))
    known = [known_target(arn) for arn in targets.arns if is_token(arn)]
    if strategy is not None and strategy.express and any(target.standard for target in known):
        problem = "is a Standard state machine, which cannot be run and waited for"
        fix = "build it with state_machine_type=StateMachineType.EXPRESS, or pass StreamTriggerType.STATE_MACHINE"
        faults.add([Violation("TG005", "target_arns", problem, fix)], TriggerTargetError)
    delivery = DirectTarget()
    if direct is not None and strategy is not None and not targets.faults:
        fifo = any(target.fifo for target in known)
        batch_size = reading.batch_size
        delivery = design_direct(strategy, direct, targets.arns, fifo=fifo, batch_size=batch_size, keys=shape.keys)
        faults.add(delivery.faults)
    filter_set = faults.collect(lambda: _filter_set(filters))
    input_template = faults.collect(lambda: _template(template, enrichment))
    if filter_set is not None:
        warnings += filter_set.warnings
        keys = None if shape.keys is None else tuple(shape.keys.items())
        # Equal filters may be written in different orders, and a fault quotes the one that was given.
        as_written = tuple(each.to_json() for each in filter_set)
        faults.add(_never_matching(as_written, tuple(filter_set), shape.view_type, keys), FilterPatternError)
        # What meets the records is proved; what an enrichment will answer, nobody knows here.
        first = input_template if enrichment is None else faults.collect(lambda: _first_template(enrichment))
        if first is not None:
            faults.add(_proof(as_written, tuple(filter_set), first, shape.view_type, keys), InputTemplateError)
    faults.refuse()
    return TriggerDesign(
        name=shorten(resource_base_name, FUNCTION_AND_PIPE_NAME.length.high),
        pipe_name=PipeName.of(resource_base_name, reading.starting_position, per_stream=name_per_stream),
        filters=filter_set,
        template=input_template,
        strategy=strategy,
        targets=tuple(targets.arns),
        key_arns=tuple(dict.fromkeys([*target_key_arns, *(target.key_arn for target in known if target.key_arn)])),
        target_parameters=delivery.parameters,
        warnings=tuple(warnings),
    )


def _faults_of_nothing(target_arns: Sequence[str], direct: DirectDelivery | None) -> list[Violation]:
    faults = []
    if target_arns:
        fix = "pass a trigger_type, or grant on trigger.function what it needs"
        problem = "says what is started, and trigger_type=None that nothing known is"
        faults.append(Violation("TR020", "target_arns", problem, fix))
    if direct is not None:
        problem = "needs a trigger type: without a function the pipe itself delivers"
        faults.append(Violation("TR021", "direct", problem, "pass a trigger_type, or a function"))
    return faults


# Many triggers of a platform have the same filter and the same template, so what is found out of them is kept.
_KEPT: Final = 256


def _filter_set(filters: Any) -> FilterSet:
    try:
        # Plain data alone, which comes back as it was; 1, 1.0 and True differ in it.
        plain = marshal.dumps(filters)
    except ValueError:
        return FilterSet(filters, root=_FILTERS)
    return _plain_filter_set(plain)


@lru_cache(_KEPT)
def _plain_filter_set(filters: bytes) -> FilterSet:
    return FilterSet(marshal.loads(filters), root=_FILTERS)  # noqa: S302 - written above


@lru_cache(_KEPT)
def _never_matching(
    _as_written: tuple[str, ...],
    filters: tuple[FilterPattern, ...],
    view_type: str | None,
    keys: tuple[tuple[str, str], ...] | None,
) -> tuple[Violation, ...]:
    return never_matching(filters, view_type, None if keys is None else dict(keys))


@lru_cache(_KEPT)
def _proof(
    _as_written: tuple[str, ...],
    filters: tuple[FilterPattern, ...],
    template: InputTemplate,
    view_type: str | None,
    keys: tuple[tuple[str, str], ...] | None,
) -> tuple[Violation, ...]:
    return prove(filters, template, view_type, None if keys is None else dict(keys))


_default_template: Final = cache(InputTemplate.record)


def _template(template: InputTemplate | str | None, enrichment: Enrichment | None) -> InputTemplate | None:
    if template is None:
        return _default_template() if enrichment is None else None
    return InputTemplate(template) if isinstance(template, str) else template


def _first_template(enrichment: Enrichment) -> InputTemplate | None:
    return None if enrichment.input_template is None else InputTemplate(enrichment.input_template)


def _environment_faults(env_vars: Mapping[Any, Any]) -> list[Violation]:
    faults = []
    for name, value in env_vars.items():
        if not isinstance(value, str):
            # Not the value itself: variables hold secrets, and messages end in build logs.
            problem = f"must be a string, got a value of type {type(value).__name__}"
            faults.append(Violation("TR001", f"env_vars[{name!r}]", problem, "write it as a string"))
        if name in _RESERVED:
            fix = "choose another name: Lambda sets this one itself"
            faults.append(Violation("TR007", f"env_vars[{name!r}]", "is reserved by Lambda", fix))
        if not isinstance(name, str) or _ENV_NAME.fullmatch(name) is None:
            problem = f"is no name of a variable that Lambda takes: {name!r}"
            faults.append(Violation("TR002", "env_vars", problem, f"use only {_ENV_NAME.pattern}"))
    size = sum(len(f"{name}{value}".encode()) for name, value in env_vars.items() if not is_token(str(value)))
    if size > limits.ENVIRONMENT_BYTES:
        fix = "keep large settings in SSM or S3"
        problem = f"must be at most {limits.ENVIRONMENT_BYTES} bytes, names and values together, got {size}"
        faults.append(Violation("TR008", "env_vars", problem, fix))
    return faults
