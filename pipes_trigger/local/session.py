"""
Talking to an emulator as one account in one region.
"""

from __future__ import annotations

import os
from functools import cache
from threading import Lock
from typing import Any, Final

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader, create_loader

DEFAULT_ACCOUNT: Final = "000000000000"
DEFAULT_REGION: Final = "us-east-1"
SECRET: Final = "local"  # noqa: S105 - the emulator checks no secret; nothing else is ever sent this one


class LocalSession:
    """
    Clients and environment variables for one account and region of an emulator.

    Nothing of the user's own AWS configuration is read (profiles, credentials, endpoints, proxies), so a local run can
    neither depend on it nor reach a real account.

    Attributes:
        url: The emulator's endpoint, such as `http://127.0.0.1:4566`.
        codepipeline_url: The CodePipeline endpoint, or None where the emulator itself is asked.
        account: Twelve digits; the emulator takes the access key as the account.
        region: The region of every client.

    Example:
        >>> session = LocalSession("http://127.0.0.1:4566", account="111122223333")
        >>> session.client("dynamodb").meta.endpoint_url
        'http://127.0.0.1:4566'
        >>> session.environment()["AWS_ACCESS_KEY_ID"]
        '111122223333'
    """

    def __init__(
        self,
        url: str,
        *,
        codepipeline_url: str | None = None,
        account: str = DEFAULT_ACCOUNT,
        region: str = DEFAULT_REGION,
    ) -> None:
        self.url = url
        self.codepipeline_url = codepipeline_url
        self.account = account
        self.region = region
        self._clients: dict[tuple[str, int], Any] = {}
        self._lock = Lock()
        self._session: botocore.session.Session | None = None

    def at(self, account: str | None = None, region: str | None = None) -> LocalSession:
        """
        Give a session with the same endpoints for another account or region; None keeps this one's.
        """
        if account in (None, self.account) and region in (None, self.region):
            return self
        return LocalSession(
            self.url,
            codepipeline_url=self.codepipeline_url,
            account=account or self.account,
            region=region or self.region,
        )

    def client(self, service: str, *, attempts: int = 3) -> Any:
        """
        Give the client of `service`, as boto3 has it: the same one each time, safe to share between threads.

        Args:
            service: Its name in boto3, such as `dynamodbstreams`.
            attempts: How often a request is tried, the first time included.
        """
        with self._lock:
            if (service, attempts) not in self._clients:
                self._clients[service, attempts] = self._new_client(service, attempts)
            return self._clients[service, attempts]

    def environment(self) -> dict[str, str]:
        """
        Give the variables with which any AWS SDK or CLI talks to this emulator as this account.
        """
        return {
            "AWS_ENDPOINT_URL": self.url,
            **({"AWS_ENDPOINT_URL_CODEPIPELINE": self.codepipeline_url} if self.codepipeline_url else {}),
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            # StartSyncExecution would go to sync-127.0.0.1, which is nobody.
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        }

    def pseudo_parameters(self) -> dict[str, str]:
        """
        Give what CloudFormation's pseudo parameters stand for in this account and region.
        """
        return {
            "AWS::AccountId": self.account,
            "AWS::Partition": "aws",  # the emulator has ARNs of this partition in every region
            "AWS::Region": self.region,
            "AWS::URLSuffix": "amazonaws.com",
        }

    def _new_client(self, service: str, attempts: int) -> Any:
        if self._session is None:
            self._session = self._new_session()
        endpoint = self.codepipeline_url if service == "codepipeline" else None
        config = Config(
            proxies={},  # none at all, where None would read HTTP_PROXY
            connect_timeout=5,
            read_timeout=930,  # a function may run for 15 minutes
            max_pool_connections=50,
            inject_host_prefix=False,  # as in the environment below
            retries={"mode": "standard", "total_max_attempts": attempts},
        )
        return self._session.create_client(
            service, region_name=self.region, endpoint_url=endpoint or self.url, config=config
        )

    def _new_session(self) -> botocore.session.Session:
        nowhere = dict.fromkeys(("config_file", "credentials_file"), (None, None, os.devnull, None))
        core = botocore.session.Session(session_vars={**nowhere, "profile": (None, None, None, None)})
        core.register_component("data_loader", _models())
        core.set_credentials(self.account, SECRET)
        return core


@cache
def _models() -> Loader:
    # Reading the service models is most of what a client costs; sessions of many accounts read them once.
    return create_loader()
