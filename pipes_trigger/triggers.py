"""
What a trigger starts, as data: its ARNs, the IAM that its function needs, and how a pipe without a function delivers.

A new kind of downstream is one enum member, or a `TriggerStrategy` of the user's own; the construct has no `if` for it.
Actions and resource types: service authorization reference (doc). Target parameters: CloudFormation's
`AWS::Pipes::Pipe PipeTargetParameters` (doc). Batches: "EventBridge Pipes batching and concurrency" (doc).
"""

from __future__ import annotations

import re
from enum import Enum, unique
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Self

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.helpers.tokens import is_token
from pipes_trigger.quick_dataclasses import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipes_trigger.helpers.arns import Arn


_ACTION: Final = re.compile(r"[a-z0-9-]+:[A-Za-z]+")
# Writing to what a customer key encrypts: "Key management" of SNS and SQS (doc). That whoever starts a state machine
# under a key needs it, too, is told nowhere [?]; an event bus uses its key itself.
_ENCRYPT: Final = ("kms:GenerateDataKey", "kms:Decrypt")
# A name, perhaps with a version or an alias behind it (Step Functions API reference, doc).
_STATE_MACHINE: Final = r"stateMachine:[^\s:/?*<>{}\[\]\"#%\\^|~`$&,;]{1,80}(:[A-Za-z0-9_.-]{1,80})?"
_STATE_MACHINE_REFERENCES: Final = frozenset(
    {
        *(("AWS::StepFunctions::StateMachine", name) for name in ("Ref", "Arn")),
        *(("AWS::StepFunctions::StateMachineAlias", name) for name in ("Ref", "Arn")),
        *(("AWS::StepFunctions::StateMachineVersion", name) for name in ("Ref", "Arn")),
    }
)


def _type_faults(values: Mapping[str, Any]) -> list[Violation]:
    return [
        Violation("TS006", name, f"must be text, got {value!r}", "write it as a string")
        for name, value in values.items()
        if not isinstance(value, str)
    ]


