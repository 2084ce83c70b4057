"""
Keeping an OpenSearch index like a table: settings and the work, without the environment of a function.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self
from urllib.parse import urlsplit

from botocore.exceptions import NoRegionError
from clients import session
from environment import Environment
from indexing import Index
from logs import Log
from paths import AttributePath
from records import answer, distinct, read_records
from signed import Signed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from indexing import Endpoint

_ENDPOINT_EXAMPLE: Final = "write one like https://my-domain.eu-west-1.es.amazonaws.com"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
# OpenSearch (doc) takes some more characters, but these need no escape in a URL.
_INDEX: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,254}")
_INDEX_RULE: Final = "must be 1 to 255 lower-case letters, digits, ., _ and -, starting with a letter or a digit"
# A domain takes 10 MiB or 100 MiB, by its instance type (OpenSearch Service quotas, doc).
_REQUEST_BYTES: Final = 5 * 1024 * 1024
_REQUEST_BYTES_MIN: Final = 1024
_REQUEST_BYTES_MAX: Final = 100 * 1024 * 1024


class Settings(NamedTuple):
    """
    What the function is told by its environment.

    Attributes:
        endpoint: Scheme, host and port of the domain or the collection.
        index_name: The index, or an alias.
        service: What requests are signed for, `es` or `aoss`.
        version: Where in the item its version stands; None for the time of the change.
        request_bytes: The most bytes of a document with its action, and of a request.
        log: Where to write.
    """

    endpoint: str
    index_name: str
    service: str
    version: AttributePath | None
    request_bytes: int
    log: Log

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Self:
        """
        Read the settings.

        Raises:
            ConfigurationError: With every fault at once.
        """
        environment = Environment(variables)
        index = environment.text("OPENSEARCH_INDEX")
        if index is None:
            environment.fault("OPENSEARCH_INDEX", "is not set", "write the name of an index, like orders")
        elif not _INDEX.fullmatch(index):
            environment.fault("OPENSEARCH_INDEX", f"{_INDEX_RULE}, got {index!r}", "write one like orders")
        written = environment.text("VERSION_ATTRIBUTE")
        version = None
        if written is not None:
            try:
                version = AttributePath.parse(written)
            except ValueError as error:
                environment.fault("VERSION_ATTRIBUTE", str(error), "write one like version")
        settings = cls(
            endpoint=_endpoint(environment),
            index_name=index or "",
            service=environment.choice("OPENSEARCH_SERVICE", ("es", "aoss")),
            version=version,
            request_bytes=environment.integer(
                "REQUEST_BYTES", _REQUEST_BYTES, low=_REQUEST_BYTES_MIN, high=_REQUEST_BYTES_MAX
            ),
            log=Log.from_environment(environment),
        )
        environment.check()
        return settings


def connect(settings: Settings) -> Signed:
    """
    Make what signs and sends, in the function's own region.

    Raises:
        NoRegionError: When the function has none.
    """
    region = session().get_config_variable("region")
    if region is None:
        raise NoRegionError
    return Signed(settings.endpoint, settings.service, region, session())


def handle(
    event: Any,
    seconds_left: float,
    settings: Settings,
    endpoint: Endpoint,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, list[dict[str, str]]]:
    """
    Bring the index up to date with every record; answer which records failed.

    Args:
        event: What the function got.
        seconds_left: How long the function may still run. No request is begun in the last three seconds of it.
        settings: The settings.
        endpoint: Where to send to.
        sleep: Waits before a request that is tried again.

    Raises:
        UnreadableEventError: When the event holds anything but records; then nothing was sent.
        WholeBatchError: When a record without an eventID failed; the others were sent.
    """
    records = read_records(event)
    index = Index(
        settings.index_name,
        endpoint,
        version=settings.version,
        request_bytes=settings.request_bytes,
        log=settings.log,
        deadline=time.monotonic() + seconds_left,
        sleep=sleep,
    )
    failed = index.update(distinct(records))
    settings.log.info("batch done", records=len(records), failed=len(failed))
    return answer(failed)


def _endpoint(environment: Environment) -> str:
    written = environment.text("OPENSEARCH_ENDPOINT")
    if written is None:
        environment.fault("OPENSEARCH_ENDPOINT", "is not set", _ENDPOINT_EXAMPLE)
        return ""
    try:
        parts = urlsplit(written)
        host, _ = parts.hostname, parts.port
    except ValueError:
        environment.fault("OPENSEARCH_ENDPOINT", "is no URL", _ENDPOINT_EXAMPLE)
        return ""
    bare = not (parts.path.rstrip("/") or parts.query or parts.fragment or parts.username or parts.password)
    if not host or not bare or parts.scheme not in {"http", "https"}:
        # A password may be in it, so it is not quoted.
        environment.fault("OPENSEARCH_ENDPOINT", "must be https://, a host and no more", _ENDPOINT_EXAMPLE)
    elif parts.scheme == "http" and host not in _LOOPBACK:
        environment.fault("OPENSEARCH_ENDPOINT", "is http://, which is for this machine alone", _ENDPOINT_EXAMPLE)
    return written.rstrip("/")
