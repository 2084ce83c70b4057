"""
What a trigger starts, as data: the ARNs that belong to it and the IAM that its function needs.

A new kind of downstream is one enum member, or a `TriggerStrategy` of the user's own; the construct has no `if` for it.
Actions and resource types: service authorization reference (doc).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, unique
from typing import TYPE_CHECKING, Any, Self

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.helpers.tokens import is_token

if TYPE_CHECKING:
    from pipes_trigger.helpers.arns import Arn


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerStrategy:
    """
    One kind of downstream.

    Attributes:
        noun: What one of them is called in messages: `SNS topic`; not empty.
        service: The service part of its ARN: `sns`; no wildcards.
        resource: A regular expression that the whole resource part of its ARN matches.
        actions: The IAM actions that the function needs on each of them; no wildcards.
        references: CloudFormation type and attribute (`Ref` or a `GetAtt` name) of the references that give its ARN.
        by_name: Whether the API takes the resource's name in place of its ARN, so that no other account is reached.

    Raises:
        ConfigurationError: No noun, a service that is no name, no action, an action with a wildcard or of no service,
            or a `resource` that is no regular expression.

    Example:
        >>> bus = TriggerStrategy(
        ...     noun="event bus",
        ...     service="events",
        ...     resource="event-bus/.+",
        ...     actions=("events:PutEvents",),
        ...     references=frozenset({("AWS::Events::EventBus", "Arn")}),
        ... )
        >>> from pipes_trigger import ArnUriHelper
        >>> bus.recognizes(ArnUriHelper.parse("arn:aws:events:eu-west-1:111122223333:event-bus/orders"))
        True
    """

    noun: str
    service: str
    resource: str
    actions: tuple[str, ...]
    references: frozenset[tuple[str, str]] = frozenset()
    by_name: bool = False

    def __post_init__(self) -> None:
        faults = []
        if not self.noun.strip():
            problem = f"is empty, got {self.noun!r}"
            faults.append(Violation("TS004", "noun", problem, "say what one of them is called: 'SNS topic'"))
        if re.fullmatch(r"[a-z0-9-]+", self.service) is None:
            problem = f"must be the service part of an ARN, got {self.service!r}"
            faults.append(Violation("TS005", "service", problem, "write for example 'sns'"))
        if not self.actions:
            faults.append(Violation("TS001", "actions", "is empty", "name the IAM actions that the function needs"))
        faults += [
            Violation(
                "TS002", f"actions[{index}]", f"must be '<service>:<Action>' without wildcards, got {action!r}", fix
            )
            for index, action in enumerate(self.actions)
            if re.fullmatch(r"[a-z0-9-]+:[A-Za-z]+", action) is None
            for fix in ["name each action"]
        ]
        try:
            re.compile(self.resource)
        except re.error as error:
            problem = f"is no regular expression: {self.resource!r} ({error})"
            faults.append(Violation("TS003", "resource", problem, "mend it"))
        if faults:
            raise ConfigurationError(faults)

    def recognizes(self, arn: Arn) -> bool:
        """
        Say whether an ARN is one of this kind; a token in its resource part is trusted.
        """
        return arn.service == self.service and (
            is_token(arn.resource) or re.fullmatch(self.resource, arn.resource) is not None
        )


@unique
class StreamTriggerType(Enum):
    """
    The downstream that the Lambda function starts.

    Example:
        >>> StreamTriggerType.PIPELINE.value, StreamTriggerType.PIPELINE.strategy.actions[0]
        ('pipeline', 'codepipeline:StartPipelineExecution')
    """

    PIPELINE = (
        "pipeline",
        TriggerStrategy(
            noun="CodePipeline pipeline",
            service="codepipeline",
            resource=r"[A-Za-z0-9.@_-]{1,100}",
            actions=("codepipeline:StartPipelineExecution", "codepipeline:ListPipelineExecutions"),
            by_name=True,
        ),
    )
    SNS_TOPIC = (
        "sns_topic",
        TriggerStrategy(
            noun="SNS topic",
            service="sns",
            resource=r"[A-Za-z0-9_-]{1,256}(\.fifo)?",
            actions=("sns:Publish",),
            references=frozenset({("AWS::SNS::Topic", "Ref"), ("AWS::SNS::Topic", "TopicArn")}),
        ),
    )

    strategy: TriggerStrategy

    # The default is for type checkers alone: they read a look-up by value, StreamTriggerType("pipeline"), as this call.
    def __new__(cls, value: str, strategy: Any = None) -> Self:
        """
        Keep the contract's value and the strategy beside it.
        """
        member = object.__new__(cls)
        member._value_ = value
        member.strategy = strategy
        return member
