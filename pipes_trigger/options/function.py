"""
How the function is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from pipes_trigger import limits
from pipes_trigger.errors import Violation
from pipes_trigger.helpers.option_checks import (
    boundary_faults,
    choice_faults,
    flag_faults,
    key_faults,
    list_faults,
    number_faults,
    refuse,
    runtime_faults,
    runtime_name,
    seconds_of,
)
from pipes_trigger.helpers.tokens import is_token
from pipes_trigger.quick_dataclasses import dataclass, field

if TYPE_CHECKING:
    from pipes_trigger.options.durations import Seconds


LogFormat = Literal["JSON", "Text"]
# What CDK's constructs have and an id or an ARN has not, what they are called, and how one is got.
_VPC: Final = ("vpc_id", "a VPC", "pass a Vpc, or Vpc.from_lookup(...)")
_SUBNETS: Final = ("subnet_type", "a SubnetSelection", "pass SubnetSelection(...)")
_LAYER: Final = ("layer_version_arn", "a layer", "import it: LayerVersion.from_layer_version_arn(...)")
_GROUP: Final = ("security_group_id", "a security group", "import it: SecurityGroup.from_security_group_id(...)")


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionOptions:
    """
    How the function is built.

    Attributes:
        runtime: A Lambda runtime's name, or a CDK `Runtime`, which is kept by its name.
        architecture: `x86_64` or `arm64`.
        memory_size: 128 to 10,240 MB.
        timeout: 1 to 900 seconds.
        description: At most 256 characters.
        own_log_group: Build a log group with a retention, instead of the one that Lambda makes and nobody removes.
        log_retention_days: One of the retentions that CloudWatch Logs knows, in days.
        keep_logs: Keep the log group when the stack is removed.
        tracing: Trace with X-Ray.
        reserved_concurrency: The most that run at the same time; None: what the account has left.
        layers: `ILayerVersion`s.
        vpc: An `IVpc` to run in; its private subnets, unless `vpc_subnets` says otherwise.
        vpc_subnets: A `SubnetSelection` of that VPC.
        security_groups: `ISecurityGroup`s of that VPC; without them CDK builds one that lets everything out.
        environment_key: A customer key (`IKey`) for the environment variables.
        log_key: A customer key (`IKey`) for the log group that is built.
        log_format: `JSON` or `Text`, how Lambda writes its own lines; None leaves it to Lambda.
        role: An `IRole` to run with, in place of one that is built; it is given what the function needs.
        permissions_boundary: The managed policy (`IManagedPolicy`, or its ARN) that bounds the role that is built.

    Raises:
        ConfigurationError: A value is out of its range or of another type, or two options contradict each other.

    Example:
        >>> FunctionOptions(memory_size=64)
        Traceback (most recent call last):
        pipes_trigger.errors.ConfigurationError: [OP001] FunctionOptions(memory_size=): must be 128 to 10240 MB, got ...
    """

    runtime: Any = "python3.12"
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    memory_size: int = 256
    timeout: Seconds = 60
    description: str | None = None
    own_log_group: bool = True
    log_retention_days: int = 30
    keep_logs: bool = False
    tracing: bool = True
    reserved_concurrency: int | None = None
    layers: tuple[Any, ...] = field(default=())
    vpc: Any = None
    vpc_subnets: Any = None
    security_groups: tuple[Any, ...] = ()
    environment_key: Any = None
    log_key: Any = None
    log_format: LogFormat | None = None
    role: Any = None
    permissions_boundary: Any = None

    def __post_init__(self) -> None:
        group = "FunctionOptions"
        # A CDK Runtime is kept by its name, so that whoever reads the options finds one shape.
        object.__setattr__(self, "runtime", runtime_name(self.runtime))
        description: Any = self.description
        faults = runtime_faults(f"{group}(runtime=)", self.runtime)
        faults += flag_faults(
            group, {"own_log_group": self.own_log_group, "keep_logs": self.keep_logs, "tracing": self.tracing}
        )
        faults += list_faults(group, {"layers": self.layers, "security_groups": self.security_groups})
        if description is not None and not isinstance(description, str):
            problem = f"must be text, got {description!r}"
            faults.append(Violation("OP020", f"{group}(description=)", problem, "write it, or leave it out"))
            description = None
        length = None if description is None or is_token(description) else len(description)
        faults += choice_faults(group, "architecture", self.architecture, ("x86_64", "arm64"))
        faults += choice_faults(group, "log_retention_days", self.log_retention_days, limits.LOG_RETENTION_DAYS)
        faults += number_faults(
            group,
            [
                ("memory_size", self.memory_size, limits.FUNCTION_MEMORY),
                ("timeout", self.timeout_seconds, limits.FUNCTION_TIMEOUT),
                ("description", length, limits.FUNCTION_DESCRIPTION_LENGTH),
                ("reserved_concurrency", self.reserved_concurrency, limits.RESERVED_CONCURRENCY),
            ],
            optional=("description", "reserved_concurrency"),
        )
        if self.log_format is not None:
            faults += choice_faults(group, "log_format", self.log_format, get_args(LogFormat))
        faults += key_faults(f"{group}(environment_key=)", self.environment_key)
        faults += key_faults(f"{group}(log_key=)", self.log_key)
        faults += boundary_faults(f"{group}(permissions_boundary=)", self.permissions_boundary)
        refuse([*faults, *self._contradictions(group)])

    def _contradictions(self, group: str) -> list[Violation]:
        faults = []
        if self.role is not None and self.permissions_boundary is not None:
            problem = "bounds a role that is built, and role says that none is"
            faults.append(Violation("OP013", f"{group}(permissions_boundary=)", problem, "bound the role itself"))
        if self.role is not None and not hasattr(self.role, "add_to_principal_policy"):
            problem = f"must be a role, got {self.role!r}"
            faults.append(Violation("OP014", f"{group}(role=)", problem, "pass a Role, or Role.from_role_arn(...)"))
        faults += self._construct_faults(group)
        if self.vpc is None:
            faults += [
                Violation("OP015", f"{group}({name}=)", "says nothing without a VPC", "pass vpc, too")
                for name, value in (("vpc_subnets", self.vpc_subnets), ("security_groups", self.security_groups))
                if value
            ]
        if self.log_key is not None and not self.own_log_group:
            problem = "encrypts a log group that is built, and own_log_group=False says that none is"
            faults.append(Violation("OP016", f"{group}(log_key=)", problem, "leave one of the two out"))
        return faults

    def _construct_faults(self, group: str) -> list[Violation]:
        given = [("vpc", self.vpc, _VPC), ("vpc_subnets", self.vpc_subnets, _SUBNETS)]
        for name, items, kind in (("layers", self.layers, _LAYER), ("security_groups", self.security_groups, _GROUP)):
            if isinstance(items, (list, tuple)):  # anything else is a fault already
                given += [(f"{name}[{index}]", item, kind) for index, item in enumerate(items)]
        return [
            Violation("OP021", f"{group}({name}=)", f"must be {noun}, got {value!r}", fix)
            for name, value, (attribute, noun, fix) in given
            if value is not None and not hasattr(value, attribute)
        ]

    @property
    def timeout_seconds(self) -> int:
        """
        The timeout in seconds.
        """
        seconds: int = seconds_of(self.timeout)
        return seconds
