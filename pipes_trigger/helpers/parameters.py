"""
Who answers an SSM look-up: four ways, one shape.

- `ContextLookup` (the default): at synth, from cdk.context.json, which the CDK CLI fills.
- `DeployTimeReference`: when the stack is deployed; CloudFormation refuses the change set where it is missing.
- `GivenValues`: at synth, from a mapping; for tests and examples.
- `LiveLookup`: at synth, by asking SSM with boto3.

All but the second raise `ParameterNotFoundError` at synth.

CDK and boto3 are imported when a way that needs them is used, never before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Protocol

from pipes_trigger.errors import ConfigurationError, ParameterNotFoundError, SettingsError, Violation
from pipes_trigger.helpers.arns import partition_of_region
from pipes_trigger.helpers.ssm_client import boto3_errors, not_asked, own_client
from pipes_trigger.helpers.suggest import known_names
from pipes_trigger.quick_dataclasses import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_cdk import Stack
    from constructs import Construct

# On the first pass of a synth the context has no value yet and CDK goes on with a stand-in, which must parse as the
# ARN of a table or a stream (aws/aws-cdk#8699). The same text in cdk.context.json means that SSM had no such parameter.
_STAND_IN: Final = "pipes-trigger-value-not-looked-up-yet"
# What CDK itself goes on with where `StringParameter.value_from_lookup` is given no default.
_CDK_STAND_IN: Final = "dummy-value-for-"
_STAND_IN_LABEL: Final = "2000-01-01T00:00:00.000"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterQuery:
    """
    One SSM look-up.

    Attributes:
        name: The parameter's name.
        account: Twelve digits, or None where the settings name no account.
        region: A region's name, or None where the settings name no region.
        elsewhere: Whether that account or that region is another one than the environment's own.
        devops: Whether the call asked for the devops account of a platform, whichever that is.

    Example:
        >>> query = ParameterQuery(name="dynamodb_table_orders", account="111122223333", region="eu-west-1")
        >>> query.elsewhere
        False
    """

    name: str
    account: str | None
    region: str | None
    elsewhere: bool = False
    devops: bool = False

    def refuse_unknown_devops(self) -> None:
        """
        Refuse a look-up in the devops account that would ask in another one, as nobody said which it is.

        Raises:
            SettingsError: The call asked for the devops account, and no account is known.
        """
        if self.devops and self.account is None:
            raise missing_devops_account("settings['common']")


def missing_devops_account(path: str) -> SettingsError:
    """
    Make the error of a look-up in a devops account that the settings do not name.
    """
    return SettingsError(
        [
            Violation(
                "ST005",
                path,
                "has no 'devops_account', and the parameter is looked up with is_devops=True",
                "add 'devops_account' to common or to the environment, or pass is_devops=False",
            )
        ]
    )


class ParameterSource(Protocol):
    """
    Anything that answers an SSM look-up.

    Example:
        >>> class Same:
        ...     def value(self, scope, query, /):
        ...         return f"arn:aws:dynamodb:{query.region}:{query.account}:table/orders"
        >>> Same().value(None, ParameterQuery(name="dynamodb_table_orders", account="1" * 12, region="eu-west-1"))
        'arn:aws:dynamodb:eu-west-1:111111111111:table/orders'
    """

    def value(self, scope: Construct, query: ParameterQuery, /) -> str:
        """
        Return the parameter's value, or a token for it.
        """


@dataclass(frozen=True, slots=True)
class GivenValues:
    """
    Values from a mapping, for tests and examples.

    Example:
        >>> GivenValues({"dynamodb_table_orders": "arn:x"}).value(
        ...     None, ParameterQuery(name="dynamodb_table_order", account=None, region=None)
        ... )
        Traceback (most recent call last):
        pipes_trigger.errors.ParameterNotFoundError: SSM parameter 'dynamodb_table_order' was not found in account ...
    """

    values: Mapping[str, str] = field(repr=False)

    def value(self, _scope: Construct, query: ParameterQuery, /) -> str:
        """
        Return the given value.

        Raises:
            ParameterNotFoundError: The mapping has no such name.
        """
        if query.name in self.values:
            return self.values[query.name]
        there = known_names(query.name, self.values)
        raise ParameterNotFoundError(query.name, query.account, query.region, f"add it to GivenValues ({there})")


@dataclass(frozen=True, slots=True)
class ContextLookup:
    """
    CDK's own synth-time look-up: the CLI asks SSM once and keeps the answer in cdk.context.json.

    A look-up in an account other than the stack's is made in the scope of an empty stack of that account, added to the
    app under the id `parameter-lookup-<account>-<region>`: the CLI takes the look-up role from the stack that asks, and
    it deploys no stack that has no resources.

    Example:
        ```python
        ApplicationHelper.from_cdk_json(parameters=ContextLookup())  # the default
        ```
    """

    def value(self, scope: Construct, query: ParameterQuery, /) -> str:
        """
        Return the value in the context, or a stand-in that parses as an ARN on the first pass.

        Raises:
            ParameterNotFoundError: The CLI asked, and SSM had no such parameter.
            ConfigurationError: Neither the stack nor the settings say which account and region to ask.
            SettingsError: The query is for a devops account that nobody knows.
        """
        query.refuse_unknown_devops()
        from aws_cdk import ContextProvider, Stack  # noqa: PLC0415 - CDK starts Node; only this way needs it
        from aws_cdk.aws_ssm import StringParameter  # noqa: PLC0415 - as above

        from pipes_trigger.helpers.tokens import is_token  # noqa: PLC0415 - beside the imports that it serves

        stack = Stack.of(scope)
        account, region = stack.account, stack.region
        if query.elsewhere or query.devops or is_token(account) or is_token(region):
            account, region = query.account or account, query.region or region
        if is_token(account) or is_token(region):
            raise ConfigurationError(
                [
                    Violation(
                        "PM001",
                        f"stack {stack.node.path!r}",
                        f"has no account and region, and SSM parameter {query.name!r} is looked up at synth time",
                        "pass env=Environment(account=..., region=...) to the stack, or set account and region in the "
                        "environment's settings, or use parameters=DeployTimeReference()",
                    )
                ]
            )
        asked = scope if (account, region) == (stack.account, stack.region) else _lookup_stack(stack, account, region)
        stand_in = _stand_in(query.name, account, region)
        value: str = StringParameter.value_from_lookup(asked, query.name, stand_in)
        if value == stand_in:
            key = ContextProvider.get_key(asked, provider="ssm", props={"parameterName": query.name}).key
            # Present in the context, and still the stand-in: the CLI wrote it there because SSM had nothing.
            if asked.node.try_get_context(key) is not None:
                fix = f"create it, then forget the old answer: cdk context --reset '{key}'"
                raise ParameterNotFoundError(query.name, account, region, fix)
        return value


@dataclass(frozen=True, slots=True)
class DeployTimeReference:
    """
    A CloudFormation parameter of type `AWS::SSM::Parameter::Value<String>`: CloudFormation reads SSM when it deploys.

    In another account than the stack's, the parameter must be an advanced one that is shared with the stack's account,
    and its full ARN is used.

    Example:
        ```python
        ApplicationHelper.from_cdk_json(parameters=DeployTimeReference())
        ```
    """

    def value(self, scope: Construct, query: ParameterQuery, /) -> str:
        """
        Return a token for the value.

        Raises:
            ConfigurationError: The parameter lies in another account, and the settings do not say which.
            SettingsError: The query is for a devops account that nobody knows.
        """
        query.refuse_unknown_devops()
        from aws_cdk import CfnParameter, Stack  # noqa: PLC0415 - CDK starts Node; only this way needs it
        from aws_cdk.aws_ssm import StringParameter  # noqa: PLC0415 - as above

        if not query.elsewhere:
            return StringParameter.value_for_string_parameter(scope, query.name)
        if query.account is None or query.region is None:
            problem = f"SSM parameter {query.name!r} of another account needs that account and its region"
            fix = "set devops_account and region in the settings"
            raise ConfigurationError([Violation("PM002", "settings", problem, fix)])
        stack = Stack.of(scope)
        path = query.name if query.name.startswith("/") else f"/{query.name}"
        arn = f"arn:{partition_of_region(query.region)}:ssm:{query.region}:{query.account}:parameter{path}"
        # CDK's own helper takes names only, although CloudFormation takes the ARN of a shared parameter.
        import hashlib  # noqa: PLC0415 - only a parameter of another account

        # A logical id takes letters and digits only; the hash tells apart what that makes equal, and the regions.
        digest = hashlib.sha256(arn.encode()).hexdigest()[:8]
        parameter_id = f"SharedParameter{re.sub('[^A-Za-z0-9]', '', query.account + path)}{digest}"
        parameter = stack.node.try_find_child(parameter_id)
        if not isinstance(parameter, CfnParameter):
            parameter = CfnParameter(stack, parameter_id, type="AWS::SSM::Parameter::Value<String>", default=arn)
        return parameter.value_as_string


@dataclass(frozen=True, slots=True)
class LiveLookup:
    """
    Asks SSM with boto3 while the app is synthesized: a true "not found", and a synth that depends on the network.

    Args:
        client_for: Given a query, a boto3 SSM client; the default uses boto3's own credentials and the query's region,
            and refuses a look-up elsewhere, which needs one that assumes a role there.

    Example:
        ```python
        ApplicationHelper.from_cdk_json(parameters=LiveLookup())
        ```
    """

    client_for: Callable[[ParameterQuery], Any] = own_client

    def value(self, _scope: Construct, query: ParameterQuery, /) -> str:
        """
        Return the parameter's value.

        Raises:
            ParameterNotFoundError: SSM has no such parameter.
            ConfigurationError: SSM cannot be asked: no boto3, no credentials, no region, no right to.
            SettingsError: The query is for a devops account that nobody knows.
        """
        query.refuse_unknown_devops()
        try:
            client = self.client_for(query)
            try:
                value: str = client.get_parameter(Name=query.name)["Parameter"]["Value"]
            except client.exceptions.ParameterNotFound:
                fix = f"create it: aws ssm put-parameter --name '{query.name}' --type String --value '<arn>'"
                raise ParameterNotFoundError(query.name, query.account, query.region, fix) from None
        except boto3_errors() as error:
            raise not_asked(query, error) from error
        return value


def _stand_in(name: str, account: str, region: str) -> str:
    table = f"arn:{partition_of_region(region)}:dynamodb:{region}:{account}:table/{_STAND_IN}"
    # "stream" alone would take a table called clickstream for one.
    is_stream = "table_stream" in name or "stream" in name.split("/")
    return f"{table}/stream/{_STAND_IN_LABEL}" if is_stream else table


def is_stand_in(arn: str) -> bool:
    """
    Say whether an ARN is the stand-in of a look-up that the CDK CLI has yet to make: ours, or CDK's own.

    Example:
        >>> is_stand_in("arn:aws:dynamodb:eu-west-1:111122223333:table/orders")
        False
        >>> is_stand_in("dummy-value-for-dynamodb_table_orders")
        True
    """
    return _STAND_IN in arn or arn.startswith(_CDK_STAND_IN)


def _lookup_stack(stack: Stack, account: str, region: str) -> Construct:
    from aws_cdk import App, Environment, Stack  # noqa: PLC0415 - as in ContextLookup.value

    root = stack.node.root
    stack_id = f"parameter-lookup-{account}-{region}"
    existing = root.node.try_find_child(stack_id)
    if isinstance(existing, Stack):
        return existing
    assert isinstance(root, App)  # noqa: S101 - for the type checker: every stack's root is an App or a Stage
    return Stack(root, stack_id, env=Environment(account=account, region=region))
