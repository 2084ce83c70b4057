"""
`start_build.handler` against the emulator's CodeBuild, and against one that keeps tokens and variables as its API does.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from failures import WholeBatchError

from tests.handlers.doubles import CodeBuild, served
from tests.handlers.shapes import failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.handlers.conftest import Account

    Invoke = Callable[..., dict[str, list[dict[str, str]]]]
    MakeRecord = Callable[..., dict[str, Any]]
    Logged = Callable[[], list[dict[str, Any]]]

VARIABLES = {"SERVICE": "service", "VERSION": "release.version"}
IMAGE = {"service": {"S": "billing"}, "release": {"M": {"version": {"N": "1.20"}}}}
ARN = "arn:aws:codebuild:eu-central-1:111122223333:project/"
DONE = failed()
FAILED = failed("event-1")


@pytest.fixture
def codebuild(monkeypatch: pytest.MonkeyPatch) -> Iterator[CodeBuild]:
    """
    Give a CodeBuild with the projects `app` and `audit`, where the handler finds it.
    """
    service = CodeBuild({"app", "audit"})
    with served(service) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CODEBUILD", url)
        yield service


def test_emulator(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    On the emulator each record builds each project.
    """
    arns = ",".join(account.project(name) for name in ("app", "audit"))
    codebuild = account.session.client("codebuild")

    answer = invoke("start_build", [record(1, IMAGE), record(2, IMAGE)], PROJECT_ARNS=arns, BUILD_VARIABLES="{}")

    builds = [len(codebuild.list_builds_for_project(projectName=name)["ids"]) for name in ("app", "audit")]
    assert (answer, builds) == (DONE, [2, 2])


def test_variables(codebuild: CodeBuild, invoke: Invoke, record: MakeRecord) -> None:
    """
    The item's attributes become environment variables of the build, as plain text whatever they say.
    """
    secret = {"service": {"S": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:s"}}
    batch = [record(1, IMAGE), record(2, {**IMAGE, **secret})]

    answer = invoke("start_build", batch, PROJECT_ARN=ARN + "app", BUILD_VARIABLES=json.dumps(VARIABLES))

    variables = [{"SERVICE": service, "VERSION": "1.20"} for service in ("billing", secret["service"]["S"])]
    kinds = {each["type"] for build in codebuild.builds for each in build["environmentVariablesOverride"]}
    assert (DONE, variables, {"PLAINTEXT"}) == (answer, codebuild.variables("app"), kinds)


def test_redelivered_record_starts_nothing(codebuild: CodeBuild, invoke: Invoke, record: MakeRecord) -> None:
    """
    A record that comes again, in one batch or in the next, builds each project once.
    """
    arns = f"{ARN}app,{ARN}audit"

    for batch in ([record(1), record(1)], [record(1), record(2)]):
        assert invoke("start_build", batch, PROJECT_ARNS=arns) == DONE

    assert (codebuild.variables("app"), codebuild.variables("audit")) == ([{}, {}], [{}, {}])


@pytest.mark.parametrize(
    ("missing", "answer", "variables"), [("error", FAILED, []), ("omit", DONE, [{"SERVICE": "billing"}])]
)
def test_missing_attribute(
    codebuild: CodeBuild,
    invoke: Invoke,
    record: MakeRecord,
    *,
    missing: str,
    answer: dict[str, Any],
    variables: list[dict[str, str]],
) -> None:
    """
    A record without an attribute that a variable needs fails, or the project's own value counts.
    """
    batch = [record(1, {"service": {"S": "billing"}})]
    mapped = {"BUILD_VARIABLES": json.dumps(VARIABLES), "MISSING_ATTRIBUTE": missing}

    assert answer == invoke("start_build", batch, PROJECT_ARN=ARN + "app", **mapped)
    assert variables == codebuild.variables("app")


def test_broken_project_stops_no_other(
    codebuild: CodeBuild, invoke: Invoke, record: MakeRecord, logged: Logged
) -> None:
    """
    A project that is gone fails the record, but the next one is built, and once only when the record comes again.
    """
    for _ in range(2):
        assert invoke("start_build", [record()], PROJECT_ARNS=f"{ARN}a-gone-one,{ARN}audit") == FAILED

    failures = [(line["project"], line["code"]) for line in logged() if line["level"] == "ERROR"]
    assert (codebuild.variables("audit"), failures) == ([{}], [(ARN + "a-gone-one", "ResourceNotFoundException")] * 2)


def test_account_limit(codebuild: CodeBuild, invoke: Invoke, record: MakeRecord) -> None:
    """
    Where no build can be started now, the record fails at once; the pipe's retries are the pause it needs.
    """
    codebuild.refusals.append("AccountLimitExceededException")

    first = invoke("start_build", [record(1), record(2)], PROJECT_ARN=ARN + "app")
    again = invoke("start_build", [record(1)], PROJECT_ARN=ARN + "app")

    assert (first, again, len(codebuild.builds)) == (FAILED, DONE, 2)


def test_throttling_is_tried_again(codebuild: CodeBuild, invoke: Invoke, record: MakeRecord) -> None:
    """
    A throttled call is made up to five times.
    """
    codebuild.refusals += ["ThrottlingException"] * 4

    assert invoke("start_build", [record()], PROJECT_ARN=ARN + "app") == DONE
    assert len(codebuild.builds) == 1


def test_claim(codebuild: CodeBuild, account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    With a claim two records of one request start one build.
    """
    item = {"id": {"S": "item-1"}, "status": {"S": "PENDING"}}
    account.table("requests").put_item(TableName="requests", Item=item)
    claim = {"CLAIM_ATTRIBUTE": "status", "CLAIM_FROM": "PENDING", "CLAIM_TO": "STARTED"}

    answer = invoke("start_build", [record(1), record(1, eventID="event-1b")], PROJECT_ARN=ARN + "app", **claim)

    assert (answer, len(codebuild.builds)) == (DONE, 1)


def test_new_image_template_failure(codebuild: CodeBuild, invoke: Invoke) -> None:
    """
    A failure that has no eventID to be reported by fails the whole batch, after the other records were started.
    """
    bare = [{"dynamodb": {"NewImage": image}} for image in ({"other": {"S": "a"}}, {"service": {"S": "b"}})]

    with pytest.raises(WholeBatchError):
        invoke("start_build", bare, PROJECT_ARN=ARN + "app", BUILD_VARIABLES='{"SERVICE": "service"}')

    assert codebuild.variables("app") == [{"SERVICE": "b"}]


def test_logs_hold_no_item_data(
    codebuild: CodeBuild, invoke: Invoke, record: MakeRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    What is in an item gets into no log line.
    """
    codebuild.refusals.append("InvalidInputException")
    image = {"service": {"S": "s3cret"}}

    answer = invoke("start_build", [record(1, image)], PROJECT_ARN=ARN + "app", BUILD_VARIABLES='{"S": "service"}')

    text = capsys.readouterr().out
    assert (answer, "InvalidInputException" in text, "s3cret" in text) == (FAILED, True, False)
