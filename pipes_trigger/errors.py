"""
Every error that pipes-trigger raises, in one tree.

```
PipesTriggerError                  catch this to catch all
├── ViolationsError                carries `violations`, every fault at once
│   ├── ConfigurationError         (ValueError) options, names and ARNs of a trigger
│   ├── FilterPatternError         (ValueError) a filter pattern
│   │   └── EventError             in `filters`: an event that is no JSON object
│   ├── InputTemplateError         (ValueError) an input template, or a record it cannot be rendered for
│   ├── PipeSpecError              (ValueError) a template that holds no such pipe
│   ├── SettingsError              (ValueError) cdk.json, or the mapping given in its place
│   ├── TriggerTargetError         (TypeError)  an ARN of the wrong service, or none of the right one
│   ├── ItemError                  (ValueError) in `testing`: an item that DynamoDB would refuse
│   ├── DeadLetterMessageError     (ValueError) in `redrive`: a message that no pipe has left
│   └── AssemblyError              (ValueError) in `local`: a cloud assembly that cannot be read; a LocalRunError, too
├── StreamDeniedError              in `redrive`: a stream that may not be read
├── RedriveError                   (RuntimeError) in `redrive`: bringing records back cannot go on
├── ParameterNotFoundError         (ValueError) an SSM parameter that is not there
└── LocalRunError                  (RuntimeError) the run on a laptop
    ├── EmulatorError              the emulator did not start, or went away
    ├── DeploymentError            a stack did not deploy there
    └── StreamUnavailableError     in `local`: a stream that cannot be read now
```

Errors are data first: a `Violation` has a stable rule id, the path to the fault, the problem and the fix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """
    One fault, as data.

    Attributes:
        rule: A stable id such as `FP003`; the letters name the room (FP filter pattern, IT input template, ...).
        path: Where the fault is, as the user wrote it: `filter_pattern['eventName']`, `env_vars['TOPIC_ARN']`.
        problem: What is wrong, with the value that is there.
        fix: What to write instead.

    Example:
        >>> print(Violation("FP003", "pattern['eventName']", "must be a list, got 'INSERT'", "write ['INSERT']"))
        [FP003] pattern['eventName']: must be a list, got 'INSERT'; write ['INSERT']
    """

    rule: str
    path: str
    problem: str
    fix: str

    def __str__(self) -> str:
        return f"[{self.rule}] {self.path}: {self.problem}; {self.fix}"


class PipesTriggerError(Exception):
    """
    The root of every error here.

    Example:
        >>> from pipes_trigger import FilterPattern
        >>> try:
        ...     FilterPattern({"eventName": "INSERT"})
        ... except PipesTriggerError as error:
        ...     print(type(error).__name__)
        FilterPatternError
    """


class ViolationsError(PipesTriggerError):
    """
    An error that lists every fault at once.

    Attributes:
        violations: The faults, in the order in which a reader meets them.

    Example:
        >>> error = ConfigurationError([Violation("OP001", "batch_size", "must be at least 1, got 0", "pass 1")])
        >>> print(error)
        [OP001] batch_size: must be at least 1, got 0; pass 1
        >>> error.violations[0].rule
        'OP001'
    """

    subject: ClassVar[str] = "input"

    violations: tuple[Violation, ...]

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        # args hold what __init__ takes, so that the error survives pickling (multiprocessing, pytest-xdist).
        super().__init__(self.violations)

    def __str__(self) -> str:
        lines = [str(violation) for violation in self.violations]
        if len(lines) == 1:
            return lines[0]
        return "\n".join([f"{len(lines)} faults in the {self.subject}:", *(f"  {line}" for line in lines)])


class ConfigurationError(ViolationsError, ValueError):
    """
    Options, names or ARNs of a trigger that cannot work.

    Example:
        >>> from pipes_trigger import StreamReading
        >>> StreamReading(batch_size=0)
        Traceback (most recent call last):
        pipes_trigger.errors.ConfigurationError: [OP001] StreamReading(batch_size=): must be ...
    """

    subject = "trigger"


class FilterPatternError(ViolationsError, ValueError):
    """
    A filter pattern that the service would refuse, or that cannot mean what it says.

    Example:
        >>> from pipes_trigger import FilterPattern
        >>> FilterPattern({"eventName": "INSERT"})
        Traceback (most recent call last):
        pipes_trigger.errors.FilterPatternError: [FP003] pattern['eventName']: match values must be a list, ...
    """

    subject = "filter pattern"


class InputTemplateError(ViolationsError, ValueError):
    """
    An input template that the service would refuse, or that cannot be rendered for a record.

    Example:
        >>> from pipes_trigger import InputTemplate
        >>> InputTemplate('{"by": <aws.pipes.name>}')
        Traceback (most recent call last):
        pipes_trigger.errors.InputTemplateError: [IT004] input_template, character 8: there is no variable ...
    """

    subject = "input template"


class PipeSpecError(ViolationsError, ValueError):
    """
    A synthesized template that holds no pipe of the wanted kind.

    Example:
        >>> from pipes_trigger import PipeSpec
        >>> PipeSpec.from_template({"Resources": {}})
        Traceback (most recent call last):
        pipes_trigger.errors.PipeSpecError: [PS002] Resources: no AWS::Pipes::Pipe in this template; ...
    """

    subject = "synthesized template"


class SettingsError(ViolationsError, ValueError):
    """
    Settings (cdk.json or a mapping) with something missing or malformed.

    Example:
        >>> from pipes_trigger import ApplicationHelper
        >>> ApplicationHelper(environment="prd", environments={"prod": {}})
        Traceback (most recent call last):
        pipes_trigger.errors.SettingsError: [ST003] settings['environments']: has no environment 'prd'; ...
    """

    subject = "settings"


class TriggerTargetError(ViolationsError, TypeError):
    """
    A target ARN that belongs to another trigger type, or none of this one.

    Example:
        >>> print(TriggerTargetError([Violation("TG002", "env_vars", "no ARN of an SNS topic", "set one")]))
        [TG002] env_vars: no ARN of an SNS topic; set one
    """

    subject = "trigger"


class ParameterNotFoundError(PipesTriggerError, ValueError):
    """
    An SSM parameter that a table or stream ARN was looked up in, and that is not there.

    Attributes:
        name: The parameter's name.
        account: The account that was asked, or None where it is not known.
        region: The region that was asked, or None where it is not known.
        fix: The next command to run.

    Example:
        >>> print(ParameterNotFoundError("dynamodb_table_orders", "111122223333", "eu-west-1", "create it"))
        SSM parameter 'dynamodb_table_orders' was not found in account 111122223333, region eu-west-1; create it
    """

    def __init__(self, name: str, account: str | None, region: str | None, fix: str) -> None:
        self.name = name
        self.account = account
        self.region = region
        self.fix = fix
        super().__init__(name, account, region, fix)

    def __str__(self) -> str:
        where = f"account {self.account or 'unknown'}, region {self.region or 'unknown'}"
        return f"SSM parameter {self.name!r} was not found in {where}; {self.fix}"


class LocalRunError(PipesTriggerError, RuntimeError):
    """
    The run on a laptop cannot go on.

    Example:
        >>> issubclass(EmulatorError, LocalRunError) and issubclass(DeploymentError, RuntimeError)
        True
    """


class EmulatorError(LocalRunError):
    """
    The emulator did not start, or went away.

    Example:
        >>> str(EmulatorError("the emulator on http://127.0.0.1:4566 did not start: ..."))
        'the emulator on http://127.0.0.1:4566 did not start: ...'
    """


class DeploymentError(LocalRunError):
    """
    A stack did not deploy to the emulator; the message says what is deployed all the same.

    Example:
        >>> str(DeploymentError("the stack Orders was refused: ...; nothing is deployed"))
        'the stack Orders was refused: ...; nothing is deployed'
    """
