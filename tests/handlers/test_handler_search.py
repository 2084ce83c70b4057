"""
`index_opensearch.handler` against an endpoint that verifies signatures and plays the bulk API.
"""

from __future__ import annotations

import importlib
import json
import random
import sys
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import clients
import pytest
from botocore.exceptions import NoRegionError
from failures import UnreadableEventError, WholeBatchError
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from search import Settings, connect, handle

from tests.handlers.doubles import OpenSearch, served
from tests.handlers.shapes import failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    MakeRecord = Callable[..., dict[str, Any]]
    Logged = Callable[[], list[dict[str, Any]]]

KEY, SECRET, REGION = "AKIDEXAMPLE", "example", "eu-central-1"
CREATED = 1_767_225_600


def change(
    number: int, item: str = "1", /, *, seconds: float = 0, removed: bool = False, **attributes: Any
) -> dict[str, Any]:
    """
    Give the n-th change of the table, to an item, so many seconds after the first one.
    """
    key = {"id": {"S": item}}
    image = {**key, "number": {"N": str(number)}, **attributes}
    name = "REMOVE" if removed else "MODIFY"
    images = {"OldImage" if removed else "NewImage": image}
    times = {"ApproximateCreationDateTime": CREATED + seconds, "SequenceNumber": f"{number:021}"}
    return {"eventID": f"event-{number}", "eventName": name, "dynamodb": {"Keys": key, **images, **times}}


class Context:
    """
    A Lambda context with a minute left.
    """

    def get_remaining_time_in_millis(self) -> int:
        """
        Give what is left.
        """
        return 60_000


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in (("ACCESS_KEY_ID", KEY), ("SECRET_ACCESS_KEY", SECRET), ("DEFAULT_REGION", REGION)):
        monkeypatch.setenv(f"AWS_{name}", value)
    clients.session.cache_clear()
    yield
    clients.session.cache_clear()


@pytest.fixture
def opensearch() -> OpenSearch:
    """
    Give a domain with the index `orders`.
    """
    return OpenSearch(KEY, SECRET, REGION)


@pytest.fixture
def url(opensearch: OpenSearch) -> Iterator[str]:
    """
    Give the domain's endpoint.
    """
    with served(opensearch) as url:
        yield url


@pytest.fixture
def index(url: str) -> Callable[..., dict[str, Any]]:
    """
    Give a caller of the handler, without pauses, and with a minute to go.
    """

    def call(records: list[dict[str, Any]], seconds: float = 60, **variables: str) -> dict[str, Any]:
        environment = {"OPENSEARCH_ENDPOINT": url, "OPENSEARCH_INDEX": "orders", **variables}
        settings = Settings.from_environment(environment)
        return handle(records, seconds, settings, connect(settings), lambda _: None)

    return call


