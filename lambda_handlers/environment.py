"""
Settings from environment variables: read once, with every fault named at once.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from failures import ConfigurationError
from paths import AttributePath

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Environment:
    """
    A reader of environment variables that collects faults until `check`.

    A variable that is empty counts as not set.

    Example:
        >>> environment = Environment({"MODE": "fast", "SIZE": "many"})
        >>> environment.choice("MODE", ("slow", "quick"))
        'slow'
        >>> environment.integer("SIZE", 5, low=1, high=9)
        5
        >>> environment.check()
        Traceback (most recent call last):
        failures.ConfigurationError: 2 fault(s) in the function's environment:
        MODE: must be one of slow, quick, got 'fast'; the default is slow
        SIZE: must be a whole number from 1 to 9, got 'many'; the default is 5
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables: Final = variables
        self._faults: Final[list[str]] = []

    def fault(self, variable: str, problem: str, fix: str) -> None:
        """
        Note a fault.
        """
        self._faults.append(f"{variable}: {problem}; {fix}")

    def check(self) -> None:
        """
        End the reading.

        Raises:
            ConfigurationError: When there was any fault.
        """
        if self._faults:
            raise ConfigurationError(self._faults)

    def text(self, variable: str) -> str | None:
        """
        Give a variable's text, or None.
        """
        return self._variables.get(variable) or None

    def choice(self, variable: str, choices: Sequence[str]) -> str:
        """
        Give one of the choices; the first one is the default.
        """
        value = self.text(variable) or choices[0]
        if value in choices:
            return value
        self.fault(variable, f"must be one of {', '.join(choices)}, got {value!r}", f"the default is {choices[0]}")
        return choices[0]

    def integer(self, variable: str, default: int, *, low: int, high: int) -> int:
        """
        Give a whole number from `low` to `high`.
        """
        value = self.text(variable) or str(default)
        if re.fullmatch(r"[0-9]{1,18}", value) and low <= int(value) <= high:
            return int(value)
        self.fault(variable, f"must be a whole number from {low} to {high}, got {value!r}", f"the default is {default}")
        return default

    def attribute_paths(
        self, variable: str, name: re.Pattern[str], rule: str, example: str
    ) -> dict[str, AttributePath]:
        """
        Give a JSON object of names to attribute paths; an empty one where the variable is not set.

        `name` is the whole of a name, and `rule` says the same in words.
        """
        try:
            mapping = json.loads(self.text(variable) or "{}")
        except ValueError as error:
            self.fault(variable, f"is not JSON ({error})", f"write {example}")
            return {}
        if not isinstance(mapping, dict):
            self.fault(variable, f"must be a JSON object, got a {type(mapping).__name__}", f"write {example}")
            return {}
        paths = {}
        for key, written in mapping.items():
            if not name.fullmatch(key):
                self.fault(f"{variable}[{key!r}]", f"is no name of {rule}", f"write {example}")
            try:
                paths[key] = AttributePath.parse(written)
            except ValueError as error:
                self.fault(f"{variable}[{key!r}]", str(error), f"write {example}")
        return paths

    def arns(self, service: str, pattern: re.Pattern[str], example: str) -> tuple[re.Match[str], ...]:
        """
        Give every ARN of a service that any variable holds, alone or in a list with commas, each once.

        `pattern` is the whole ARN. None at all is a fault.
        """
        found: dict[str, re.Match[str]] = {}
        faults = len(self._faults)
        looks_like_one = re.compile(rf"arn:[^:]*:{service}:")
        for variable, value in sorted(self._variables.items()):
            for part in filter(looks_like_one.match, map(str.strip, value.split(","))):
                match = pattern.fullmatch(part)
                if match is None:
                    self.fault(variable, f"holds a malformed ARN, {part!r}", f"write one like {example}")
                else:
                    found[part] = match
        if not found and len(self._faults) == faults:
            self.fault("environment", f"no variable holds an ARN of {service}", f"set one, such as {example}")
        return tuple(found.values())
