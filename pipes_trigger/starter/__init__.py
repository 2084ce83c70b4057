"""
The starter app that `pipes-trigger new` writes: its files are here as they are, but for `@name@` and `@Name@`.

`common` holds what every app has, and a folder named after a value of `StreamTriggerType` the rest; a type without a
folder has no starter app.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.triggers import StreamTriggerType

_HOME: Final = Path(__file__).parent
_COMMON: Final = "common"
_NAME: Final = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
_LONGEST_NAME: Final = 50  # what is derived from it still fits the services' 64 characters
# A directory that holds nothing else is as good as an empty one: nothing in it would be changed.
_BESIDE: Final = frozenset({".git", ".venv"})
_SHOWN: Final = 5


def kinds() -> tuple[str, ...]:
    """
    List the trigger types that have a starter app, by their values.

    Example:
        >>> {"pipeline", "sns_topic"} <= set(kinds())
        True
    """
    return tuple(each.value for each in StreamTriggerType if (_HOME / each.value).is_dir())


def files(name: str, kind: str) -> dict[str, str]:
    """
    Give the files of an app, by their paths in it.

    Args:
        name: What the function and the pipe are called: lower-case words with dashes between them.
        kind: One of `kinds()`.

    Raises:
        ConfigurationError: The name is none of that kind, or there is no starter app for the trigger type.

    Example:
        >>> made = files("order-notifier", "sns_topic")
        >>> [path for path in made if path.endswith(".py")]
        ['app.py', 'handler/on_change.py', 'stack.py', 'tests/conftest.py', 'tests/test_app.py']
        >>> 'AppStack(app, "OrderNotifier")' in made["app.py"]
        True
    """
    if kind not in kinds():
        fix = f"take one of {', '.join(kinds())}"
        raise ConfigurationError([Violation("NW001", "--trigger-type", f"there is no starter app for {kind!r}", fix)])
    if re.fullmatch(_NAME, name) is None or len(name) > _LONGEST_NAME:
        problem = f"must be lower-case words with dashes, at most {_LONGEST_NAME} characters, got {name!r}"
        raise ConfigurationError([Violation("NW002", "--name", problem, "write for example order-notifier")])
    made = {}
    for home in (_HOME / _COMMON, _HOME / kind):
        for template in home.rglob("*.in"):
            path = template.relative_to(home).as_posix().removesuffix(".in").replace("gitignore", ".gitignore")
            text = template.read_text(encoding="utf-8")
            made[path] = text.replace("@name@", name).replace("@Name@", name.title().replace("-", ""))
    return dict(sorted(made.items()))


def name_of(directory: Path) -> str:
    """
    Make a name out of a directory's: what is no letter or digit becomes a dash.

    Example:
        >>> name_of(Path("/home/ada/Order Notifier")), name_of(Path("/"))
        ('order-notifier', 'starter')
    """
    words = re.findall(r"[a-z0-9]+", directory.resolve().name.lower())
    name = "-".join(words).lstrip("0123456789-")[:_LONGEST_NAME].rstrip("-")
    return name or "starter"


def write(directory: Path, name: str, kind: str) -> tuple[str, ...]:
    """
    Write an app into a directory, whole or not at all, and give the paths of its files in it.

    Args:
        directory: A new directory, or one with nothing in it but `.git` and `.venv`.
        name: As for `files`.
        kind: As for `files`.

    Raises:
        ConfigurationError: As for `files`; or there is something in the directory, or it cannot be written.
    """
    made = files(name, kind)
    there = _entries(directory)
    if there:
        more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
        problem = f"is not empty: it has {', '.join(there[:_SHOWN])}{more}"
        raise ConfigurationError([Violation("NW003", str(directory), problem, "name a new directory")])
    missing = [each for each in (directory, *directory.parents) if not each.exists()]
    try:
        directory.mkdir(parents=True, exist_ok=True)
        # Within the directory itself, so that the last step moves nothing between file systems.
        with TemporaryDirectory(prefix=".pipes-trigger-", dir=directory) as halfway:
            for path, text in made.items():
                file = Path(halfway, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            for entry in Path(halfway).iterdir():
                entry.rename(directory / entry.name)
    except OSError as error:
        if missing:
            shutil.rmtree(missing[-1], ignore_errors=True)
        raise _unwritable(directory, error) from None
    return tuple(made)


def _entries(directory: Path) -> list[str]:
    try:
        return sorted({each.name for each in directory.iterdir()} - _BESIDE)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _unwritable(directory, error) from None


def _unwritable(directory: Path, error: OSError) -> ConfigurationError:
    problem = f"cannot be written: {error.strerror or error}"
    fix = "name a directory that can be written, or a new one"
    return ConfigurationError([Violation("NW004", str(directory), problem, fix)])
