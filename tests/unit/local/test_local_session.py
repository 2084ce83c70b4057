"""
Sessions, ports and the Node from PyPI.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from pipes_trigger.local import node
from pipes_trigger.local.node import node_binary, synth_environment
from pipes_trigger.local.session import LocalSession

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://127.0.0.1:4566"


def test_session_is_deaf_to_the_users_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """
    No profile, credentials, endpoint, region or proxy of the user reaches a client.
    """
    config = tmp_path / "config"
    config.write_text("[profile production]\nregion = eu-north-1\nendpoint_url = http://192.0.2.1\n")
    for name, value in {
        "AWS_CONFIG_FILE": str(config),
        "AWS_PROFILE": "production",
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_DEFAULT_REGION": "eu-north-1",
        "AWS_ENDPOINT_URL_SQS": "http://192.0.2.1",
        "HTTP_PROXY": "http://192.0.2.1:3128",
    }.items():
        monkeypatch.setenv(name, value)

    client = LocalSession(URL, account="111122223333").client("sqs")

    credentials = client._request_signer._credentials
    assert (client.meta.endpoint_url, client.meta.region_name) == (URL, "us-east-1")
    assert (credentials.access_key, credentials.secret_key) == ("111122223333", "local")
    assert client.meta.config.proxies == {}


def test_codepipeline_has_its_own_endpoint() -> None:
    """
    CodePipeline is asked at its endpoint where there is one, and at the emulator otherwise.
    """
    sessions = [LocalSession(URL), LocalSession(URL, codepipeline_url="http://127.0.0.1:1")]

    endpoints = [one.client("codepipeline").meta.endpoint_url for one in sessions]

    assert endpoints == [URL, "http://127.0.0.1:1"]
    assert "AWS_ENDPOINT_URL_CODEPIPELINE" not in sessions[0].environment()


def test_clients_are_shared() -> None:
    """
    A client is made once for a service and a number of attempts.
    """
    session = LocalSession(URL)

    assert session.client("sqs") is session.client("sqs")
    assert session.client("sqs", attempts=1) is not session.client("sqs")
    assert session.client("sqs", attempts=1).meta.config.retries["total_max_attempts"] == 1


def test_at_another_place() -> None:
    """
    Another account or region gets a session of its own with the same endpoints; the same place the same session.
    """
    session = LocalSession(URL, codepipeline_url="http://127.0.0.1:1", account="111122223333", region="eu-west-1")
    other = session.at("444455556666")

    assert session.at() is session.at("111122223333", "eu-west-1") is session
    assert (other.account, other.region, other.url) == ("444455556666", "eu-west-1", URL)
    assert (other.codepipeline_url, session.at(None, "us-east-2").region) == ("http://127.0.0.1:1", "us-east-2")


def test_node_runs() -> None:
    """
    The Node from PyPI is there and runs.
    """
    binary = node_binary()
    assert binary is not None

    version = subprocess.run([binary, "--version"], capture_output=True, check=True, text=True).stdout

    assert version.startswith("v")
    assert synth_environment({})["JSII_NODE"] == binary


@pytest.mark.parametrize(
    "spec", [None, type("Spec", (), {"origin": None}), type("Spec", (), {"origin": "/nowhere/i.py"})]
)
def test_without_the_package(monkeypatch: pytest.MonkeyPatch, spec: object) -> None:
    """
    Where the package, or the binary in it, is missing, the environment stays as it is.
    """
    monkeypatch.setattr(node, "find_spec", lambda _name: spec)

    assert (node_binary(), synth_environment({"A": "1"})) == (None, {"A": "1"})


def test_environment_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Without variables to start from, those of this process are taken.
    """
    monkeypatch.setenv("PIPES_TRIGGER_TEST", "1")

    assert synth_environment()["PIPES_TRIGGER_TEST"] == "1"
