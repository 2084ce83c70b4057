"""
Settings before they are a helper's: read from a file, looked into by dotted keys, accounts and regions checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.errors import SettingsError, Violation
from pipes_trigger.helpers.suggest import known_names
from pipes_trigger.helpers.tokens import is_token
from pipes_trigger.limits import INPUT_FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_DIGITS: Final = 12


def read_settings(path: Path) -> Mapping[str, Any]:
    """
    Read a JSON object from a file.

    Raises:
        SettingsError: The file is missing, too large or malformed.
    """
    if not path.is_file():
        fix = "run in the folder that holds cdk.json, or pass path="
        raise SettingsError([Violation("ST001", str(path), "no such file", fix)])
    size = path.stat().st_size
    if size > INPUT_FILE_BYTES:
        raise SettingsError([Violation("ST007", str(path), f"is {size} bytes", f"keep it under {INPUT_FILE_BYTES}")])
    try:
        # Editors on Windows begin a file with a byte order mark.
        settings = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise SettingsError([Violation("ST008", str(path), f"is no JSON: {error.msg} at {place}", "mend it")]) from None
    except UnicodeDecodeError as error:
        raise SettingsError([Violation("ST008", str(path), f"is no UTF-8: {error}", "save it as UTF-8")]) from None
    except RecursionError:
        raise SettingsError([Violation("ST008", str(path), "is nested too deeply to be read", "flatten it")]) from None
    if not isinstance(settings, dict):
        raise SettingsError([Violation("ST006", str(path), f"must be an object, got {settings!r}", "write {...}")])
    return settings


def require_mappings(sections: Mapping[str, Any], path: str) -> None:
    """
    Refuse sections that are no mappings, all at once.

    Raises:
        SettingsError: A section is no mapping.
    """
    faults = [
        Violation("ST006", f"{path}[{name!r}]", f"must be a mapping, got {value!r}", "write {...}")
        for name, value in sections.items()
        if not isinstance(value, Mapping)
    ]
    if faults:
        raise SettingsError(faults)


def find_setting(settings: Mapping[str, Any], key: str, path: str) -> Any:
    """
    Return a setting; dots in `key` lead into nested mappings.

    Raises:
        SettingsError: The key is not there.
    """
    if key in settings:
        return settings[key]
    here: Any = settings
    for part in key.split("."):
        if not isinstance(here, Mapping) or part not in here:
            there = known_names(part, here) if isinstance(here, Mapping) else f"there is {here!r}"
            raise SettingsError([Violation("ST004", path, f"has no {part!r}; {there}", f"add {key!r}")])
        here, path = here[part], f"{path}[{part!r}]"
    return here


def account_id(value: Any) -> str | None:
    """
    Return an account as text, with the leading zeros that a number loses; None where it is no account.

    Example:
        >>> account_id(12345678901), account_id("012345678901"), account_id("12345"), account_id(True)
        ('012345678901', '012345678901', None, None)
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = f"{value:0{_DIGITS}d}"
    return value if isinstance(value, str) and (is_token(value) or _ACCOUNT.fullmatch(value)) else None


def place_faults(
    settings: Mapping[str, Any], path: str, *, accounts: Iterable[str], regions: Iterable[str]
) -> list[Violation]:
    """
    Say which settings are there and name no account, or no region.

    Example:
        >>> print(*place_faults({"account": "12345"}, "dev", accounts=["account"], regions=["region"]))
        [ST009] dev['account']: must be twelve digits, got '12345'; write the account's id as text, or leave it out
    """
    faults = [
        Violation(
            "ST009",
            f"{path}[{key!r}]",
            f"must be twelve digits, got {settings[key]!r}",
            "write the account's id as text, or leave it out",
        )
        for key in accounts
        if settings.get(key) is not None and account_id(settings[key]) is None
    ]
    faults += [
        Violation(
            "ST010",
            f"{path}[{key!r}]",
            f"must be the name of a region, got {settings[key]!r}",
            "write for example 'eu-west-1', or leave it out",
        )
        for key in regions
        if settings.get(key) is not None and not (isinstance(settings[key], str) and settings[key])
    ]
    return faults
