"""
Names: their parts, their length, their characters.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipes_trigger import AWSResourceNameLength, AWSResourceType, ConfigurationError, ResourceNaming
from pipes_trigger.helpers.naming import shorten


class Settings:
    """
    Settings of any shape: what the contract calls "anything with that shape drops in".
    """

    def __init__(self, **values: str | None) -> None:
        self._values = values

    def get_from_common(self, key: str) -> str | None:
        """
        Answer like a helper that returns None for what it does not have.
        """
        return self._values.get(key)

    get_from_env = get_from_common


def name(settings: Settings, resource_name: str, max_length: int = 255) -> tuple[str, str]:
    """
    Name a table.
    """
    return ResourceNaming.get_name_for_resource(
        settings,  # type: ignore[arg-type]  # a helper that answers None, as foreign ones do
        AWSResourceType.DYNAMODB,
        resource_name=resource_name,
        max_length=max_length,
    )


def test_a_name_is_domain_project_environment_and_resource() -> None:
    """
    The parts stand in the order in which a reader narrows them down.
    """
    settings = Settings(domain="acme", project="web", environment="dev")

    assert name(settings, "orders") == ("acme-web-dev-orders", "acme-web-dev-orders")


def test_parts_that_are_not_set_are_left_out() -> None:
    """
    A helper of another making need not know all parts.
    """
    assert name(Settings(project="web"), "orders")[0] == "web-orders"


def test_a_long_name_is_shortened_and_its_full_form_returned() -> None:
    """
    The second of the pair is the name before it was shortened.
    """
    short, full = name(Settings(domain="acme", project="web", environment="dev"), "o" * 60, max_length=40)

    assert len(short) == 40
    assert short.startswith("acme-web-dev-ooo")
    assert full == "acme-web-dev-" + "o" * 60


def test_characters_that_the_service_refuses_are_named() -> None:
    """
    The error shows the characters, the name and the set that is allowed.
    """
    with pytest.raises(ConfigurationError) as caught:
        name(Settings(domain="acme"), "order s/ü")

    assert str(caught.value) == (
        "[NM002] name of the dynamodb resource 'order s/ü': has characters that the service refuses (' /ü'): "
        "'acme-order s/ü'; use only [a-zA-Z0-9_.-]+"
    )


def test_a_name_of_nothing_is_refused() -> None:
    """
    An empty name is named as such.
    """
    with pytest.raises(ConfigurationError) as caught:
        name(Settings(), "")

    assert str(caught.value) == (
        "[NM001] name of the dynamodb resource '': is empty; write 1 to 255 characters of [a-zA-Z0-9_.-]+"
    )


@given(st.text("ab-_", min_size=1, max_size=100), st.text("ab-_", min_size=1, max_size=100))
def test_shortening_is_stable_within_the_limit_and_keeps_names_apart(one: str, other: str) -> None:
    """
    Shortened names stay within the limit, and differ where the full ones do.
    """
    short, short_other = shorten(one, 64), shorten(other, 64)

    assert shorten(one, 64) == short
    assert len(short) <= 64
    assert (short == short_other) == (one == other)


def test_a_fifo_name_stays_one() -> None:
    """
    Without its suffix the service refuses the name of a FIFO queue.
    """
    short = shorten("a-rather-long-name-for-a-queue.fifo", 20)

    assert short == "a-rath-f802e8ac.fifo"
    assert shorten("orders.fifo", 20) == "orders.fifo"


@pytest.mark.parametrize(
    ("name", "max_length", "least"), [("orders", 9, 10), ("a-rather-long-name", 0, 10), ("x" * 20 + ".fifo", 14, 15)]
)
def test_a_length_without_room_is_refused(name: str, max_length: int, least: int) -> None:
    """
    A character, a dash, the hash and the suffix need their room.
    """
    with pytest.raises(ConfigurationError) as caught:
        shorten(name, max_length)

    assert str(caught.value) == (
        f"[NM003] max_length: must be at least {least} characters for the name {name!r}, got {max_length}; "
        f"pass {least} or more"
    )


def test_a_roles_name_is_ascii() -> None:
    """
    IAM takes no letters beyond ASCII.
    """
    assert re.fullmatch(AWSResourceType.IAM_ROLE.characters, "role_+=,.@-1")
    assert re.fullmatch(AWSResourceType.IAM_ROLE.characters, "rôle") is None


def test_the_table_limit_is_the_services() -> None:
    """
    The contract's constant holds DynamoDB's limit.
    """
    assert AWSResourceNameLength.DYN_TABLE.value == 255
