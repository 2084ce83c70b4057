"""
The clients of the shipped handlers are boto3's, made with less work.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3
import clients
import pytest
from botocore.exceptions import NoCredentialsError, UnknownServiceError
from botocore.session import Session
from topics import Settings, connect

from pipes_trigger import handlers

if TYPE_CHECKING:
    from collections.abc import Iterator

HANDLERS: Final = Path(__file__).parents[2] / "lambda_handlers"
CALLS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "sns": ("publish_batch", {"TopicArn": "arn", "PublishBatchRequestEntries": [{"Id": "1", "Message": "é&"}]}),
    "codepipeline": ("start_pipeline_execution", {"name": "app", "clientRequestToken": "token"}),
    "codebuild": ("start_build", {"projectName": "app", "idempotencyToken": "token"}),
    "events": ("put_events", {"Entries": [{"Source": "app", "DetailType": "change", "Detail": "{}"}]}),
    "sqs": ("send_message_batch", {"QueueUrl": "url", "Entries": [{"Id": "1", "MessageBody": "é&"}]}),
    "stepfunctions": ("start_sync_execution", {"stateMachineArn": "arn", "name": "token"}),
    "dynamodb": ("get_item", {"TableName": "requests", "Key": {"id": {"S": "1"}}}),
}
REGIONS: Final = (
    "us-east-1",
    "eu-central-1",
    "us-gov-west-1",
    "cn-north-1",
    "us-iso-east-1",
    "us-isob-east-1",
    "eusc-de-east-1",
    "eu-central-9",
)
OF_THE_MOMENT: Final = ("Authorization", "X-Amz-Date", "User-Agent", "amz-sdk-invocation-id")


class SentError(Exception):
    """
    Ends a call before anything is sent.
    """


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for variable in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SNS", "AWS_PROFILE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    clients.session.cache_clear()
    yield
    clients.session.cache_clear()


@pytest.fixture(scope="module")
def loader() -> Any:
    """
    Give botocore's own loader, which reads each file once.
    """
    return Session().get_component("data_loader")


def theirs(loader: Any, service: str, region: str) -> Any:
    """
    Give boto3's client.
    """
    session = Session()
    session.register_component("data_loader", loader)
    return boto3.Session(botocore_session=session).client(service, region_name=region, config=clients.CONFIG)


def request_of(client: Any, service: str) -> dict[str, Any]:
    """
    Give what a client would send: method, URL, headers and body, and the scope that it is signed for.
    """
    sent: list[Any] = []

    def stop(request: Any, **_: Any) -> None:
        sent.append(request)
        raise SentError

    client.meta.events.register("before-send", stop)
    operation, arguments = CALLS[service]
    with pytest.raises(SentError):
        getattr(client, operation)(**arguments)
    (request,) = sent
    headers = {name: value for name, value in request.headers.items() if name not in OF_THE_MOMENT}
    scope = request.headers["Authorization"].decode().split("/", 2)[2].partition(",")[0]
    return {"method": request.method, "url": request.url, "headers": headers, "body": request.body, "scope": scope}


@pytest.mark.parametrize("service", clients.SERVICES)
@pytest.mark.parametrize("variant", [{}, {"AWS_USE_FIPS_ENDPOINT": "true"}, {"AWS_USE_DUALSTACK_ENDPOINT": "true"}])
def test_requests_are_boto3s(
    service: str, variant: dict[str, str], loader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    In every partition, with FIPS and dualstack endpoints, what is sent is what boto3 sends, to where boto3 sends it.
    """
    for name, value in variant.items():
        monkeypatch.setenv(name, value)
    # A dualstack endpoint in a partition that has none is an error, in both.
    regions = [region for region in REGIONS if "DUALSTACK" not in str(variant) or "iso" not in region]

    expected = {region: request_of(theirs(loader, service, region), service) for region in regions}
    actual = {region: request_of(clients.client(service, region), service) for region in regions}

    assert expected == actual


