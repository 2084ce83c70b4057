"""
The CodePipeline endpoint, asked with boto3.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from pipes_trigger.local.codepipeline import CodePipelineEndpoint
from pipes_trigger.local.codepipeline.endpoint import REQUEST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "400000000001"
ARN = f"arn:aws:codepipeline:us-east-1:{ACCOUNT}:deploy"
NOW = 1_700_000_000.0


class Clock:
    """
    A clock that stands until it is told otherwise.
    """

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        """
        Tell the time.
        """
        return self.now


@pytest.fixture
def clock() -> Clock:
    """
    Give the endpoint's clock.
    """
    return Clock()


@pytest.fixture
def endpoint(clock: Clock) -> Iterator[CodePipelineEndpoint]:
    """
    Give an endpoint in which an execution takes ten seconds of the clock.
    """
    with CodePipelineEndpoint(succeeds_after=10.0, clock=clock) as running:
        yield running


@pytest.fixture
def client(endpoint: CodePipelineEndpoint) -> Any:
    """
    Give a boto3 client that tries everything once.
    """
    return endpoint.session(ACCOUNT).client("codepipeline", attempts=1)


def declaration(**more: Any) -> dict[str, Any]:
    """
    Give a V2 pipeline with a variable that has a default and one that has none.
    """
    variables = [{"name": "item"}, {"name": "stage", "defaultValue": "test"}]
    stages = [{"name": "Source", "actions": []}, {"name": "Deploy", "actions": []}]
    return {
        "name": "deploy",
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/deploy",
        "pipelineType": "V2",
        "variables": variables,
        "stages": stages,
        **more,
    }


def start(client: Any, item: str = "1", **more: Any) -> str:
    """
    Start the pipeline for an item, and give the execution's id.
    """
    answer = client.start_pipeline_execution(name="deploy", variables=[{"name": "item", "value": item}], **more)
    execution_id: str = answer["pipelineExecutionId"]
    return execution_id


def status(client: Any, execution_id: str) -> str:
    """
    Ask for the status of an execution.
    """
    answer = client.get_pipeline_execution(pipelineName="deploy", pipelineExecutionId=execution_id)
    found: str = answer["pipelineExecution"]["status"]
    return found


def refusal(client: Any, operation: str, **request: Any) -> tuple[str, str]:
    """
    Give the code and the message with which a request is refused.
    """
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**request)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def test_execution_succeeds_after_its_time(client: Any, clock: Clock) -> None:
    """
    An execution is in progress for its time and has succeeded from then on.
    """
    client.create_pipeline(pipeline=declaration())
    execution_id = start(client)

    seen = []
    for clock.now in (NOW, NOW + 9.9, NOW + 10, NOW + 1000):
        seen.append(status(client, execution_id))

    assert seen == ["InProgress", "InProgress", "Succeeded", "Succeeded"]


def test_variables_of_an_execution(client: Any) -> None:
    """
    An execution has the variables that it was given, and the defaults of the others.
    """
    client.create_pipeline(pipeline=declaration())

    answer = client.get_pipeline_execution(pipelineName="deploy", pipelineExecutionId=start(client, "42"))

    variables = {one["name"]: one["resolvedValue"] for one in answer["pipelineExecution"]["variables"]}
    assert variables == {"item": "42", "stage": "test"}


def test_same_token_starts_nothing_twice(client: Any, endpoint: CodePipelineEndpoint) -> None:
    """
    A token that was used before gives the execution that it has started, whatever else is asked.
    """
    client.create_pipeline(pipeline=declaration())

    first = start(client, "1", clientRequestToken="event-1")
    again = start(client, "2", clientRequestToken="event-1")
    other = start(client, "3", clientRequestToken="event-2")

    assert first == again
    assert [(one.execution_id, one.token) for one in endpoint.executions("deploy", account=ACCOUNT)] == [
        (first, "event-1"),
        (other, "event-2"),
    ]


def test_same_token_from_many_threads(client: Any, endpoint: CodePipelineEndpoint) -> None:
    """
    Requests at the same time with one token start one execution.
    """
    client.create_pipeline(pipeline=declaration())

    with ThreadPoolExecutor(8) as threads:
        ids = set(threads.map(lambda _number: start(client, clientRequestToken="event-1"), range(32)))

    assert len(ids) == len(endpoint.executions("deploy", account=ACCOUNT)) == 1


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (
            [{"name": "item", "value": "1"}, {"name": "b", "value": "1"}],
            "The pipeline deploy declares no variable named b",
        ),
        ([], "The pipeline deploy has no value for the variable item"),
        ([{"name": "item", "value": "1"}] * 2, "The variable item is there more than once"),
    ],
)
def test_variables_that_are_refused(client: Any, variables: list[dict[str, str]], message: str) -> None:
    """
    A variable that is not declared, has no value or is given twice is refused.
    """
    client.create_pipeline(pipeline=declaration())
    given = {"variables": variables} if variables else {}

    assert refusal(client, "start_pipeline_execution", name="deploy", **given) == ("ValidationException", message)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"pipelineType": "V1"}, "The pipeline deploy declares variables, which a pipeline of type V1 cannot have"),
        ({"variables": [{"name": "a"}, {"name": "a"}]}, "The variable a is there more than once"),
    ],
)
def test_declarations_that_are_refused(client: Any, declared: dict[str, Any], message: str) -> None:
    """
    Variables in a V1 pipeline, and a variable that is declared twice, are refused.
    """
    expected = ("InvalidStructureException", message)

    assert refusal(client, "create_pipeline", pipeline=declaration(**declared)) == expected


def test_what_is_not_there(client: Any) -> None:
    """
    A pipeline, a version, an execution, a tagged resource and a page that are not there have the service's own errors.
    """
    client.create_pipeline(pipeline=declaration())
    unknown = "00000000-0000-0000-0000-000000000000"

    assert [
        refusal(client, "start_pipeline_execution", name="nothing"),
        refusal(client, "update_pipeline", pipeline=declaration(name="nothing")),
        refusal(client, "get_pipeline", name="deploy", version=2),
        refusal(client, "get_pipeline_execution", pipelineName="deploy", pipelineExecutionId=unknown),
        refusal(client, "list_tags_for_resource", resourceArn=f"{ARN}2"),
        refusal(client, "list_pipelines", nextToken="x"),
    ] == [
        (
            "PipelineNotFoundException",
            f"The account with id '{ACCOUNT}' does not have a pipeline with the name 'nothing'",
        ),
        (
            "PipelineNotFoundException",
            f"The account with id '{ACCOUNT}' does not have a pipeline with the name 'nothing'",
        ),
        ("PipelineVersionNotFoundException", "The pipeline deploy has no version 2"),
        ("PipelineExecutionNotFoundException", f"The pipeline deploy has no execution {unknown}"),
        ("ResourceNotFoundException", f"There is no pipeline with the ARN {ARN}2"),
        ("InvalidNextTokenException", "The next token is not one that was given out"),
    ]


def test_pipeline_that_is_there_already(client: Any) -> None:
    """
    A name can be used once, and again after its pipeline was deleted; deleting what is not there is no error.
    """
    client.create_pipeline(pipeline=declaration())
    expected = ("PipelineNameInUseException", "A pipeline with the name deploy exists already")

    assert refusal(client, "create_pipeline", pipeline=declaration()) == expected
    client.delete_pipeline(name="deploy")
    client.delete_pipeline(name="deploy")
    assert client.create_pipeline(pipeline=declaration())["pipeline"]["version"] == 1


def test_versions(client: Any, clock: Clock) -> None:
    """
    Updating a pipeline makes its next version and keeps the ones before.
    """
    client.create_pipeline(pipeline=declaration())
    clock.now += 5
    client.update_pipeline(pipeline=declaration(variables=[]))

    newest, first = client.get_pipeline(name="deploy"), client.get_pipeline(name="deploy", version=1)

    assert (newest["pipeline"]["version"], first["pipeline"]["version"]) == (2, 1)
    assert (newest["pipeline"]["variables"], len(first["pipeline"]["variables"])) == ([], 2)
    assert (newest["metadata"]["pipelineArn"], newest["metadata"]["updated"].timestamp()) == (ARN, NOW + 5)


def test_pages_of_executions(client: Any) -> None:
    """
    Executions are listed newest first, and one that starts between two pages moves none.
    """
    client.create_pipeline(pipeline=declaration())
    ids = [start(client) for _number in range(5)]

    page = client.list_pipeline_executions(pipelineName="deploy", maxResults=3)
    start(client)
    rest = client.list_pipeline_executions(pipelineName="deploy", maxResults=3, nextToken=page["nextToken"])

    listed = [
        one["pipelineExecutionId"] for one in page["pipelineExecutionSummaries"] + rest["pipelineExecutionSummaries"]
    ]
    assert (listed, "nextToken" in rest) == (ids[::-1], False)


def test_paginator(client: Any) -> None:
    """
    The paginator of boto3 reads every pipeline.
    """
    for name in "cab":
        client.create_pipeline(pipeline=declaration(name=name))

    pages = client.get_paginator("list_pipelines").paginate(PaginationConfig={"PageSize": 2})

    assert [[one["name"] for one in page["pipelines"]] for page in pages] == [["a", "b"], ["c"]]


def test_executions_that_succeeded_in_a_stage(client: Any, clock: Clock) -> None:
    """
    The filter for a stage gives what has succeeded, and nothing for a stage that the pipeline does not have.
    """
    client.create_pipeline(pipeline=declaration())
    done = start(client)
    clock.now += 10
    start(client)

    found = [
        [
            one["pipelineExecutionId"]
            for one in client.list_pipeline_executions(
                pipelineName="deploy", filter={"succeededInStage": {"stageName": stage}}
            )["pipelineExecutionSummaries"]
        ]
        for stage in ("Deploy", "Nowhere")
    ]

    assert found == [[done], []]


def test_stopping(client: Any, clock: Clock) -> None:
    """
    An execution in progress is stopped, with the reason, and stays so; one that is over cannot be stopped.
    """
    client.create_pipeline(pipeline=declaration())
    execution_id = start(client)
    request = {"pipelineName": "deploy", "pipelineExecutionId": execution_id}

    client.stop_pipeline_execution(**request, reason="wrong item")
    clock.now += 100

    (summary,) = client.list_pipeline_executions(pipelineName="deploy")["pipelineExecutionSummaries"]
    assert (summary["status"], summary["stopTrigger"]) == ("Stopped", {"reason": "wrong item"})
    assert refusal(client, "stop_pipeline_execution", **request) == (
        "PipelineExecutionNotStoppableException",
        f"The execution {execution_id} is Stopped and cannot be stopped",
    )


def test_state(client: Any) -> None:
    """
    Every stage shows the latest execution, once there is one.
    """
    client.create_pipeline(pipeline=declaration())
    before = client.get_pipeline_state(name="deploy")["stageStates"]
    latest = {"pipelineExecutionId": start(client), "status": "InProgress"}

    after = client.get_pipeline_state(name="deploy")["stageStates"]

    assert before == [{"stageName": "Source"}, {"stageName": "Deploy"}]
    assert after == [{**stage, "latestExecution": latest} for stage in before]


def test_tags(client: Any) -> None:
    """
    Tags are kept, added and removed.
    """
    client.create_pipeline(pipeline=declaration(), tags=[{"key": "a", "value": "1"}])
    client.tag_resource(resourceArn=ARN, tags=[{"key": "b", "value": "2"}])
    client.untag_resource(resourceArn=ARN, tagKeys=["a", "c"])

    assert client.list_tags_for_resource(resourceArn=ARN)["tags"] == [{"key": "b", "value": "2"}]


def test_accounts_and_regions_are_apart(endpoint: CodePipelineEndpoint, client: Any) -> None:
    """
    A pipeline is in one account and one region, as the request is signed.
    """
    client.create_pipeline(pipeline=declaration())
    sessions = [endpoint.session(ACCOUNT, "eu-west-1"), endpoint.session("400000000002"), endpoint.session(ACCOUNT)]

    assert [len(one.client("codepipeline").list_pipelines()["pipelines"]) for one in sessions] == [0, 0, 1]


def test_failures_that_were_asked_for(endpoint: CodePipelineEndpoint, client: Any) -> None:
    """
    As many requests fail as were asked to, and a client that retries gets over them.
    """
    endpoint.fail_next(1)
    endpoint.fail_next(1, "InternalFailure")

    codes = [refusal(client, "list_pipelines")[0] for _number in range(2)]
    endpoint.fail_next(1)

    assert codes == ["ThrottlingException", "InternalFailure"]
    assert endpoint.session().client("codepipeline").list_pipelines()["pipelines"] == []


def test_executions_of_a_pipeline_that_is_not_there(endpoint: CodePipelineEndpoint) -> None:
    """
    A pipeline that is not there has no executions.
    """
    assert endpoint.executions("nothing") == ()


def test_url_outside_the_block() -> None:
    """
    An endpoint that was not entered has no URL.
    """
    with pytest.raises(RuntimeError) as caught:
        _ = CodePipelineEndpoint().url

    assert str(caught.value) == "the CodePipeline endpoint is not running; use it in a with block"


def answer(endpoint: CodePipelineEndpoint, operation: str, body: bytes) -> tuple[int, dict[str, Any]]:
    """
    Ask over HTTP without boto3, which would refuse such requests itself.
    """
    connection = HTTPConnection(endpoint.url.removeprefix("http://"), timeout=10)
    connection.request("POST", "/", body, {"X-Amz-Target": f"CodePipeline_20150709.{operation}"})
    response = connection.getresponse()
    found: dict[str, Any] = json.loads(response.read())
    connection.close()
    return response.status, found


@pytest.mark.parametrize(
    ("operation", "body", "code", "message"),
    [
        ("Nothing", b"{}", "UnknownOperationException", "the local CodePipeline does not know 'Nothing'"),
        (
            "ListPipelines",
            b"{",
            "SerializationException",
            "the request is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
        ("ListPipelines", b"[]", "SerializationException", "the request must be of type structure, got []"),
        ("GetPipeline", b'{"name": 1}', "SerializationException", "name must be of type string, got 1"),
        (
            "ListPipelines",
            b'{"maxResults": true}',
            "SerializationException",
            "maxResults must be of type integer, got True",
        ),
        (
            "GetPipeline",
            b'{"name": "a b", "version": 0}',
            "ValidationException",
            "2 validation errors detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy "
            "regular expression pattern: [A-Za-z0-9.@\\-_]+; Value 0 at 'version' failed to satisfy constraint: Member "
            "must have value greater than or equal to 1",
        ),
        (
            "StartPipelineExecution",
            b'{"name": null, "variables": [{"name": "x", "value": ""}]}',
            "ValidationException",
            "2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; "
            "Value '' at 'variables.1.member.value' failed to satisfy constraint: Member must have length greater than "
            "or equal to 1",
        ),
        (
            "CreatePipeline",
            b'{"pipeline": {"name": "x", "roleArn": "arn:aws:iam::400000000001:role/x", "pipelineType": "V3",'
            b' "stages": [], "artifactStores": {"us-east-1": {"type": "S3", "location": "ab"}}}}',
            "ValidationException",
            "2 validation errors detected: Value 'ab' at 'pipeline.artifactStores.us-east-1.location' failed to "
            "satisfy constraint: Member must have length greater than or equal to 3; Value 'V3' at "
            "'pipeline.pipelineType' failed to satisfy constraint: Member must satisfy enum value set: [V1, V2]",
        ),
        (
            "ListPipelines",
            b'{"maxResults": 1001}',
            "ValidationException",
            "1 validation error detected: Value 1001 at 'maxResults' failed to satisfy constraint: Member must have "
            "value less than or equal to 1000",
        ),
    ],
)
def test_malformed_requests(
    endpoint: CodePipelineEndpoint, operation: str, body: bytes, code: str, message: str
) -> None:
    """
    A request that is no request of this operation is refused as AWS does, with every fault.
    """
    assert answer(endpoint, operation, body) == (400, {"__type": code, "message": message})


def test_null_is_a_member_that_is_not_there(endpoint: CodePipelineEndpoint) -> None:
    """
    A member that is null, however deep, is one that was not given.
    """
    body = {"pipeline": {**declaration(), "variables": None, "triggers": None}, "tags": None}

    status_code, created = answer(endpoint, "CreatePipeline", json.dumps(body).encode())

    assert (status_code, created["pipeline"].get("variables")) == (200, None)


def raise_(error: type[Exception]) -> None:
    """
    Raise the error.
    """
    raise error


@pytest.mark.parametrize(("error", "printed"), [(ConnectionResetError, False), (ZeroDivisionError, True)])
def test_clients_that_go_away(
    endpoint: CodePipelineEndpoint, capsys: pytest.CaptureFixture[str], error: type[Exception], *, printed: bool
) -> None:
    """
    A client that goes away is no news; a defect is.
    """
    server = endpoint._server
    assert server is not None

    try:
        raise_(error)
    except error:
        server.handle_error(None, ("127.0.0.1", 1))

    assert ("Traceback" in capsys.readouterr().err) is printed


def test_too_large_a_request(endpoint: CodePipelineEndpoint) -> None:
    """
    A request over a megabyte is refused unread.
    """
    connection = HTTPConnection(endpoint.url.removeprefix("http://"), timeout=10)
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", str(REQUEST_BYTES + 1))
    connection.endheaders()
    response = connection.getresponse()

    assert (response.status, json.loads(response.read())) == (
        413,
        {
            "__type": "RequestEntityTooLargeException",
            "message": "a request must say its length, at most 1048576 bytes, got 1048577",
        },
    )
    connection.close()
