"""
boto3's SSM client for the live look-up, and what is said where it cannot ask. boto3 is imported when it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.errors import ConfigurationError, Violation

if TYPE_CHECKING:
    from pipes_trigger.helpers.parameters import ParameterQuery

_FIXES: Final = {
    "NoCredentialsError": "give boto3 credentials: AWS_PROFILE=<profile>, or aws sso login",
    "NoRegionError": "set region in the environment's settings, or AWS_REGION",
}


def own_client(query: ParameterQuery) -> Any:
    """
    Make a client with boto3's own credentials, in the query's region.

    Raises:
        ConfigurationError: boto3 is not installed, or the query is for elsewhere, where other credentials are needed.
    """
    if query.elsewhere:
        problem = "lies outside the environment's account and region, and LiveLookup() asks with its own credentials"
        fix = "pass LiveLookup(client_for=...): a function that assumes a role there and returns its SSM client"
        raise _fault("PM003", query, problem, fix)
    try:
        import boto3  # noqa: PLC0415 - an extra, needed by the live look-up alone
    except ModuleNotFoundError:
        problem, fix = "boto3 is not installed", "pip install boto3, or pip install 'pipes-trigger[local]'"
        raise _fault("PM004", query, f"cannot be read: {problem}", fix) from None
    return boto3.client("ssm", region_name=query.region)


def boto3_errors() -> tuple[type[Exception], ...]:
    """
    List what a boto3 client raises; nothing where there is no boto3, and so no client of its making.
    """
    try:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as in own_client
    except ModuleNotFoundError:
        return ()
    return BotoCoreError, ClientError


def not_asked(query: ParameterQuery, error: Exception) -> ConfigurationError:
    """
    Make the error of a look-up that got no answer.
    """
    fix = _FIXES.get(type(error).__name__, "see that the credentials may call ssm:GetParameter there")
    return _fault("PM004", query, f"cannot be read: {str(error).rstrip('.')}", fix)


def _fault(rule: str, query: ParameterQuery, problem: str, fix: str) -> ConfigurationError:
    where = f"account {query.account or 'unknown'}, region {query.region or 'unknown'}"
    return ConfigurationError([Violation(rule, f"SSM parameter {query.name!r} in {where}", problem, fix)])
