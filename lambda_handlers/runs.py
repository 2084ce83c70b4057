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


class Service(NamedTuple):
    """
    What differs from one service to the other.

    Attributes:
        name: As in an ARN.
        arn: The whole ARN, with the groups `region` and `name`.
        arn_example: One of them.
        variables: The environment variable that maps a run's variables.
        variable_name: The whole name of one.
        variable_rule: The same in words.
        variables_max: How many a run may have, or None.
    """

    name: str
    arn: re.Pattern[str]
    arn_example: str
    variables: str
    variable_name: re.Pattern[str]
    variable_rule: str
    variables_max: int | None


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
    def read(cls, variables: Mapping[str, str], service: Service) -> Self:
        """
        Read the settings.

        Raises:
            ConfigurationError: With every fault at once.
        """
        environment = Environment(variables)
        arns = environment.arns(service.name, service.arn, service.arn_example)
        paths = environment.attribute_paths(
            service.variables, service.variable_name, service.variable_rule, _VARIABLE_EXAMPLE
        )
        most = service.variables_max
        if most is not None and len(paths) > most:
            environment.fault(service.variables, f"has {len(paths)} variables", f"write at most {most}")
        settings = cls(
            targets=tuple(map(Target.of, arns)),
            variables=Variables(paths, environment.choice("MISSING_ATTRIBUTE", ("error", "omit")) == "omit"),
            claim=Claim.from_environment(environment),
            log=Log.from_environment(environment),
        )
        environment.check()
        return settings