def test_handler(opensearch: OpenSearch, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The handler, imported afresh, signs with the function's credentials and uses what time the function has left.
    """
    monkeypatch.setenv("OPENSEARCH_ENDPOINT", url)
    monkeypatch.setenv("OPENSEARCH_INDEX", "orders")
    monkeypatch.delitem(sys.modules, "index_opensearch", raising=False)

    handler = importlib.import_module("index_opensearch").handler
    answer = handler([{"Records": [change(1, name={"S": "Zoë"})]}], Context())

    assert (answer, opensearch.documents) == (failed(), {"1": {"id": "1", "number": 1, "name": "Zoë"}})


def test_insert_modify_remove(opensearch: OpenSearch, index: Callable[..., dict[str, Any]]) -> None:
    """
    The index is like the table after every batch; removing what is not there is no failure.
    """
    states = []
    batches = [
        [{**change(1), "eventName": "INSERT"}, change(2, "2")],
        [change(3, seconds=1), change(4, "2", removed=True)],
        [change(5, seconds=2, removed=True), change(6, "3", removed=True)],
    ]
    for batch in batches:
        assert index(batch) == failed()
        states.append({name: document["number"] for name, document in opensearch.documents.items()})

    assert states == [{"1": 1, "2": 2}, {"1": 3}, {}]


@pytest.mark.parametrize("service", ["es", "aoss"])
def test_signature(opensearch: OpenSearch, index: Callable[..., dict[str, Any]], service: str) -> None:
    """
    Requests are signed for the service that the environment says.
    """
    opensearch.service = service

    assert index([change(1)], OPENSEARCH_SERVICE=service) == failed()


def test_session_token(
    opensearch: OpenSearch, index: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The session token of the function's role is signed and goes along.
    """
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    tokens = []
    signature = opensearch.signature

    def noted(path: str, headers: Mapping[str, str], body: bytes) -> str:
        signed = headers["Authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
        tokens.append((headers["X-Amz-Security-Token"], "x-amz-security-token" in signed))
        return signature(path, headers, body)  # type: ignore[arg-type]  # the server's headers, whatever their class

    opensearch.signature = noted  # type: ignore[method-assign, assignment]  # to look at what the server gets

    assert (index([change(1)]), tokens) == (failed(), [("token", True)])


def test_wrong_signature(opensearch: OpenSearch, index: Callable[..., dict[str, Any]], logged: Logged) -> None:
    """
    A request that is not authorized fails every record at once, and the log names the status.
    """
    opensearch.secret = "another"

    answer = index([change(1), change(2, "2")])

    reasons = {line["reason"] for line in logged() if line["level"] == "ERROR"}
    assert (answer, reasons) == (failed("event-1", "event-2"), {"OpenSearch did not take it: 403"})


@pytest.mark.parametrize(
    "late",
    [change(1, removed=True), change(1)],
    ids=["removal", "document"],
)
def test_late_record(opensearch: OpenSearch, index: Callable[..., dict[str, Any]], late: dict[str, Any]) -> None:
    """
    An older change that comes after a newer one changes nothing, and that is no failure.
    """
    assert index([change(2, seconds=1)]) == failed()
    assert index([late]) == failed()

    assert opensearch.documents["1"]["number"] == 2


def test_late_document_of_a_removed_item(opensearch: OpenSearch, index: Callable[..., dict[str, Any]]) -> None:
    """
    An older change does not bring back what was removed, as long as OpenSearch remembers the removal.
    """
    assert index([change(2, seconds=1, removed=True)]) == failed()
    assert index([change(1)]) == failed()

    assert opensearch.documents == {}


def test_same_second(opensearch: OpenSearch, index: Callable[..., dict[str, Any]]) -> None:
    """
    Of two changes of one second the one that comes later counts, in the order of the stream.
    """
    for number in (1, 2):
        assert index([change(number)]) == failed()

    assert opensearch.documents["1"]["number"] == 2


def test_version_attribute(opensearch: OpenSearch, index: Callable[..., dict[str, Any]], logged: Logged) -> None:
    """
    With VERSION_ATTRIBUTE changes of one second have an order, too, and a record without that number fails.
    """
    late = change(9, "2", number={"NULL": True})

    answers = [index([each], VERSION_ATTRIBUTE="number") for each in (change(2), change(1), late)]

    (reason,) = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    assert (answers, opensearch.documents["1"]["number"]) == ([failed(), failed(), failed("event-9")], 2)
    assert reason == "number is no whole number from 0 to 9223372036854775807, and the version of the document"


@pytest.mark.parametrize("number", ["1.5", "-1", "9223372036854775808"])
def test_no_version(index: Callable[..., dict[str, Any]], number: str) -> None:
    """
    A version is a whole number that OpenSearch can hold.
    """
    assert index([change(1, number={"N": number})], VERSION_ATTRIBUTE="number") == failed("event-1")


def test_one_action_for_each_item(opensearch: OpenSearch, index: Callable[..., dict[str, Any]]) -> None:
    """
    Of several changes of an item in one batch the last one is sent; a record that is there twice counts once.
    """
    answer = index([change(2), change(1), change(3, "2"), change(4, seconds=1), change(3, "2")])

    numbers = {name: document["number"] for name, document in opensearch.documents.items()}
    assert (answer, opensearch.requests, numbers) == (failed(), [["1", "2"]], {"1": 4, "2": 3})


def test_refused_document(opensearch: OpenSearch, index: Callable[..., dict[str, Any]], logged: Logged) -> None:
    """
    A document that OpenSearch refuses fails its record and the earlier ones of its item; the others are indexed.
    """
    opensearch.refused["1"] = [(400, "mapper_parsing_exception")]

    answer = index([change(1), change(2, "2"), change(3)])

    reasons = {line["reason"] for line in logged() if line["level"] == "ERROR"}
    assert (answer, [*opensearch.documents]) == (failed("event-1", "event-3"), ["2"])
    assert reasons == {"OpenSearch did not take it: 400 mapper_parsing_exception"}


@pytest.mark.parametrize(("wanted", "detail"), [("true", "about s3cret"), ("false", None)])
def test_words_of_the_service(
    opensearch: OpenSearch, index: Callable[..., dict[str, Any]], logged: Logged, wanted: str, detail: str | None
) -> None:
    """
    What OpenSearch says of a document is logged where LOG_RECORDS asks for it, and nowhere else.
    """
    opensearch.refused["s3cret"] = [(400, "mapper_parsing_exception")]

    index([change(1, "s3cret")], LOG_RECORDS=wanted)

    (line,) = [line for line in logged() if line["level"] == "ERROR"]
    assert (detail, detail is not None) == (line.get("detail"), "s3cret" in json.dumps(line))


@pytest.mark.parametrize("status", [429, 503])
def test_busy_document(opensearch: OpenSearch, index: Callable[..., dict[str, Any]], status: int) -> None:
    """
    An action that is refused in passing is sent again, alone.
    """
    opensearch.refused["1"] = [(status, "rejected_execution_exception")] * 2

    answer = index([change(1), change(2, "2")])

    assert (answer, opensearch.requests) == (failed(), [["1", "2"], ["1"], ["1"]])


def test_busy_to_the_end(opensearch: OpenSearch, index: Callable[..., dict[str, Any]], logged: Logged) -> None:
    """
    After five attempts it fails its record, and the others are done.
    """
    opensearch.refused["1"] = [(429, "rejected_execution_exception")] * 9

    answer = index([change(1), change(2, "2")])

    (reason,) = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    assert (answer, len(opensearch.requests)) == (failed("event-1"), 5)
    assert reason == "OpenSearch did not take it: 429 rejected_execution_exception"


@pytest.mark.parametrize("statuses", [[429], [502, 503, 504, 500]])
def test_busy_domain(opensearch: OpenSearch, index: Callable[..., dict[str, Any]], statuses: list[int]) -> None:
    """
    A whole request that is refused in passing is sent again.
    """
    opensearch.refusals += statuses

    assert index([change(1), change(2, "2")]) == failed()
    assert opensearch.requests == [["1", "2"]]


def test_conflict_of_a_whole_request(opensearch: OpenSearch, index: Callable[..., dict[str, Any]]) -> None:
    """
    A status of a whole request never counts as done.
    """
    opensearch.refusals.append(409)

    assert index([change(1)]) == failed("event-1")


def test_pauses(opensearch: OpenSearch, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Pauses grow up to ten seconds, with up to half of each left to chance.
    """
    monkeypatch.setattr(random, "uniform", lambda _low, high: high)
    opensearch.refusals += [503] * 4
    settings = Settings.from_environment({"OPENSEARCH_ENDPOINT": url, "OPENSEARCH_INDEX": "orders"})
    pauses: list[float] = []

    answer = handle([change(1)], 60, settings, connect(settings), pauses.append)

    assert (answer, pauses) == (failed(), [1.0, 2.0, 4.0, 8.0])


def test_no_time_for_a_pause(opensearch: OpenSearch, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    What is refused in passing is reported where the function's time does not suffice for another attempt.
    """
    monkeypatch.setattr(random, "uniform", lambda _low, high: high)
    opensearch.refusals += [503] * 4
    settings = Settings.from_environment({"OPENSEARCH_ENDPOINT": url, "OPENSEARCH_INDEX": "orders"})
    pauses: list[float] = []

    answer = handle([change(1)], 3.9, settings, connect(settings), pauses.append)

    assert (answer, pauses, len(opensearch.refusals)) == (failed("event-1"), [], 3)


def test_no_time_at_all(opensearch: OpenSearch, index: Callable[..., dict[str, Any]], logged: Logged) -> None:
    """
    Where nothing can be sent any more, the records are reported, so that the others of the batch stay done.
    """
    answer = index([change(1)], seconds=2)

    (reason,) = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    assert (answer, opensearch.requests) == (failed("event-1"), [])
    assert reason == "OpenSearch did not take it: the function has no time left"


def test_no_connection(index: Callable[..., dict[str, Any]], logged: Logged) -> None:
    """
    An endpoint that nobody listens at fails every record, and the log names the error.
    """
    answer = index([change(1)], OPENSEARCH_ENDPOINT="http://127.0.0.1:1")

    (reason,) = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    assert (answer, reason) == (failed("event-1"), "OpenSearch did not take it: EndpointConnectionError")


def test_requests_are_bounded(opensearch: OpenSearch, index: Callable[..., dict[str, Any]], logged: Logged) -> None:
    """
    Requests have at most REQUEST_BYTES, and a document that has more fails its record alone.
    """
    opensearch.most_bytes = 1024
    texts = ["x" * 400, "x" * 400, "x" * 1024, "x" * 400]
    batch = [change(number, str(number), text={"S": text}) for number, text in enumerate(texts)]

    answer = index(batch, REQUEST_BYTES="1024")

    (reason,) = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    assert (answer, opensearch.requests) == (failed("event-2"), [["0", "1"], ["3"]])
    assert reason == "the document has 1132 bytes, the limit is 1024"


def test_smaller_domain(opensearch: OpenSearch, index: Callable[..., dict[str, Any]], logged: Logged) -> None:
    """
    A request that is too large for the domain is halved until it fits, or one document alone is refused.
    """
    opensearch.most_bytes = 600
    batch = [change(number, str(number), text={"S": "x" * (900 if number == 2 else 300)}) for number in range(4)]

    answer = index(batch)

    (reason,) = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    assert (answer, opensearch.requests) == (failed("event-2"), [["0"], ["1"], ["3"]])
    assert reason == "OpenSearch did not take it: 413"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"items": 5}', b'{"items": [5]}', b'{"items": []}'])
def test_unreadable_answer(logged: Logged, body: bytes) -> None:
    """
    An action that the answer does not tell of counts as failed.
    """

    class Silent:
        def post(self, _path: str, _body: bytes, _headers: Mapping[str, str]) -> tuple[int, bytes]:
            return 200, body

    settings = Settings.from_environment({"OPENSEARCH_ENDPOINT": "https://example.com", "OPENSEARCH_INDEX": "orders"})

    answer = handle([change(1)], 60, settings, Silent(), lambda _: None)

    (reason,) = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    assert (answer, reason) == (failed("event-1"), "OpenSearch did not take it: no answer")


def without(name: str) -> dict[str, Any]:
    """
    Give a change whose template left a part out.
    """
    made = change(1)
    del made["dynamodb"][name]
    return made


@pytest.mark.parametrize(
    ("poison", "expected"),
    [
        (without("Keys"), "has no dynamodb.Keys to name its document by; keep it in the input template"),
        (
            without("NewImage"),
            "has no new image; the stream has to carry it, and the input template to keep it",
        ),
        (
            without("ApproximateCreationDateTime"),
            "has no dynamodb.ApproximateCreationDateTime to order it by; keep it in the input template",
        ),
        (change(1, n={"N": "s3cret"}), "not DynamoDB JSON (InvalidOperation while decoding)"),
    ],
    ids=["no keys", "no image", "no time", "no JSON"],
)
def test_poison_record(
    opensearch: OpenSearch,
    index: Callable[..., dict[str, Any]],
    logged: Logged,
    poison: dict[str, Any],
    expected: str,
) -> None:
    """
    A record that cannot be indexed fails alone, and the log says why without what is in it.
    """
    answer = index([poison, change(2, "2")])

    (reason,) = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    assert (answer, [*opensearch.documents], reason) == (failed("event-1"), ["2"], expected)


@pytest.mark.parametrize(
    ("keys", "identifier"),
    [
        ({"id": {"S": "42"}}, "42"),
        ({"id": {"N": "12345678901234567890123456789012345678"}}, "12345678901234567890123456789012345678"),
        ({"id": {"B": "AP8="}}, "AP8="),
        ({"sort": {"N": "7"}, "part": {"S": "a|b"}}, '["a|b","7"]'),
        ({"id": {"S": "é" * 256}}, "é" * 256),
        (
            {"id": {"S": "é" * 256 + "x"}},
            sha256(("é" * 256 + "x").encode()).hexdigest(),
        ),
    ],
    ids=["text", "number", "binary", "two keys", "512 bytes", "513 bytes"],
)
def test_identifier(
    opensearch: OpenSearch, index: Callable[..., dict[str, Any]], keys: dict[str, Any], identifier: str
) -> None:
    """
    A document is named by the item's key; one name for one item, whatever the order of its keys, in at most 512 bytes.
    """
    record = change(1)
    record["dynamodb"]["Keys"] = keys

    index([record])

    assert [*opensearch.documents] == [identifier]


def test_every_digit(opensearch: OpenSearch, url: str, index: Callable[..., dict[str, Any]]) -> None:
    """
    The document is plain JSON with every digit of a number; the log holds nothing of it.
    """
    digits = "1234567890123456789012345678901234567.8"
    bodies = []
    answer = opensearch.answer

    def noted(path: str, headers: Any, body: bytes) -> tuple[int, Any]:
        bodies.append(body.decode())
        return answer(path, headers, body)

    opensearch.answer = noted  # type: ignore[method-assign]  # to look at what the server gets

    index([change(1, sum={"N": digits}, tags={"SS": ["b", "a"]})])

    action, document, end = bodies[0].split("\n")
    assert (document, end) == (f'{{"id":"1","number":1,"sum":{digits},"tags":["a","b"]}}', "")
    assert json.loads(action)["index"]["version"] == CREATED * 1000


def test_new_image_template(opensearch: OpenSearch, index: Callable[..., dict[str, Any]]) -> None:
    """
    A failure that has no eventID to be reported by fails the whole batch, after the others were indexed.
    """
    nameless = {name: value for name, value in without("NewImage").items() if name != "eventID"}

    with pytest.raises(WholeBatchError):
        index([nameless, change(2, "2")])

    assert [*opensearch.documents] == ["2"]


def test_unreadable_event(opensearch: OpenSearch, index: Callable[..., dict[str, Any]]) -> None:
    """
    When any part of the event is no record, nothing is sent.
    """
    with pytest.raises(UnreadableEventError):
        index([change(1), {"messageId": "1"}])

    assert opensearch.requests == []


def test_no_keys_in_the_environment(
    index: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch, logged: Logged
) -> None:
    """
    Without credentials nothing is tried again, and the log says what is missing.
    """
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    clients.session.cache_clear()

    answer = index([change(1)])

    (reason,) = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    assert (answer, reason) == (failed("event-1"), "OpenSearch did not take it: NoCredentialsError")


def test_no_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A function without a region does not start.
    """
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    settings = Settings.from_environment({"OPENSEARCH_ENDPOINT": "https://example.com", "OPENSEARCH_INDEX": "orders"})

    with pytest.raises(NoRegionError):
        connect(settings)


@hypothesis_settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_redelivery(data: st.DataObject) -> None:
    """
    Changes that come 1 to 5 times each, in any order and batches, with refusals in between, leave the last of an item.
    """
    items = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=8), label="item of each change")
    # A second for each change: of two in one second the later one counts, whichever it is.
    changes = [change(number, str(item), seconds=number) for number, item in enumerate(items)]
    deliveries = [each for each in changes for _ in range(data.draw(st.integers(1, 5), label="deliveries"))]
    waiting = data.draw(st.permutations(deliveries), label="order")
    opensearch = OpenSearch(KEY, SECRET, REGION)
    for identifier in {str(item) for item in items}:
        refusals = st.lists(st.sampled_from([(429, "busy"), (400, "refused")]), max_size=6)
        opensearch.refused[identifier] = data.draw(refusals, label=f"refusals of {identifier}")
    settings = Settings.from_environment(
        {"OPENSEARCH_ENDPOINT": "https://example.com", "OPENSEARCH_INDEX": "orders", "LOG_LEVEL": "ERROR"}
    )

    class Direct:
        def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
            del path, headers
            return 200, json.dumps({"items": opensearch.taken(body)}).encode()

    while waiting:
        size = data.draw(st.integers(1, 6), label="batch size")
        batch, waiting = waiting[:size], waiting[size:]
        answer = handle(batch, 60, settings, Direct(), lambda _: None)
        lost = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        waiting += [each for each in changes if each["eventID"] in lost]

    last = {str(item): number for number, item in enumerate(items)}
    assert last == {name: document["number"] for name, document in opensearch.documents.items()}
