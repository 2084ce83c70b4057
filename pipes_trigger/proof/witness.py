"""
The emptiest record that a filter lets through: it holds what the filter demands, and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.filters.record_shape import KEY_TYPES
from pipes_trigger.proof.shape import IMAGES, SCALAR_TYPES, SET_TYPES, TTL_IDENTITY, images, skeleton
from pipes_trigger.proof.values import satisfying
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipes_trigger.filters.condition import Condition

_SECTIONS: Final = ("Keys", *IMAGES)
_TYPED: Final = 4  # dynamodb, section, attribute, type
# What the kind of record settles; any other field that every record has may have any value.
_FIXED: Final = ("eventName", "eventSource", "StreamViewType")
_ONE_ATTRIBUTE: Final = 2  # attribute, type


class Impossible(Exception):  # noqa: N818 - no error: it says that there is no such record
    """
    No such record passes this branch of the filter.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """
    Which record is looked for.

    Attributes:
        event_name: INSERT, MODIFY or REMOVE.
        view_type: The stream's view type.
        keys: The table's key attributes as far as known, with their types.
        names: Every name in the filters and the template; what is made up has another name.
        decoys: Whether what a list must hold comes second in it, not first.
    """

    event_name: str
    view_type: str
    keys: Mapping[str, str]
    names: frozenset[str]
    decoys: bool

    def spare(self, name: str) -> str:
        """
        Change a name until neither filter nor template mentions it.
        """
        while name in self.names:
            name += "_"
        return name


def witness(branch: Sequence[Condition], kind: Kind) -> dict[str, Any]:
    """
    Make the record that meets the conditions.

    Raises:
        Impossible: No record of this kind can meet them.
    """
    record = skeleton(kind.event_name, kind.view_type)
    stored = {each.steps: each for each in branch if each.steps[0] == "dynamodb" and each.steps[1:2] != ()}
    _set_keys(record, stored, kind)
    for condition in branch:
        steps = condition.steps
        if steps[0] != "dynamodb" or steps[1:2] == () or steps[1] not in _SECTIONS:
            _set_field(record, condition)
        elif not condition.is_absent_allowed:
            if steps[1] not in record["dynamodb"] or len(steps) < _TYPED:
                raise Impossible
            _put(record["dynamodb"][steps[1]], steps[2:], condition, decoys=kind.decoys)
    old, new = (record["dynamodb"].get(image) for image in ("OldImage", "NewImage"))
    if new is not None and old == new:
        # DynamoDB writes no record where nothing changed.
        new[kind.spare("changed")] = {"BOOL": True}
    return record


def _set_keys(record: dict[str, Any], stored: Mapping[tuple[str, ...], Condition], kind: Kind) -> None:
    demanded = {
        steps[2]: steps[3]
        for steps, condition in stored.items()
        if steps[1] == "Keys" and len(steps) == _TYPED and steps[3] in KEY_TYPES and not condition.is_absent_allowed
    }
    sections = ("Keys", *images(kind.event_name, kind.view_type))
    for name, key_type in (dict(kind.keys) | demanded or {kind.spare("id"): "S"}).items():
        conditions = [stored.get(("dynamodb", section, name, key_type)) for section in sections]
        value = satisfying([each for each in conditions if each is not None], key_type, is_key=True)
        if value is None:
            raise Impossible
        for section in sections:
            record["dynamodb"][section][name] = {key_type: value}


def _put(attributes: dict[str, Any], steps: Iterable[str], condition: Condition, *, decoys: bool) -> None:
    while True:
        name, kind, *rest = steps
        holder = attributes.setdefault(name, {})
        while kind == "L" and rest:
            # All that a filter says of a list may hold for one and the same element.
            holder = _typed(holder, "L", [{"NULL": True}, {}] if decoys else [{}])[-1]
            kind, *rest = rest
        if kind != "M" or len(rest) < _ONE_ATTRIBUTE:
            break
        attributes, steps = _typed(holder, "M", {}), rest
    if rest or kind not in (*SCALAR_TYPES, *SET_TYPES):
        raise Impossible
    # A key's value stands there already.
    if kind not in holder:
        value = satisfying([condition], kind)
        if value is None:
            raise Impossible
        _typed(holder, kind, [value] if kind in SET_TYPES else value)


def _typed(holder: dict[str, Any], kind: str, value: Any) -> Any:
    if holder and kind not in holder:
        raise Impossible  # an attribute has one type
    return holder.setdefault(kind, value)


def _set_field(record: dict[str, Any], condition: Condition) -> None:
    *parents, name = condition.steps
    section = record["dynamodb"] if parents == ["dynamodb"] else record
    if parents in ([], ["dynamodb"]) and name in section and not isinstance(section[name], dict):
        if name not in _FIXED:
            section[name] = satisfying([condition], None)
    elif not condition.is_absent_allowed:
        if condition.steps[0] != "userIdentity" or record["eventName"] != "REMOVE":
            raise Impossible
        record["userIdentity"] = dict(TTL_IDENTITY)
