"""
Finding what the function may start: in its environment variables, and in the ARNs that are given beside them.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from pipes_trigger.errors import Violation
from pipes_trigger.helpers.arns import Arn, arn_faults
from pipes_trigger.helpers.tokens import is_opaque_token, is_token
from pipes_trigger.quick_dataclasses import dataclass, field
from pipes_trigger.triggers import StreamTriggerType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pipes_trigger.triggers import TriggerStrategy

    # What CDK knows a token to refer to: the CloudFormation type and the attribute; None where it knows neither.
    ReferenceOf = Callable[[str], "tuple[str, str] | None"]

# CDK's tokens for the region, the account and the like: known to be no target.
_PSEUDO_PARAMETER = "${Token[AWS."
# What the resource part begins with where the service has several kinds: `stateMachine:`, `event-bus/`.
_KIND: Final = re.compile(r"[A-Za-z-]+[:/]")


@dataclass(slots=True)
class Targets:
    """
    What was found: the ARNs to grant, each once and in order, and what is wrong.
    """

    arns: list[str] = field(default_factory=list)
    faults: list[Violation] = field(default_factory=list)

    def add(self, arn: str) -> None:
        """
        Keep an ARN, once.
        """
        if arn not in self.arns:
            self.arns.append(arn)


class _Kind(Enum):
    TARGET = auto()
    FOREIGN = auto()
    UNKNOWN = auto()
    OTHER = auto()


def find_targets(
    strategy: TriggerStrategy,
    env_vars: Mapping[str, str],
    target_arns: Iterable[str],
    reference_of: ReferenceOf,
) -> Targets:
    """
    Find the ARNs of a strategy's kind.

    Args:
        strategy: The kind that is wanted.
        env_vars: The function's environment; what is no ARN of any trigger type passes.
        target_arns: ARNs and tokens that are wanted for certain.
        reference_of: Tells what a token that is nothing but a token refers to.
    """
    found = Targets()
    given = list(target_arns)
    for index, arn in enumerate(given):
        # A token here is the user's word for it; only an ARN that can be read can be wrong.
        kind = _kind(strategy, arn, reference_of)
        if kind is _Kind.TARGET or (is_opaque_token(arn) and kind is not _Kind.FOREIGN):
            found.add(arn)
        else:
            found.faults.append(_wrong(strategy, f"target_arns[{index}]", arn))
    unknown = []
    for name, value in ((name, part) for name, whole in env_vars.items() for part in _parts(whole)):
        kind = _kind(strategy, value, reference_of)
        if kind is _Kind.TARGET:
            found.add(value)
        elif kind is _Kind.FOREIGN:
            found.faults.append(_wrong(strategy, f"env_vars[{name!r}]", value))
        elif kind is _Kind.UNKNOWN and value not in given:
            unknown.append((name, value))
    if not given:
        _settle(strategy, unknown, found)
    found.faults += [
        fault
        for arn in found.arns
        if (parsed := Arn.try_parse(arn)) is not None
        for fault in arn_faults(parsed, f"the target {arn}")
    ]
    if not found.arns and not found.faults:
        where = "in env_vars or target_arns" if env_vars else "in target_arns, and env_vars is empty"
        found.faults.append(
            Violation(
                "TG002",
                "env_vars",
                f"no ARN of {strategy.one} {where}",
                f"set a variable to an ARN like {_example(strategy)}, or pass target_arns=[...]",
            )
        )
    return found


def unreachable(strategy: TriggerStrategy, arns: Iterable[str], account: str) -> list[Violation]:
    """
    Warn of targets in another account that the service's API, which takes a name alone, cannot reach.
    """
    if not strategy.by_name or is_token(account):
        return []
    parsed = [arn for arn in map(Arn.try_parse, arns) if arn is not None]
    return [
        Violation(
            "TG004",
            str(arn),
            f"lies in account {arn.account}, and the function in {account}; the API takes {strategy.one} by its name",
            "deploy the trigger to the account of what it starts",
        )
        for arn in parsed
        if not is_token(arn.account) and arn.account != account
    ]


def _parts(value: str) -> list[str]:
    """
    Divide a list of ARNs at its commas, which no ARN of a target has; any other value is one part.
    """
    parts = [part.strip() for part in value.split(",")]
    return parts if all(part.startswith("arn:") or is_opaque_token(part) for part in parts) else [value]


def _kind(strategy: TriggerStrategy, value: str, reference_of: ReferenceOf) -> _Kind:
    if is_opaque_token(value):
        return _token_kind(strategy, value, reference_of)
    arn = Arn.try_parse(value)
    if arn is None:
        return _Kind.OTHER
    if strategy.recognizes(arn):
        return _Kind.TARGET
    # Of its own service, but of another kind; or what another trigger type starts. The rest is the handler's business.
    foreign = arn.service == strategy.service or any(member.strategy.recognizes(arn) for member in StreamTriggerType)
    return _Kind.FOREIGN if foreign else _Kind.OTHER


def _token_kind(strategy: TriggerStrategy, value: str, reference_of: ReferenceOf) -> _Kind:
    if value.startswith(_PSEUDO_PARAMETER):
        return _Kind.OTHER
    reference = reference_of(value)
    if reference is None:
        return _Kind.UNKNOWN
    if reference in strategy.references:
        return _Kind.TARGET
    others = (member.strategy.references for member in StreamTriggerType)
    return _Kind.FOREIGN if any(reference in references for references in others) else _Kind.OTHER


def _settle(strategy: TriggerStrategy, unknown: list[tuple[str, str]], found: Targets) -> None:
    """
    Take the one token that nobody can read if nothing else can be meant; otherwise ask.
    """
    distinct = dict.fromkeys(value for _, value in unknown)
    if len(distinct) == 1 and not found.arns and not found.faults:
        found.add(next(iter(distinct)))
        return
    found.faults.extend(
        Violation(
            "TG003",
            f"env_vars[{name!r}]",
            f"cannot tell whether the token {value} is the ARN of {strategy.one}",
            "pass the ARNs that the function may use in target_arns=[...], if only one that env_vars has, too",
        )
        for name, value in unknown
    )


def _wrong(strategy: TriggerStrategy, path: str, value: str) -> Violation:
    fix = f"pass an ARN like {_example(strategy)}, or another trigger_type"
    if path.startswith("env_vars"):
        fix += "; a variable that is no target can be set with trigger.function.add_environment(...)"
    return Violation("TG001", path, f"is no ARN of {strategy.one}, which this trigger type starts: {value!r}", fix)


def _example(strategy: TriggerStrategy) -> str:
    kind = _KIND.match(strategy.resource)
    return f"arn:<partition>:{strategy.service}:<region>:<account>:{kind.group() if kind else ''}<name>"
