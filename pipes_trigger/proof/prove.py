"""
Proving that no record which passes the filters breaks the template.

For every alternative of every filter and every event name the emptiest record is made that passes; if the template can
be rendered for all of them, it can be rendered for whatever passes. What is reported has been tried: the record does
pass, and the template does fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.errors import ConfigurationError, InputTemplateError, Violation
from pipes_trigger.filters.record_shape import EVENT_NAMES, KEY_TYPES, VIEW_TYPES
from pipes_trigger.helpers.suggest import known_names
from pipes_trigger.proof.counterexample import Counterexample
from pipes_trigger.proof.shape import MOST_PERMISSIVE
from pipes_trigger.proof.witness import Impossible, Kind, witness
from pipes_trigger.templates import InputTemplate, PipeContext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipes_trigger.filters import FilterPattern

_RULES: Final = {"IT101": "PR001", "IT102": "PR002"}
# Reserved variables have a value in every pipe.
_ANY_PIPE: Final = PipeContext(
    pipe_arn="-", pipe_name="-", source_arn="-", enrichment_arn="-", target_arn="-", ingestion_time="-"
)
_KEY: Final = 2  # dynamodb, Keys, attribute
_TYPED: Final = 4  # dynamodb, Keys, attribute, type


def prove(
    filters: Sequence[FilterPattern],
    template: InputTemplate,
    view_type: str | None = None,
    keys: Mapping[str, str] | None = None,
) -> tuple[Violation, ...]:
    """
    Prove that every record which passes the filters has what the template names.

    Args:
        filters: The pipe's filters; none let everything through.
        template: The pipe's input template, for a pipe without enrichment.
        view_type: The stream's view type; if it is not known, only what is wrong in every view type is found.
        keys: The table's key attributes with their types, `{"id": "S"}`, if known. What filters and template name
            below `dynamodb.Keys` is taken for keys.

    Returns:
        One violation for each placeholder that can fail, with a record; none if the proof holds.

    Raises:
        ConfigurationError: A view type that does not exist.

    Example:
        >>> from pipes_trigger.filters import FilterPattern
        >>> from pipes_trigger.templates import InputTemplate
        >>> prove([FilterPattern({"eventName": ["INSERT"]})], InputTemplate.new_image())
        ()
        >>> [violation] = prove([], InputTemplate.new_image())
        >>> violation.path
        'input_template <$.dynamodb.NewImage>'
        >>> print(violation.fix)
        filter on {"eventName": ["INSERT", "MODIFY"]}, or pass <$.dynamodb>
    """
    return tuple(each.violation for each in counterexamples(filters, template, view_type, keys))


def never_matching(
    filters: Sequence[FilterPattern], view_type: str | None = None, keys: Mapping[str, str] | None = None
) -> tuple[Violation, ...]:
    """
    Find the filters that no record of the stream can pass.

    Args:
        filters: The pipe's filters.
        view_type: The stream's view type; if it is not known, only what no stream has is found.
        keys: The table's key attributes with their types, if known.

    Example:
        >>> from pipes_trigger.filters import FilterPattern
        >>> [violation] = never_matching([FilterPattern({"dynamodb": {"NewImage": {"a": {"S": ["x"]}}}})], "KEYS_ONLY")
        >>> print(violation)
        [PR004] filters[0]: no record of a KEYS_ONLY stream can match {"dynamodb":{"NewImage":{"a":{"S":["x"]}}}}; ...
    """
    view = view_type or MOST_PERMISSIVE
    known = "such a stream" if view_type is None else f"a {view_type} stream"
    if keys is not None:
        known += f" with the keys {', '.join(keys)}"
    return tuple(
        Violation(
            "PR004",
            f"filters[{index}]",
            f"no record of {known} can match {each.to_json()}",
            "ask for what its records have, or change the stream's view type",
        )
        for index, each in enumerate(filters)
        if next(_emptiest([each], view, dict(keys or {}), InputTemplate.record()), None) is None
        or _needs_unknown_key(each, keys)
    )


def _needs_unknown_key(each: FilterPattern, keys: Mapping[str, str] | None) -> bool:
    return keys is not None and all(
        any(
            condition.steps[:2] == ("dynamodb", "Keys")
            and len(condition.steps) > _KEY
            and condition.steps[_KEY] not in keys
            and not condition.is_absent_allowed
            for condition in branch
        )
        for branch in each.branches
    )


def counterexamples(
    filters: Sequence[FilterPattern],
    template: InputTemplate,
    view_type: str | None = None,
    keys: Mapping[str, str] | None = None,
) -> Iterator[Counterexample]:
    """
    Find, for each placeholder that can fail, a record that passes the filters and makes it fail; arguments as `prove`.

    Raises:
        ConfigurationError: A view type that does not exist.

    Example:
        >>> from pipes_trigger.filters import FilterPattern
        >>> from pipes_trigger.templates import InputTemplate
        >>> list(counterexamples([FilterPattern({"eventName": ["INSERT"]})], InputTemplate.new_image()))
        []
    """
    if view_type is not None and view_type not in VIEW_TYPES:
        problem, fix = f"there is no {view_type!r}", known_names(view_type, VIEW_TYPES)
        raise ConfigurationError([Violation("PR003", "view_type", problem, fix)])
    unbroken = {str(each): each for each in template.placeholders if each.is_path}
    for each, record in _emptiest(
        filters, view_type or MOST_PERMISSIVE, _keys_of(template) | dict(keys or {}), template
    ):
        if not unbroken:
            return
        broken = {path: rule for path, rule in _faults(template, record) if path in unbroken}
        # Rendering is quick and mostly succeeds; matching a pattern of many alternatives is slow.
        if broken and (each is None or each.matches(record)):
            for path, rule in broken.items():
                yield Counterexample(record, unbroken.pop(path), each, rule)


def _faults(template: InputTemplate, record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    try:
        template.render(record, _ANY_PIPE)
    except InputTemplateError as error:
        yield from ((fault.path, _RULES[fault.rule]) for fault in error.violations if fault.rule in _RULES)


def _emptiest(
    filters: Sequence[FilterPattern], view_type: str, keys: Mapping[str, str], template: InputTemplate
) -> Iterator[tuple[FilterPattern | None, dict[str, Any]]]:
    paths: list[Sequence[str | int]] = [placeholder.steps for placeholder in template.placeholders]
    paths += [condition.steps for each in filters for branch in each.branches for condition in branch]
    names = frozenset(step for path in paths for step in path if isinstance(step, str))
    alternatives: Sequence[FilterPattern | None] = filters or (None,)
    for each in alternatives:
        for branch in each.branches if each else [()]:
            for event_name in EVENT_NAMES:
                for decoys in (False, True):
                    kind = Kind(event_name=event_name, view_type=view_type, keys=keys, names=names, decoys=decoys)
                    try:
                        yield each, witness(branch, kind)
                    except Impossible:
                        break


def _keys_of(template: InputTemplate) -> dict[str, str]:
    steps = [each.steps for each in template.placeholders]
    named = [
        each for each in steps if each[:2] == ("dynamodb", "Keys") and len(each) == _TYPED and each[3] in KEY_TYPES
    ]
    return {str(name): str(kind) for _, _, name, kind in reversed(named)}
