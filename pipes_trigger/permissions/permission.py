"""
One thing that somebody may do, with the reason why.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from pipes_trigger.quick_dataclasses import dataclass

Effect: TypeAlias = Literal["Allow", "Deny", "Limit", "Missing"]

UNKNOWN: Final = "unknown"
"""Stands for actions and resources that the template does not tell."""

VERBS: Final = {"Allow": "may", "Deny": "may not", "Limit": "may at most", "Missing": "lacks"}
"""How each effect is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """
    One action that a principal is allowed, denied, or lacks, on one resource.

    Attributes:
        pipe: The logical id of the pipe that it is about.
        principal: The role, service or account, as `Fn::Sub` would write it: `${Role.Arn}`, `pipes.amazonaws.com`.
        who: The principal in words: `the pipe's role`.
        effect: `Allow`; `Deny`; `Limit` for a permissions boundary, which has to allow everything, too; or `Missing`
            for what a call of the trigger needs and nothing grants.
        action: Such as `dynamodb:GetRecords`; `UNKNOWN` where a policy cannot be read.
        resource: As `Fn::Sub` would write it: `${Orders.StreamArn}`; what it could not write, such as an import from
            another stack, as `${...}` with its JSON.
        condition: What has to hold, in words; None where nothing has to.
        why: What it is for, in a sentence.
        call: The API call that needs it, who makes it, and when; `none` where none does.
        source: The document that says so; `template` where nothing but the template does.
        needed: Whether a call of the trigger needs it; False for what is granted beyond that.
        where: The policy that says so; `nowhere` for what is missing.

    Example:
        >>> print(Permission(
        ...     pipe="Pipe", principal="${Role.Arn}", who="the pipe's role", effect="Allow", action="sqs:SendMessage",
        ...     resource="${Queue.Arn}", condition=None, why="What the pipe gives up goes to this queue.",
        ...     call="SendMessage, by EventBridge Pipes", source="EventBridge user guide", needed=True, where="Role"))
        the pipe's role may sqs:SendMessage on ${Queue.Arn}: What the pipe gives up goes to this queue.
    """

    pipe: str
    principal: str
    who: str
    effect: Effect
    action: str
    resource: str
    condition: str | None
    why: str
    call: str
    source: str
    needed: bool
    where: str

    @property
    def as_needed(self) -> bool:
        """
        Whether it is as it should be: needed and granted, or a limit.
        """
        return self.needed and self.effect != "Missing"

    def __str__(self) -> str:
        verb = VERBS[self.effect]
        condition = f" if {self.condition}" if self.condition else ""
        return f"{self.who} {verb} {self.action} on {self.resource}{condition}: {self.why}"
