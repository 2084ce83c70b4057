"""
Endpoints on loopback that stand for services which no emulator plays well enough: CodeBuild and OpenSearch.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl, quote, urlsplit

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message


class Played(Protocol):
    """
    A service that answers requests.
    """

    def answer(self, path: str, headers: Message[str, str], body: bytes) -> tuple[int, Any]:
        """
        Give the status and the JSON of the answer.
        """


@contextmanager
def served(service: Played) -> Iterator[str]:
    """
    Serve a service on loopback, and give its URL.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body leave together: apart, the body waits 40 ms for the client to acknowledge the head.
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answered = service.answer(self.path, self.headers, body)
            text = json.dumps(answered).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@cache
def _input_of_start_build() -> Any:
    model = ServiceModel(Loader().load_service_model("codebuild", "service-2"), "codebuild")
    return model.operation_model("StartBuild").input_shape


@dataclass
class CodeBuild:
    """
    StartBuild as its API model describes it: requests are validated, and a token starts one build.

    Attributes:
        projects: The names of the projects that there are.
        builds: The accepted requests, oldest first.
        refusals: Codes of errors that the next requests get.
    """

    projects: set[str]
    builds: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._shape = _input_of_start_build()
        self._lock = Lock()

    def answer(self, _path: str, headers: Message[str, str], body: bytes) -> tuple[int, Any]:
        """
        Start a build, or the one that the token has started.
        """
        assert headers["X-Amz-Target"] == "CodeBuild_20161006.StartBuild"
        request = json.loads(body)
        report = ParamValidator().validate(request, self._shape)
        assert not report.has_errors(), report.generate_report()
        with self._lock:
            if self.refusals:
                return 400, {"__type": self.refusals.pop(0), "message": "refused"}
            if request["projectName"] not in self.projects:
                return 400, {"__type": "ResourceNotFoundException", "message": "no such project"}
            known = [build for build in self.builds if build["idempotencyToken"] == request["idempotencyToken"]]
            if known and known[0] != request:
                return 400, {"__type": "InvalidInputException", "message": "parameter mismatch"}
            if not known:
                self.builds.append(request)
            return 200, {"build": {"id": f"{request['projectName']}:{self.builds.index(request)}"}}

    def variables(self, project: str) -> list[dict[str, str]]:
        """
        Give the environment variables of every build of a project, oldest first.
        """
        return [
            {each["name"]: each["value"] for each in build.get("environmentVariablesOverride", [])}
            for build in self.builds
            if build["projectName"] == project
        ]


@dataclass
class OpenSearch:
    """
    The bulk API of one index with external versions, behind signed requests.

    Attributes:
        access_key: Who may ask.
        secret: The key that signs.
        region: Where it is.
        service: `es` or `aoss`.
        index: The index that there is.
        most_bytes: A larger request is refused with 413.
        documents: The documents by id.
        versions: The versions by id, also of removed documents.
        requests: The ids of each request that was taken.
        refusals: Statuses that the next requests get as a whole.
        refused: By id, statuses and error types that its next actions get.
    """

    access_key: str
    secret: str
    region: str
    service: str = "es"
    index: str = "orders"
    most_bytes: int = 10 * 1024 * 1024
    documents: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    requests: list[list[str]] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    refused: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))

    def answer(self, path: str, headers: Message[str, str], body: bytes) -> tuple[int, Any]:
        """
        Take the actions of a bulk request.
        """
        if self.signature(path, headers, body) != headers["Authorization"].rpartition("Signature=")[2]:
            return 403, {"message": "the signature does not match"}
        assert (urlsplit(path).path, headers["Content-Type"]) == (f"/{self.index}/_bulk", "application/x-ndjson")
        if self.refusals:
            return self.refusals.pop(0), {"error": "refused"}
        if len(body) > self.most_bytes:
            return 413, {"Message": "Request size exceeded"}
        return 200, {"items": self.taken(body)}

    def taken(self, body: bytes) -> list[dict[str, Any]]:
        """
        Take the actions of a body, and give what the answer says of each.
        """
        assert body.endswith(b"\n")
        lines = iter(body.decode().splitlines())
        ids, items = [], []
        for line in lines:
            ((kind, fields),) = json.loads(line).items()
            document = json.loads(next(lines)) if kind == "index" else None
            assert fields.pop("version_type") == "external_gte"
            ids.append(fields["_id"])
            items.append({kind: self._take(fields["_id"], fields["version"], document)})
        self.requests.append(ids)
        return items

    def _take(self, identifier: str, version: int, document: Any) -> dict[str, Any]:
        if self.refused[identifier]:
            status, kind = self.refused[identifier].pop(0)
            return {"status": status, "error": {"type": kind, "reason": f"about {identifier}"}}
        if version < self.versions.get(identifier, 0):
            return {"status": 409, "error": {"type": "version_conflict_engine_exception", "reason": "newer"}}
        self.versions[identifier] = version
        there = identifier in self.documents
        if document is None:
            self.documents.pop(identifier, None)
            return {"status": 200 if there else 404}
        self.documents[identifier] = document
        return {"status": 200 if there else 201}

    def signature(self, path: str, headers: Message[str, str], body: bytes) -> str:
        """
        Work out Signature Version 4 as its documentation says, without botocore.
        """
        scheme, _, rest = headers["Authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        date = headers["X-Amz-Date"]
        scope = f"{date[:8]}/{self.region}/{self.service}/aws4_request"
        assert (scheme, parts["Credential"]) == ("AWS4-HMAC-SHA256", f"{self.access_key}/{scope}")
        names = parts["SignedHeaders"].split(";")
        assert {"host", "x-amz-date", "x-amz-content-sha256"} <= {*names}
        url = urlsplit(path)
        query = sorted((quote(name, safe=""), quote(value, safe="")) for name, value in parse_qsl(url.query))
        hashed = hashlib.sha256(body).hexdigest()
        canonical = "\n".join(
            [
                "POST",
                url.path,
                "&".join(f"{name}={value}" for name, value in query),
                *(f"{name}:{headers[name].strip()}" for name in names),
                "",
                parts["SignedHeaders"],
                hashed,
            ]
        )
        assert headers["X-Amz-Content-SHA256"] == hashed
        key = f"AWS4{self.secret}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        to_sign = "\n".join([scheme, date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        return hmac.new(key, to_sign.encode(), "sha256").hexdigest()
