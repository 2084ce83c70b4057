"""
The filters that everybody needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipes_trigger.filters.builders import attribute_value, but, event_name, new_image
from pipes_trigger.filters.combining import Branch, make, values

if TYPE_CHECKING:
    from pipes_trigger.filters.builders import Scalar
    from pipes_trigger.filters.pattern import FilterPattern


def inserts() -> FilterPattern:
    """
    New items.

    Example:
        >>> inserts().to_json()
        '{"eventName":["INSERT"]}'
    """
    return event_name("INSERT")


def modifications() -> FilterPattern:
    """
    Changes of items that were there.

    Example:
        >>> modifications().to_json()
        '{"eventName":["MODIFY"]}'
    """
    return event_name("MODIFY")


def removals() -> FilterPattern:
    """
    Items that went away, by expiry too.

    Example:
        >>> removals().to_json()
        '{"eventName":["REMOVE"]}'
    """
    return event_name("REMOVE")


def inserts_and_removals() -> FilterPattern:
    """
    Items that came or went away.

    Example:
        >>> inserts_and_removals().to_json()
        '{"eventName":["INSERT","REMOVE"]}'
    """
    return event_name("INSERT", "REMOVE")


def expiries() -> FilterPattern:
    """
    Items that DynamoDB removed because their time to live was over.

    Example:
        >>> print(expiries().to_json())
        {"eventName":["REMOVE"],"userIdentity":{"principalId":["dynamodb.amazonaws.com"],"type":["Service"]}}
    """
    branch: Branch = {
        ("eventName",): values(["REMOVE"]),
        ("userIdentity", "type"): values(["Service"]),
        ("userIdentity", "principalId"): values(["dynamodb.amazonaws.com"]),
    }
    return make([branch])


def deliberate_removals() -> FilterPattern:
    """
    Items that went away otherwise than by expiry.

    Example:
        >>> deliberate_removals().to_json()
        '{"eventName":["REMOVE"],"userIdentity":{"type":[{"exists":false}]}}'
    """
    branch: Branch = {
        ("eventName",): values(["REMOVE"]),
        ("userIdentity", "type"): values([{"exists": False}]),
    }
    return make([branch])


def changed_to(name: str, value: Scalar, *, with_inserts: bool = True) -> FilterPattern:
    """
    Items whose attribute has a value now and had another, or none, before; the stream must show both images.

    Args:
        name: The attribute.
        value: What it must be now.
        with_inserts: Whether an item that comes with the value counts too.

    Raises:
        FilterPatternError: No attribute type fits the value.

    Example:
        >>> changed_to("status", "DONE").pattern["dynamodb"]["OldImage"]
        {'status': {'S': [{'anything-but': ['DONE']}, {'exists': False}]}}
    """
    now = new_image(name).equals(value)
    kind, typed = attribute_value(value) or ("", None)
    before: list[Any] = [{"exists": False}]
    if kind == "BOOL":
        before.append(not typed)
    elif kind != "NULL":
        before.append(but([str(typed)]))
    earlier = make([{("dynamodb", "OldImage", name, kind): values(before)}])
    return (event_name("INSERT", "MODIFY") if with_inserts else event_name("MODIFY")) & now & earlier
