"""
One emulator for all tests, an account of its own for each, and small cloud assemblies written by hand.
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path


class WriteAssembly(Protocol):
    """
    Writes an assembly of these templates, by stack name, and gives its directory.
    """

    def __call__(
        self,
        templates: Mapping[str, Mapping[str, Any]],
        *,
        needs: Mapping[str, Sequence[str]] | None = None,
        environments: Mapping[str, str] | None = None,
    ) -> Path:
        """
        Write the assembly, with the stacks that each stack `needs` and the `environments` that they are meant for.
        """


@pytest.fixture
def write_assembly(tmp_path: Path) -> WriteAssembly:
    """
    Write an assembly as `cdk synth` does, for a test that says what is in its stacks.

    A directory `cdk.out/asset.NAME` becomes an asset of each stack whose template mentions the key `NAME.zip`.
    """

    def write(
        templates: Mapping[str, Mapping[str, Any]],
        *,
        needs: Mapping[str, Sequence[str]] | None = None,
        environments: Mapping[str, str] | None = None,
    ) -> Path:
        directory = tmp_path / "cdk.out"
        directory.mkdir(exist_ok=True)
        sources = {path.name.removeprefix("asset."): path.name for path in directory.glob("asset.*")}
        artifacts: dict[str, Any] = {}
        for name, template in templates.items():
            text = json.dumps(template)
            files = {
                key: {
                    "source": {"path": path, "packaging": "zip"},
                    "destinations": {"current": {"bucketName": BUCKET, "objectKey": f"{key}.zip"}},
                }
                for key, path in sources.items()
                if f"{key}.zip" in text
            }
            (directory / f"{name}.template.json").write_text(text)
            (directory / f"{name}.assets.json").write_text(json.dumps({"version": "55.0.0", "files": files}))
            artifacts[f"{name}.assets"] = {
                "type": "cdk:asset-manifest",
                "properties": {"file": f"{name}.assets.json"},
            }
            artifacts[name] = {
                "type": "aws:cloudformation:stack",
                "environment": (environments or {}).get(name, "aws://unknown-account/unknown-region"),
                "properties": {
                    "templateFile": f"{name}.template.json",
                    "requiresBootstrapStackVersion": 6,
                    "bootstrapStackVersionSsmParameter": "/cdk-bootstrap/hnb659fds/version",
                },
                "dependencies": [f"{name}.assets", *(needs or {}).get(name, ())],
            }
        (directory / "manifest.json").write_text(json.dumps({"version": "55.0.0", "artifacts": artifacts}))
        return directory

    return write


BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"


@pytest.fixture
def serve() -> Iterator[Callable[[bytes], int]]:
    """
    Serve a body to whoever asks, and give the port.
    """
    servers: list[HTTPServer] = []

    def start(body: bytes) -> int:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return server.server_port

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
