"""
What the usual checks find in a trigger, as data: what is so by design, and what only the account's owner can decide.

Checks: cdk-nag (AwsSolutions, Serverless), checkov, cfn-lint. `docs/security.md` shows this table.
"""

from __future__ import annotations

from typing import Final

from pipes_trigger.quick_dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ByDesign:
    """
    A finding that a trigger acknowledges, with the evidence.

    Attributes:
        check: The check and its rule, as the check names it.
        part: The part of the trigger that it is found in, by its construct id.
        reason: Why it is so.
    """

    check: str
    part: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForTheOwner:
    """
    A finding that an option satisfies, which costs money, takes from others or changes how code runs.

    So only the owner can decide.

    Attributes:
        check: The check and its rule, as the check names it.
        option: What satisfies it.
    """

    check: str
    option: str


_SYNCHRONOUS: Final = (
    "A pipe invokes the function synchronously; what fails is retried by the pipe and ends in the pipe's dead-letter "
    "queue. Lambda's own dead letters are for asynchronous invocations."
)
_IS_DEAD_LETTER: Final = (
    "This is itself the dead-letter queue of a pipe, which is no source queue that a rule could see."
)
_TAKEN_UP_AGAIN: Final = (
    "What a run of the redrive does not bring back stays in the dead-letter queue, and the next run takes it up."
)
_ROLE_TWICE: Final = (
    "CDK itself lets every function depend on its role, which the reference to the role's ARN does already."
)
BY_DESIGN: Final = (
    ByDesign(check="Serverless::Serverless-LambdaDLQ", part="Function", reason=_SYNCHRONOUS),
    ByDesign(check="checkov::CKV_AWS_116", part="Function", reason=_SYNCHRONOUS),
    ByDesign(check="cfn-lint::W3005", part="Function", reason=_ROLE_TWICE),
    ByDesign(check="Serverless::Serverless-LambdaDLQ", part="Redrive", reason=_TAKEN_UP_AGAIN),
    ByDesign(check="checkov::CKV_AWS_116", part="Redrive", reason=_TAKEN_UP_AGAIN),
    ByDesign(check="cfn-lint::W3005", part="Redrive", reason=_ROLE_TWICE),
    ByDesign(check="AwsSolutions::AwsSolutions-SQS3", part="DeadLetterQueue", reason=_IS_DEAD_LETTER),
    ByDesign(check="Serverless::Serverless-SQSRedrivePolicy", part="DeadLetterQueue", reason=_IS_DEAD_LETTER),
)
# A wildcard is acknowledged one by one, by the action that takes nothing narrower.
WILDCARDS: Final = {
    "xray:": "X-Ray's actions take no resource (service authorization reference).",
    "ec2:Describe": "EC2's describing actions take no resource (service authorization reference).",
    "ec2:": "Lambda makes the network interfaces of a function itself, so nobody knows their ids beforehand.",
    "logs:": "A log group's ARN ends in `:*`, which means its streams.",
    "s3:": "The pipe makes up the names of its log objects below a prefix of its own.",
}
WILDCARD_CHECK: Final = "AwsSolutions::AwsSolutions-IAM5"
STAR_CHECK: Final = "Serverless::Serverless-LambdaStarPermissions"
_LATEST_RUNTIME: Final = "FunctionOptions(runtime=...)"
FOR_THE_OWNER: Final = (
    ForTheOwner(check="AwsSolutions::AwsSolutions-L1", option=_LATEST_RUNTIME),
    ForTheOwner(check="Serverless::Serverless-LambdaLatestVersion", option=_LATEST_RUNTIME),
    ForTheOwner(check="checkov::CKV_AWS_115", option="FunctionOptions(reserved_concurrency=...)"),
    ForTheOwner(check="checkov::CKV_AWS_117", option="FunctionOptions(vpc=...)"),
    ForTheOwner(check="checkov::CKV_AWS_173", option="FunctionOptions(environment_key=...)"),
    ForTheOwner(
        check="checkov::CKV_AWS_158", option="FunctionOptions(log_key=...) and PipeLogging(encryption_key=...)"
    ),
    ForTheOwner(check="checkov::CKV_AWS_27", option="FailureHandling(dead_letter=<a queue with a customer key>)"),
    ForTheOwner(check="checkov::CKV_AWS_119", option="StreamSource.new_table(encryption=..., encryption_key=...)"),
)


def wildcard_reason(actions: str | list[str]) -> str | None:
    """
    Say why a statement's resource has a wildcard; None where this package knows of no reason.

    Example:
        >>> wildcard_reason(["xray:PutTraceSegments"])
        "X-Ray's actions take no resource (service authorization reference)."
        >>> wildcard_reason("sns:Publish") is None
        True
    """
    first = actions if isinstance(actions, str) else actions[0]
    return next((reason for prefix, reason in WILDCARDS.items() if first.startswith(prefix)), None)


def flat(value: object) -> str:
    """
    Write a resolved value as cdk-nag does in the id of a finding: references in angle brackets.

    Example:
        >>> flat({"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::", {"Fn::GetAtt": ["Bucket", "Name"]}]]})
        'arn:<AWS::Partition>:s3:::<Bucket.Name>'
    """
    if not isinstance(value, dict):
        return str(value)
    ((function, argument),) = value.items()
    if function == "Fn::Join" and isinstance(argument[1], list):
        return str(argument[0]).join(flat(part) for part in argument[1])
    if function == "Fn::GetAtt" and isinstance(argument, list):
        return f"<{'.'.join(argument)}>"
    return f"<{argument}>" if isinstance(argument, str) else str(value)
