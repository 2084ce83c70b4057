"""
Names of resources: domain-project-environment naming from the settings, shortened stably to the service's limit.
"""

from __future__ import annotations

import re
from enum import Enum, IntEnum, unique
from typing import TYPE_CHECKING, Final, Protocol, Self

from pipes_trigger import limits
from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from pipes_trigger.limits import Limit

_HASH_LENGTH: Final = 8
_SHORTEST: Final = _HASH_LENGTH + 2  # one character, a dash, the hash
_FIFO: Final = ".fifo"


class NamingSettings(Protocol):
    """
    What naming asks of an `app_helper`.
    """

    def get_from_common(self, key: str, /) -> str:
        """
        Return a setting that all environments share.
        """

    def get_from_env(self, key: str, /) -> str:
        """
        Return a setting of this environment.
        """


class AWSResourceNameLength(IntEnum):
    """
    The longest name that a service takes, in characters (each service's API reference, doc).

    Example:
        >>> AWSResourceNameLength.DYN_TABLE.value
        255
    """

    DYN_TABLE = 255
    LAMBDA = 64
    PIPE = 64
    CODEPIPELINE = 100
    SNS_TOPIC = 256
    SQS_QUEUE = 80
    IAM_ROLE = 64  # equal in value to LAMBDA: Python makes it an alias, which changes nothing for .value
    LOG_GROUP = 512


@unique
class AWSResourceType(Enum):
    """
    The kinds of resource that names are made for, each with the characters that its service allows.

    Example:
        >>> AWSResourceType.DYNAMODB.characters
        '[a-zA-Z0-9_.-]+'
    """

    DYNAMODB = ("dynamodb", r"[a-zA-Z0-9_.-]+")
    LAMBDA = ("lambda", r"[a-zA-Z0-9_-]+")
    PIPE = ("pipe", r"[a-zA-Z0-9_.-]+")
    CODEPIPELINE = ("codepipeline", r"[A-Za-z0-9.@_-]+")
    SNS_TOPIC = ("sns", r"[a-zA-Z0-9_-]+(\.fifo)?")
    SQS_QUEUE = ("sqs", r"[a-zA-Z0-9_-]+(\.fifo)?")
    IAM_ROLE = ("iam", r"[a-zA-Z0-9_+=,.@-]+")
    LOG_GROUP = ("logs", r"[\.\-_/#A-Za-z0-9]+")

    characters: str

    # The default is for type checkers alone: they read a look-up by value, AWSResourceType("sns"), as this call.
    def __new__(cls, value: str, characters: str = "") -> Self:
        """
        Keep the short name as the member's value and the characters beside it.
        """
        member = object.__new__(cls)
        member._value_ = value
        member.characters = characters
        return member


def shorten(name: str, max_length: int) -> str:
    """
    Shorten a name to a length, stably: the same name always gives the same result.

    Two names practically never give the same one: 32 bits of hash tell them apart. What is cut off is replaced by eight
    hexadecimal digits of the whole name's SHA-256; a suffix `.fifo`, without which SNS and SQS refuse the name, stays.

    Args:
        name: The full name.
        max_length: The longest result, in characters; at least 10, and 15 for a `.fifo` name that is too long.

    Raises:
        ConfigurationError: `max_length` leaves no room for the name.

    Example:
        >>> shorten("orders", 64)
        'orders'
        >>> shorten("a-rather-long-name-for-a-pipe", 20)
        'a-rather-lo-c923edf3'
    """
    fits = len(name) <= max_length
    suffix = _FIFO if name.endswith(_FIFO) and not fits else ""
    shortest = _SHORTEST + len(suffix)
    if max_length < shortest:
        problem = f"must be at least {shortest} characters for the name {name!r}, got {max_length}"
        raise ConfigurationError([Violation("NM003", "max_length", problem, f"pass {shortest} or more")])
    if fits:
        return name
    import hashlib  # noqa: PLC0415 - only a name that is too long

    digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH_LENGTH]
    return f"{name[: max_length - shortest + 1].rstrip('-_.')}-{digest}{suffix}"


@dataclass(frozen=True, slots=True)
class NameRule:
    """
    What a service allows as a name.
    """

    characters: str
    length: Limit

    def faults(self, name: str, path: str) -> list[Violation]:
        """
        Say what is wrong with a name beyond its length, which shortening mends.
        """
        if not name:
            return [Violation("NM001", path, "is empty", f"write {self.length} of {self.characters}")]
        if re.fullmatch(self.characters, name):
            return []
        allowed = re.compile(self.characters)
        refused = "".join(dict.fromkeys(character for character in name if not allowed.fullmatch(character)))
        problem = f"has characters that the service refuses ({refused!r}): {name!r}"
        return [Violation("NM002", path, problem, f"use only {self.characters}")]


# One name serves a function and a pipe, so only what both services take is allowed.
FUNCTION_AND_PIPE_NAME: Final = NameRule(limits.FUNCTION_NAME_CHARACTERS, limits.PIPE_NAME_LENGTH)


class ResourceNaming:
    """
    Names in the form `<domain>-<project>-<environment>-<resource name>`.
    """

    @staticmethod
    def get_name_for_resource(
        app_helper: NamingSettings, resource_type: AWSResourceType, *, resource_name: str, max_length: int
    ) -> tuple[str, str]:
        """
        Name a resource from the settings `domain` and `project` (common) and `environment` (per environment).

        A setting that the helper answers with None or an empty string is left out of the name.

        Args:
            app_helper: Whatever answers `get_from_common` and `get_from_env`.
            resource_type: The kind of resource, for the characters that its name may have.
            resource_name: What the resource is called within the project.
            max_length: The longest name, in characters; at least 10.

        Returns:
            The name to use, and the full name before it was shortened to `max_length`.

        Raises:
            ConfigurationError: The name has characters that the service refuses, or `max_length` leaves no room.

        Example:
            >>> from pipes_trigger.helpers.app import ApplicationHelper
            >>> helper = ApplicationHelper(
            ...     environment="dev", environments={"dev": {}}, common={"domain": "shop", "project": "orders"}
            ... )
            >>> ResourceNaming.get_name_for_resource(
            ...     helper, AWSResourceType.DYNAMODB, resource_name="requests", max_length=255
            ... )
            ('shop-orders-dev-requests', 'shop-orders-dev-requests')
        """
        parts = [
            app_helper.get_from_common("domain"),
            app_helper.get_from_common("project"),
            app_helper.get_from_env("environment"),
            resource_name,
        ]
        full = "-".join(str(part) for part in parts if part)
        rule = NameRule(resource_type.characters, limits.Limit(1, max_length, "characters", "the caller"))
        faults = rule.faults(full, f"name of the {resource_type.value} resource {resource_name!r}")
        if faults:
            raise ConfigurationError(faults)
        return shorten(full, max_length), full
