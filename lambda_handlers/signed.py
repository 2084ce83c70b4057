"""
Requests to an OpenSearch domain or collection, signed with the function's credentials.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONNECT_SECONDS: Final = 5
_READ_SECONDS: Final = 30


class Signed:
    """
    Posts to an endpoint, with a connection that is kept.

    Args:
        endpoint: Scheme, host and port.
        service: `es` or `aoss`.
        region: The endpoint's region.
        session: The botocore session whose credentials sign; they are asked for with each request, as they expire.
    """

    def __init__(self, endpoint: str, service: str, region: str, session: Any) -> None:
        self._endpoint: Final = endpoint
        self._service: Final = service
        self._region: Final = region
        self._session: Final = session
        # Proxies and authorities are those that botocore's own clients take.
        self._http: Final = URLLib3Session(
            verify=session.get_config_variable("ca_bundle") or True,
            proxies=get_environ_proxies(endpoint),
            timeout=(_CONNECT_SECONDS, _READ_SECONDS),
        )

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """
        Post, and give the status and the body of the answer.

        Raises:
            BotoCoreError: When there are no credentials, no connection or no answer.
        """
        # A collection wants the hash of the body as a header, too (OpenSearch Serverless, doc).
        signed = {**headers, "X-Amz-Content-SHA256": sha256(body).hexdigest()}
        request = AWSRequest("POST", self._endpoint + path, data=body, headers=signed)
        credentials = self._session.get_credentials()
        frozen = credentials and credentials.get_frozen_credentials()
        SigV4Auth(frozen, self._service, self._region).add_auth(request)
        response = self._http.send(request.prepare())
        return response.status_code, response.content
