"""
An endpoint on loopback that answers what the handlers ask for, after a pause that stands for the network.
"""

from __future__ import annotations

import json
import re
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from types import TracebackType

_ENTRY = re.compile(r"PublishBatchRequestEntries\.member\.\d+\.Id")


class Endpoint:
    """
    SNS and CodePipeline as far as the handlers need them: every message is taken, every pipeline starts.

    Attributes:
        pause: Seconds before each answer.
        arrivals: When each request came, by `time.perf_counter`.
    """

    def __init__(self) -> None:
        self.pause = 0.0
        self.arrivals: list[float] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.endpoint = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    endpoint: Endpoint


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one write
    server: _Server

    def do_POST(self) -> None:
        """
        Answer one request.
        """
        endpoint = self.server.endpoint
        endpoint.arrivals.append(time.perf_counter())
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        answer = _started() if "X-Amz-Target" in self.headers else _published(body)
        time.sleep(endpoint.pause)
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """
        Say nothing.
        """


def _started() -> bytes:
    return json.dumps({"pipelineExecutionId": "00000000-0000-0000-0000-000000000000"}).encode()


def _published(body: str) -> bytes:
    form = parse_qs(body)
    action = form["Action"][0]
    if action == "Publish":
        result = "<MessageId>m</MessageId>"
    else:
        identifiers = (form[name][0] for name in form if _ENTRY.fullmatch(name))
        members = (f"<member><Id>{each}</Id><MessageId>m</MessageId></member>" for each in identifiers)
        result = f"<Successful>{''.join(members)}</Successful><Failed/>"
    answer = f"<{action}Response><{action}Result>{result}</{action}Result></{action}Response>"
    return answer.encode()