def _action_faults(path: str, actions: Any) -> list[Violation]:
    if not isinstance(actions, (list, tuple)):
        fix = "write them as a tuple: ('sns:Publish',)"
        return [Violation("TS006", path, f"must be a tuple of IAM actions, got {actions!r}", fix)]
    faults = _type_faults({f"{path}[{index}]": action for index, action in enumerate(actions)})
    return faults or [
        Violation(
            "TS002",
            f"{path}[{index}]",
            f"must be '<service>:<Action>' without wildcards, got {action!r}",
            "name each action",
        )
        for index, action in enumerate(actions)
        if _ACTION.fullmatch(action) is None
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeTarget:
    """
    How Pipes itself delivers to one kind of downstream, without a function.

    Attributes:
        actions: The IAM actions that the pipe's role needs on it; no wildcards.
        largest_batch: The most records that one delivery takes.
        parameters: Target parameters that are always set, by block and name as CloudFormation spells them.
        options: Which target parameter, by block and name, each option of `DirectDelivery` sets; others are refused.
        fifo: Whether a name that ends in `.fifo` can be a target.

    Raises:
        ConfigurationError: No action, or an action with a wildcard or of no service.

    Example:
        >>> PipeTarget(actions=("firehose:PutRecordBatch",), largest_batch=500).fifo
        False
    """

    actions: tuple[str, ...]
    largest_batch: int = 10
    parameters: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    options: Mapping[str, tuple[str, str]] = field(default_factory=dict, hash=False)
    fifo: bool = False

    def __post_init__(self) -> None:
        faults = _action_faults("actions", self.actions)
        if not (self.actions or faults):
            faults.append(Violation("TS001", "actions", "is empty", "name the IAM actions that the pipe needs"))
        if faults:
            raise ConfigurationError(faults)


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
        key_actions: The IAM actions that a caller needs on the customer key that one of them is encrypted with.
        express: Whether a Standard state machine is none of them.
        target: How Pipes delivers to one of them without a function; None where it cannot.

    Raises:
        ConfigurationError: A value of another type, no noun, a service that is no name, no action, an action with a
            wildcard or of no service, or a `resource` that is no regular expression.

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
    key_actions: tuple[str, ...] = ()
    express: bool = False
    target: PipeTarget | None = None

    def __post_init__(self) -> None:
        faults = _type_faults({"noun": self.noun, "service": self.service, "resource": self.resource})
        for name, actions in (("actions", self.actions), ("key_actions", self.key_actions)):
            faults += _action_faults(name, actions)
        target: Any = self.target
        if not isinstance(target, (PipeTarget, NoneType)):
            problem = f"must be a PipeTarget or None, got {target!r}"
            faults.append(Violation("TS006", "target", problem, "pass PipeTarget(...)"))
        if not any(fault.rule == "TS006" for fault in faults):
            faults += self._value_faults()
        if faults:
            raise ConfigurationError(faults)

    def _value_faults(self) -> list[Violation]:
        faults = []
        if not self.noun.strip():
            problem = f"is empty, got {self.noun!r}"
            faults.append(Violation("TS004", "noun", problem, "say what one of them is called: 'SNS topic'"))
        if re.fullmatch(r"[a-z0-9-]+", self.service) is None:
            problem = f"must be the service part of an ARN, got {self.service!r}"
            faults.append(Violation("TS005", "service", problem, "write for example 'sns'"))
        if not self.actions:
            faults.append(Violation("TS001", "actions", "is empty", "name the IAM actions that the function needs"))
        try:
            re.compile(self.resource)
        except re.error as error:
            problem = f"is no regular expression: {self.resource!r} ({error})"
            faults.append(Violation("TS003", "resource", problem, "mend it"))
        return faults

    @property
    def one(self) -> str:
        """
        One of them, in a sentence: `an SNS topic`.
        """
        # Capitals alone are spelt out: S is "ess".
        first = self.noun.split()[0]
        vowels = "AEFHILMNORSX" if first.isupper() else "AEIOUaeiou"
        return f"{'an' if first[0] in vowels else 'a'} {self.noun}"

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
            key_actions=_ENCRYPT,
            target=PipeTarget(actions=("sns:Publish",)),
        ),
    )
    STATE_MACHINE = (
        "state_machine",
        TriggerStrategy(
            noun="Step Functions state machine",
            service="states",
            resource=_STATE_MACHINE,
            actions=("states:StartExecution",),
            references=_STATE_MACHINE_REFERENCES,
            key_actions=_ENCRYPT,
            target=PipeTarget(
                actions=("states:StartExecution",),
                largest_batch=10_000,
                parameters={"StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"}},
            ),
        ),
    )
    STATE_MACHINE_SYNC = (
        "state_machine_sync",
        TriggerStrategy(
            noun="Express state machine",
            service="states",
            resource=_STATE_MACHINE,
            actions=("states:StartSyncExecution",),
            references=_STATE_MACHINE_REFERENCES,
            key_actions=_ENCRYPT,
            express=True,
            target=PipeTarget(
                actions=("states:StartSyncExecution",),
                largest_batch=10_000,
                parameters={"StepFunctionStateMachineParameters": {"InvocationType": "REQUEST_RESPONSE"}},
            ),
        ),
    )
    SQS_QUEUE = (
        "sqs_queue",
        TriggerStrategy(
            noun="SQS queue",
            service="sqs",
            resource=r"(?=.{1,80}$)[A-Za-z0-9_-]+(\.fifo)?",
            actions=("sqs:SendMessage",),
            references=frozenset({("AWS::SQS::Queue", "Arn")}),
            key_actions=_ENCRYPT,
            target=PipeTarget(
                actions=("sqs:SendMessage",),
                options={
                    "message_group_id": ("SqsQueueParameters", "MessageGroupId"),
                    "message_deduplication_id": ("SqsQueueParameters", "MessageDeduplicationId"),
                },
                fifo=True,
            ),
        ),
    )
    EVENT_BUS = (
        "event_bus",
        TriggerStrategy(
            noun="EventBridge event bus",
            service="events",
            resource=r"event-bus/[A-Za-z0-9/._-]{1,256}",
            actions=("events:PutEvents",),
            references=frozenset({("AWS::Events::EventBus", "Arn")}),
            target=PipeTarget(
                actions=("events:PutEvents",),
                options={
                    "detail_type": ("EventBridgeEventBusParameters", "DetailType"),
                    "event_source": ("EventBridgeEventBusParameters", "Source"),
                },
            ),
        ),
    )
    CODEBUILD_PROJECT = (
        "codebuild_project",
        TriggerStrategy(
            noun="CodeBuild project",
            service="codebuild",
            resource=r"project/[A-Za-z0-9][A-Za-z0-9_-]{1,254}",
            actions=("codebuild:StartBuild",),
            references=frozenset({("AWS::CodeBuild::Project", "Arn")}),
            by_name=True,
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
