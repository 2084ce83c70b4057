"""
ApplicationHelper: the settings of an app and the look-ups of a platform, from cdk.json or from a mapping.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pipes_trigger.errors import SettingsError, Violation
from pipes_trigger.helpers.parameters import ContextLookup, ParameterQuery, missing_devops_account
from pipes_trigger.helpers.settings import account_id, find_setting, place_faults, read_settings, require_mappings
from pipes_trigger.helpers.suggest import known_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from pipes_trigger.helpers.parameters import ParameterSource

_SECTIONS = ("app", "common", "environments")


class AppHelper(Protocol):
    """
    What a trigger asks of its `app_helper`: anything with this shape drops in.
    """

    def get_parameter_value(self, scope: Construct, name: str, is_devops: bool, /) -> str:  # noqa: FBT001 - the contract
        """
        Return the value of an SSM parameter, or a token for it; ValueError where there is none.
        """

    def get_from_common(self, key: str, /) -> Any:
        """
        Return a setting that all environments share.
        """

    def get_from_env(self, key: str, /) -> Any:
        """
        Return a setting of this environment.
        """


class ApplicationHelper:
    """
    Settings in three sections, and the SSM look-ups of the environment's account.

    In cdk.json the sections stand under `context`: `app` (what the application is), `common` (what all environments
    share: `domain`, `project`, `devops_account`, ...) and `environments` (one mapping each: `account`, `region`, ...).

    Args:
        environment: The environment to build for; a key of `environments`.
        environments: The settings of each environment.
        common: The settings that all environments share.
        app: The settings of the application.
        parameters: Who answers an SSM look-up; the default asks CDK's context at synth time.
        source: What to call these settings in errors.

    Raises:
        SettingsError: The environment is not there, a section is no mapping, or an account or a region is none.

    Example:
        >>> helper = ApplicationHelper(
        ...     environment="dev",
        ...     environments={"dev": {"account": "111122223333", "region": "eu-west-1"}},
        ...     common={"domain": "shop", "tags": {"owner": "platform"}},
        ... )
        >>> helper.get_from_env("region"), helper.get_from_common("tags.owner")
        ('eu-west-1', 'platform')
    """

    def __init__(
        self,
        *,
        environment: str,
        environments: Mapping[str, Any],
        common: Mapping[str, Any] | None = None,
        app: Mapping[str, Any] | None = None,
        parameters: ParameterSource | None = None,
        source: str = "settings",
    ) -> None:
        sections = {
            "app": {} if app is None else app,
            "common": {} if common is None else common,
            "environments": environments,
        }
        require_mappings(sections, source)
        if environment not in environments:
            there = known_names(environment, environments)
            raise SettingsError(
                [
                    Violation(
                        "ST003",
                        f"{source}['environments']",
                        f"has no environment {environment!r}; {there}",
                        f"add {environment!r}, or pass environment= one that is there",
                    )
                ]
            )
        require_mappings({environment: environments[environment]}, f"{source}['environments']")
        faults = place_faults(
            environments[environment],
            f"{source}['environments'][{environment!r}]",
            accounts=("account", "devops_account"),
            regions=("region", "devops_region"),
        )
        faults += place_faults(
            sections["common"], f"{source}['common']", accounts=("devops_account",), regions=("devops_region",)
        )
        if faults:
            raise SettingsError(faults)
        self.environment = environment
        self.parameters: ParameterSource = parameters or ContextLookup()
        self._source = source
        self._app = dict(sections["app"])
        self._common = dict(sections["common"])
        # A name needs the environment's name, and nobody wants to write it twice.
        self._env = {"environment": environment, **environments[environment]}

    @classmethod
    def from_cdk_json(
        cls,
        path: str | Path = "cdk.json",
        environment: str = "dev",
        *,
        parameters: ParameterSource | None = None,
    ) -> ApplicationHelper:
        """
        Read the settings from a cdk.json file.

        Args:
            path: The file, relative to the working directory.
            environment: The environment to build for.
            parameters: Who answers an SSM look-up; the default asks CDK's context at synth time.

        Raises:
            SettingsError: The file is missing, too large or malformed, or lacks a section or the environment.

        Example:
            >>> ApplicationHelper.from_cdk_json("nowhere/cdk.json")
            Traceback (most recent call last):
            pipes_trigger.errors.SettingsError: [ST001] nowhere/cdk.json: no such file; run in the folder that ...
        """
        return cls.from_mapping(read_settings(Path(path)), environment, parameters=parameters, source=str(path))

    @classmethod
    def from_mapping(
        cls,
        settings: Mapping[str, Any],
        environment: str = "dev",
        *,
        parameters: ParameterSource | None = None,
        source: str = "settings",
    ) -> ApplicationHelper:
        """
        Take the settings from a mapping in the shape of cdk.json; the sections may also stand at its top.

        Raises:
            SettingsError: A section is missing or no mapping, or the environment is not there.

        Example:
            >>> helper = ApplicationHelper.from_mapping({"context": {"environments": {"dev": {"account": "1" * 12}}}})
            >>> helper.get_from_env("account")
            '111111111111'
        """
        context, where = settings.get("context", settings), f"{source}['context']"
        require_mappings({"context": context}, source)
        # A cdk.json has a "context" of CDK's own flags even where the sections stand at its top.
        if "context" not in settings or ("environments" in settings and "environments" not in context):
            context, where = settings, source
        if "environments" not in context:
            fix = 'add "environments": {"dev": {"account": "...", "region": "..."}}'
            raise SettingsError([Violation("ST002", where, f"has no 'environments'; {known_names('', context)}", fix)])
        sections = {name: context[name] for name in _SECTIONS if name in context}
        if context is settings and isinstance(sections.get("app"), str):
            del sections["app"]  # at the top of cdk.json it is the CLI's command line
        return cls(environment=environment, parameters=parameters, source=where, **sections)

    def get_from_app(self, key: str) -> Any:
        """
        Return a setting of the application; dots in `key` lead into nested mappings.

        Raises:
            SettingsError: The key is not there.

        Example:
            >>> ApplicationHelper(environment="dev", environments={"dev": {}}, app={"name": "x"}).get_from_app("name")
            'x'
        """
        return find_setting(self._app, key, f"{self._source}['app']")

    def get_from_common(self, key: str) -> Any:
        """
        Return a setting that all environments share; dots in `key` lead into nested mappings.

        Raises:
            SettingsError: The key is not there.

        Example:
            >>> helper = ApplicationHelper(environment="dev", environments={"dev": {}}, common={"domain": "shop"})
            >>> helper.get_from_common("domain")
            'shop'
        """
        return find_setting(self._common, key, f"{self._source}['common']")

    def get_from_env(self, key: str) -> Any:
        """
        Return a setting of this environment; `environment` is its name unless the settings say otherwise.

        Raises:
            SettingsError: The key is not there.

        Example:
            >>> ApplicationHelper(environment="dev", environments={"dev": {}}).get_from_env("environment")
            'dev'
        """
        return find_setting(self._env, key, f"{self._source}['environments'][{self.environment!r}]")

    def get_parameter_value(self, scope: Construct, name: str, is_devops: bool = False) -> str:  # noqa: FBT001, FBT002 - the contract
        """
        Return the value of an SSM parameter, as the chosen `parameters` answers it.

        Args:
            scope: The construct that needs the value.
            name: The parameter's name.
            is_devops: Ask in the account `devops_account` (of the environment, else common) instead of the
                environment's own; `devops_region` beside it where the region differs, too.

        Raises:
            ParameterNotFoundError: The parameter is not there.
            SettingsError: `is_devops`, and no `devops_account` is set.

        Example:
            >>> from pipes_trigger.helpers.parameters import GivenValues
            >>> given = GivenValues({"dynamodb_table_orders": "arn:x"})
            >>> helper = ApplicationHelper(environment="dev", environments={"dev": {}}, parameters=given)
            >>> helper.get_parameter_value(None, "dynamodb_table_orders")
            'arn:x'
        """
        account, region = own = account_id(self._env.get("account")), self._env.get("region")
        if is_devops:
            account, region = self._devops_account(account), self._devops("devops_region", region)
        query = ParameterQuery(
            name=name, account=account, region=region, elsewhere=(account, region) != own, devops=is_devops
        )
        return self.parameters.value(scope, query)

    def _devops(self, key: str, default: Any) -> Any:
        return self._env.get(key, self._common.get(key, default))

    def _devops_account(self, own: str | None) -> str | None:
        account = account_id(self._devops("devops_account", None))
        # Given values need no accounts at all; the sources that do refuse a devops query without one.
        if account is not None or own is None:
            return account
        raise missing_devops_account(f"{self._source}['common']")
