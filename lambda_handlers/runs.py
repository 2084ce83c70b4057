"""
What the settings of pipelines and of builds have in common: what to start, and which variables a run gets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Self

from claims import Claim
from environment import Environment
from failures import RecordError
from logs import Log
from plain import as_text
from starts import Target

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

    from paths import AttributePath
    from records import Record

_VARIABLE_EXAMPLE: Final = '{"SERVICE": "service", "VERSION": "release.version"}'


class Variables(NamedTuple):
    """
    Variables of a run, and the item's attributes that fill them.

    Attributes:
        paths: Where each variable's value stands in the item.
        omit_missing: Leave a variable out where its attribute is missing, instead of failing the record.
    """

    paths: Mapping[str, AttributePath]
    omit_missing: bool

    def of(self, record: Record, characters: int | None = None) -> dict[str, str]:
        """
        Give the text of each variable.

        Raises:
            RecordError: When an attribute is missing that may not be, or has more characters than a value may have.
        """
        values = {name: as_text(path.find(record.image)) for name, path in self.paths.items()}
        faults = []
        for name, value in values.items():
            path = self.paths[name]
            if value is None and not self.omit_missing:
                faults.append(f"{name}: the item has no {path}")
            elif value is not None and characters is not None and len(value) > characters:
                faults.append(f"{name}: {path} has {len(value)} characters, at most {characters} are possible")
        if faults:
            raise RecordError("; ".join(faults))
        return {name: value for name, value in values.items() if value is not None}


class Settings(NamedTuple):
    """
    What the function is told by its environment.

    Attributes:
        targets: Each is started for every record.
        variables: A run's variables and the attributes that fill them.
        claim: How the item is claimed first, or None.
        log: Where to write.
    """

    targets: tuple[Target, ...]
    variables: Variables
    claim: Claim | None
    log: Log

    @classmethod
    def read(
        cls,
        variables: Mapping[str, str],
        *,
        service: str,
        arn: re.Pattern[str],
        arn_example: str,
        variable: str,
        name: re.Pattern[str],
        rule: str,
        most: int | None = None,
    ) -> Self:
        """
        Read the settings.

        Args:
            variables: The function's environment.
            service: What is started, as in an ARN.
            arn: The whole ARN, with the groups `region` and `name`.
            arn_example: One of them.
            variable: The environment variable that maps a run's variables.
            name: The whole name of such a variable.
            rule: The same in words.
            most: How many a run may have, or None.

        Raises:
            ConfigurationError: With every fault at once.
        """
        environment = Environment(variables)
        arns = environment.arns(service, arn, arn_example)
        paths = environment.attribute_paths(variable, name, rule, _VARIABLE_EXAMPLE)
        if most is not None and len(paths) > most:
            environment.fault(variable, f"has {len(paths)} variables", f"write at most {most}")
        settings = cls(
            targets=tuple(map(Target.of, arns)),
            variables=Variables(paths, environment.choice("MISSING_ATTRIBUTE", ("error", "omit")) == "omit"),
            claim=Claim.from_environment(environment),
            log=Log.from_environment(environment),
        )
        environment.check()
        return settings
