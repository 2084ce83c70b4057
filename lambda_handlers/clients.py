"""
Clients of AWS services: made once, when the function starts, and as quickly as botocore can.

They are what `boto3.client` gives, with the same retries, endpoints, regions and errors. What botocore would do for
other services is left out; `docs/decisions/0010-handler-speed.md` says what, and what that saves.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any, Final

from botocore.config import Config
from botocore.credentials import CredentialResolver, EnvProvider
from botocore.exceptions import BotoCoreError, ClientError
from botocore.handlers import BUILTIN_HANDLERS, REGISTER_FIRST, REGISTER_LAST
from botocore.session import Session
from service_data import ServiceData

# Throttling and server errors are tried again here, with 7.5 s of pauses on average before the last attempt. What still
# fails is reported, and the pipe delivers the record again.
CONFIG: Final = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 5})

SERVICE_ERRORS: Final = (BotoCoreError, ClientError)

SERVICES: Final = ("codebuild", "codepipeline", "dynamodb", "events", "sns", "sqs", "stepfunctions")


def client(service: str, region: str | None = None, config: Config | None = None) -> Any:
    """
    Give a client of one of `SERVICES` in a region, or in the function's own; `config` says what is not as in `CONFIG`.
    """
    return session().create_client(service, region_name=region, config=CONFIG.merge(config) if config else CONFIG)


@cache
def session() -> Any:
    """
    Give the session that all clients share.

    Lambda gives keys in the environment. Without them it is a session as any other: providers that look for keys
    elsewhere may need every part of it.
    """
    if "AWS_ACCESS_KEY_ID" not in os.environ:
        return Session()
    lean = Session(include_builtin_handlers=False)
    lean.register_component("credential_provider", CredentialResolver([EnvProvider()]))
    lean.register_component("data_loader", ServiceData(SERVICES, lean.get_config_variable("data_path")))
    events = lean.get_component("event_emitter")
    register = {REGISTER_FIRST: events.register_first, REGISTER_LAST: events.register_last}
    for event, handler, *when in BUILTIN_HANDLERS:
        kind, *service = event.split(".", 2)
        # What writes `help(client)` is left out, too: two in three of those that are for all services.
        if kind != "docs" and (not service or service[0] in {"*", *SERVICES}):
            (register[when[0]] if when else events.register)(event, handler)
    return lean
