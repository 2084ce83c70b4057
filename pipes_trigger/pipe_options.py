"""
What is said of a pipe in one word: its state, its description, its tags, its keys; and what is wrong with it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger import limits
from pipes_trigger.errors import Violation
from pipes_trigger.helpers.option_checks import boundary_faults, key_faults
from pipes_trigger.helpers.tokens import is_token
from pipes_trigger.quick_dataclasses import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

DESIRED_STATES: Final = ("RUNNING", "STOPPED")
_INDEX_NAME: Final = re.compile(r"[a-zA-Z0-9_.-]{3,255}")  # DynamoDB API reference (doc), IndexName


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeOptions:
    """
    What a call says of its pipe beside what it does.

    Attributes:
        desired_state: `RUNNING` or `STOPPED`; None leaves it to the service.
        description: At most 512 characters.
        tags: For everything that the trigger builds.
        encryption_key: A customer key for the pipe's filter and template.
        permissions_boundary: The managed policy, or its ARN, that bounds the roles that are built.
    """

    desired_state: str | None = None
    description: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    encryption_key: Any = None
    permissions_boundary: Any = None

    @property
    def boundary_arn(self) -> str | None:
        """
        The ARN of the managed policy that bounds the roles.
        """
        return arn_of_boundary(self.permissions_boundary)


def arn_of_boundary(boundary: Any) -> str | None:
    """
    Give the ARN of a managed policy that may be given as its ARN.

    Example:
        >>> arn_of_boundary("arn:aws:iam::111122223333:policy/developers")
        'arn:aws:iam::111122223333:policy/developers'
    """
    arn: str | None = getattr(boundary, "managed_policy_arn", boundary)
    return arn


def option_faults(options: PipeOptions, table_index_name: str | None) -> list[Violation]:
    """
    Say what is wrong with a pipe's options, and with the name of the index beside it.

    Example:
        >>> print(*option_faults(PipeOptions(desired_state="PAUSED"), None))
        [TR005] desired_state: must be one of RUNNING, STOPPED, got 'PAUSED'; pass one of them
    """
    faults = []
    if table_index_name is not None and not is_token(table_index_name) and not _INDEX_NAME.fullmatch(table_index_name):
        problem = f"is no name of an index: {table_index_name!r}"
        faults.append(Violation("TR003", "table_index_name", problem, f"use only {_INDEX_NAME.pattern}"))
    description = options.description
    if description is not None and not is_token(description):
        length = len(description)
        if not limits.DESCRIPTION_LENGTH.allows(length):
            problem = f"must be {limits.DESCRIPTION_LENGTH}, got {length}"
            faults.append(Violation("TR004", "description", problem, "shorten it"))
    if options.desired_state not in {None, *DESIRED_STATES}:
        problem = f"must be one of {', '.join(DESIRED_STATES)}, got {options.desired_state!r}"
        faults.append(Violation("TR005", "desired_state", problem, "pass one of them"))
    return [
        *faults,
        *_tag_faults(options.tags),
        *key_faults("encryption_key", options.encryption_key),
        *boundary_faults("permissions_boundary", options.permissions_boundary),
    ]


def _tag_faults(tags: Mapping[str, Any]) -> list[Violation]:
    faults = []
    if len(tags) > limits.TAGS.high:
        problem = f"must be at most {limits.TAGS.high}, got {len(tags)}"
        faults.append(Violation("TR016", "tags", problem, "leave some out"))
    for name, value in tags.items():
        if not isinstance(name, str) or not isinstance(value, str):
            problem = f"must be text to text, got {name!r}: {value!r}"
            faults.append(Violation("TR017", "tags", problem, "write both as strings"))
        elif is_token(name) or not limits.TAG_NAME_LENGTH.allows(len(name)):
            problem = f"must be {limits.TAG_NAME_LENGTH} of plain text, got {name!r}"
            faults.append(Violation("TR024", "tags", problem, "write the name"))
        elif not is_token(value) and not limits.TAG_VALUE_LENGTH.allows(len(value)):
            problem = f"must be {limits.TAG_VALUE_LENGTH}, got {len(value)}"
            faults.append(Violation("TR025", f"tags[{name!r}]", problem, "shorten it"))
        elif name.lower().startswith("aws:"):
            problem = f"is reserved for AWS: {name!r}"
            faults.append(Violation("TR018", "tags", problem, "choose another name"))
    return faults
