"""
A record that shows that filters and template do not fit, and what to do about it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.errors import Violation
from pipes_trigger.filters.record_shape import EVENT_NAMES
from pipes_trigger.helpers.suggest import known_names
from pipes_trigger.proof.shape import IMAGES, SCALAR_TYPES, images
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipes_trigger.filters import FilterPattern
    from pipes_trigger.templates import Placeholder, Step

_SECTION: Final = 2  # dynamodb, NewImage
_TYPED: Final = 4  # dynamodb, NewImage, attribute, type


@dataclass(frozen=True, slots=True)
class Counterexample:
    """
    A record that passes a filter and that the template cannot be rendered for.

    Attributes:
        record: The record.
        placeholder: The placeholder that fails.
        filter: The filter that lets the record through, or None if there is no filter.
        rule: PR001, the record lacks the path; PR002, what it has there cannot stand inside a string.

    Example:
        >>> from pipes_trigger.proof import counterexamples
        >>> from pipes_trigger.templates import InputTemplate
        >>> found = next(counterexamples([], InputTemplate.new_image()))
        >>> found.rule, found.record["eventName"]
        ('PR001', 'REMOVE')
    """

    record: Mapping[str, Any]
    placeholder: Placeholder
    filter: FilterPattern | None
    rule: str

    @property
    def violation(self) -> Violation:
        """
        The fault, as it is told to the user.
        """
        change = self.record["dynamodb"]
        shown = {key: change[key] for key in ("Keys", *IMAGES) if key in change}
        record = json.dumps({"eventName": self.record["eventName"], "dynamodb": shown}, ensure_ascii=False)
        through = "there is no filter" if self.filter is None else f"the filter {self.filter.to_json()} lets it through"
        found = "has an object or a list there" if self.rule == "PR002" else "lacks it"
        problem = f"a record {record} {found}, and {through}"
        return Violation(self.rule, f"input_template {self.placeholder}", problem, self._fix())

    def _fix(self) -> str:
        steps = self.placeholder.steps
        if self.rule == "PR002":
            return f"write {self.placeholder} without quotes, as the value of a field"
        if steps[0] == "userIdentity":
            return 'filter on {"userIdentity": {"type": ["Service"]}}, or leave it out'
        if steps[0] == "dynamodb" and len(steps) >= _SECTION and steps[1] in IMAGES:
            return self._other_image(str(steps[1])) or _other_attribute(steps)
        if steps[:_SECTION] == ("dynamodb", "Keys"):
            return "name a key of the table, or pass <$.dynamodb.Keys>"
        return self._other_name(steps)

    def _other_image(self, image: str) -> str | None:
        if image in self.record["dynamodb"]:
            return None
        view_type = self.record["dynamodb"]["StreamViewType"]
        having = [name for name in EVENT_NAMES if image in images(name, view_type)]
        if having:
            return f'filter on {{"eventName": {json.dumps(having)}}}, or pass <$.dynamodb>'
        return f"no record of view type {view_type} has it: change the view type, or pass <$.dynamodb>"

    def _other_name(self, steps: Sequence[Step]) -> str:
        at: Any = self.record
        for step in steps:
            if not isinstance(at, dict) or step not in at:
                break
            at = at[step]
        return f"no record has it: {known_names(str(step), at if isinstance(at, dict) else ())}"


def _other_attribute(steps: Sequence[Step]) -> str:
    whole = f"pass <$.{steps[0]}.{steps[1]}>"
    if len(steps) != _TYPED or steps[-1] not in SCALAR_TYPES:
        return whole
    demand: Any = [{"exists": True}]
    for step in reversed(steps):
        demand = {step: demand}
    return f"filter on {json.dumps(demand)}, or {whole}"