@pytest.mark.parametrize("module", sorted(handler.name for handler in handlers.ALL))
def test_start_loads_no_more_than_needed(module: str) -> None:
    """
    A function starts without boto3's resources and transfers, without threads, and without the list of all endpoints.
    """
    program = (
        "import sys; opened = []; "
        "sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == 'open' else None); "
        f"import {module}; "
        "print([name for name in ('boto3', 's3transfer', 'concurrent.futures.thread') if name in sys.modules], "
        "[path for path in opened if path.endswith('endpoints.json')])"
    )
    region = "eu-central-1"
    at = f"{region}:111122223333"
    services = {"codebuild": "project/", "codepipeline": "", "events": "event-bus/", "sns": "", "sqs": ""}
    arns = {f"{service}_ARN": f"arn:aws:{service}:{at}:{kind}name" for service, kind in services.items()}
    arns["states_ARN"] = f"arn:aws:states:{at}:stateMachine:name"
    others = {"OPENSEARCH_ENDPOINT": "https://example.com", "OPENSEARCH_INDEX": "orders", "AWS_DEFAULT_REGION": region}

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=HANDLERS,
        env={**os.environ, **arns, **others},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "[] []\n"


def test_form_is_boto3s(loader: Any) -> None:
    """
    The form that is encoded once, not twice, is the one that boto3 sends.
    """
    settings = Settings.from_environment({"TOPIC_ARN": "arn:aws:sns:eu-central-1:111122223333:changes"})

    expected = request_of(theirs(loader, "sns", "eu-central-1"), "sns")
    assert expected == request_of(connect(settings)["eu-central-1"], "sns")


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SNS"])
def test_endpoint_by_environment(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The endpoint can be set by the environment, for all services and for one.
    """
    monkeypatch.setenv(variable, "http://127.0.0.1:9")

    assert request_of(clients.client("sns", "eu-central-1"), "sns")["url"] == "http://127.0.0.1:9/"


def test_region_by_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Without a region it is the function's.
    """
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")

    assert clients.client("dynamodb").meta.region_name == "eu-west-3"


def test_session_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The session token of the function's role goes along.
    """
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")

    assert request_of(clients.client("sns", "eu-central-1"), "sns")["headers"]["X-Amz-Security-Token"] == b"token"


def test_retries(loader: Any) -> None:
    """
    Throttled calls are tried again as often as with boto3's client of the same settings.
    """
    ours, others = clients.client("sns", "eu-central-1"), theirs(loader, "sns", "eu-central-1")

    assert others.meta.config.retries == ours.meta.config.retries == {"mode": "standard", "total_max_attempts": 5}


def test_other_providers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """
    Where the environment holds no keys, botocore looks for them wherever else it can.
    """
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    (tmp_path / "credentials").write_text("[default]\naws_access_key_id = FROMFILE\naws_secret_access_key = example\n")

    assert clients.session().get_credentials().access_key == "FROMFILE"


def test_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Where there are no keys at all, a call says so.
    """
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    client = clients.client("sns", "eu-central-1")

    with pytest.raises(NoCredentialsError):
        client.publish_batch(**CALLS["sns"][1])


def test_other_service() -> None:
    """
    A service that the handlers do not use is refused.
    """
    with pytest.raises(UnknownServiceError, match="codebuild, codepipeline, dynamodb, events, sns, sqs, stepfunctions"):
        clients.client("s3", "eu-central-1")


def test_endpoints_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """
    A list of endpoints in AWS_DATA_PATH counts, as it does for boto3.
    """
    partition = {
        "partition": "own",
        "dnsSuffix": "example.com",
        "regions": {"lab-1": {}},
        "defaults": {"hostname": "{service}.{region}.{dnsSuffix}", "protocols": ["https"], "signatureVersions": ["v4"]},
        "services": {},
    }
    (tmp_path / "endpoints.json").write_text(json.dumps({"version": 3, "partitions": [partition]}))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))

    assert request_of(clients.client("sns", "lab-1"), "sns")["url"] == "https://sns.lab-1.example.com/"
