"""
A pipe on the emulator: real stream, real function, real dead letters.
"""

from __future__ import annotations

from typing import Any

from pipes_trigger.local.events import (
    BatchFailed,
    BatchInvoked,
    PipeStopped,
    RecordDeadLettered,
    RecordDelivered,
    RecordDiscarded,
    RecordFiltered,
)


def delivered(run: Any) -> list[str]:
    """
    Name the items whose records were delivered.
    """
    return [event.record["dynamodb"]["Keys"]["id"]["S"] for event in run.of(RecordDelivered)]


def test_changes_reach_the_function(site: Any, run: Any) -> None:
    """
    Changes made once the pipe is ready reach the function in order and rendered by the template, earlier ones do not.
    """
    site.put("before")
    pipe = run(site)
    with pipe.runtime:
        site.put("a", "b")
        site.delete("a")
        pipe.settle(read=3)

    assert delivered(pipe) == ["a", "b", "a"]
    envelopes = [envelope for event in site.calls() for envelope in event]
    assert [envelope["Records"][0]["eventName"] for envelope in envelopes] == ["INSERT", "INSERT", "REMOVE"]
    assert envelopes[0]["Records"][0]["dynamodb"]["NewImage"] == {"id": {"S": "a"}, "blob": {"B": "AP8="}}
    assert envelopes[0]["Records"][0]["eventID"] == pipe.of(RecordDelivered)[0].record["eventID"]
    assert {event.record["eventSourceARN"] for event in pipe.of(RecordDelivered)} == {site.stream_arn}


def test_trim_horizon_reads_what_was_there(site: Any, run: Any) -> None:
    """
    From the horizon changes from before the start reach the function too, in full batches.
    """
    site.put("a", "b", "c", "d", "e")
    pipe = run(site, StartingPosition="TRIM_HORIZON", BatchSize=2)
    with pipe.runtime:
        pipe.settle(read=5)

    assert site.sent() == [["a", "b"], ["c", "d"], ["e"]]


def test_filtered_records_tell_the_leaf(site: Any, run: Any) -> None:
    """
    A record that no filter lets through tells for each filter by which leaf, and never reaches the function.
    """
    pipe = run(site, filters=[{"eventName": ["REMOVE"]}, {"dynamodb": {"NewImage": {"do": {"S": ["nothing"]}}}}])
    with pipe.runtime:
        site.put("a:something", "b:nothing")
        site.delete("a")
        pipe.settle(read=3)

    assert [event.reasons for event in pipe.of(RecordFiltered)] == [
        (
            "eventName: wanted 'REMOVE', found 'INSERT'",
            "dynamodb.NewImage.do.S: wanted 'nothing', found 'something'",
        )
    ]
    assert delivered(pipe) == ["b", "a"]


def test_poison_record_is_isolated(site: Any, run: Any) -> None:
    """
    With bisect a record that the function raises for goes to the dead-letter queue alone, the others are delivered.
    """
    site.put("a", "b", "c:raise", "d")
    pipe = run(
        site,
        site.queue_arn,
        StartingPosition="TRIM_HORIZON",
        MaximumRetryAttempts=1,
        OnPartialBatchItemFailure="AUTOMATIC_BISECT",
    )
    with pipe.runtime:
        pipe.settle(read=4)

    assert site.sent() == [["a", "b", "c", "d"], ["a", "b"], ["c", "d"], ["c"], ["c"], ["d"]]
    assert delivered(pipe) == ["a", "b", "d"]
    (dead,) = pipe.of(RecordDeadLettered)
    assert (dead.condition, dead.destination) == ("RetryAttemptsExhausted", site.queue_arn)
    assert dead.reason.startswith("function error: ")
    assert dead.reason.endswith("asked to")
    (letter,) = site.letters()
    number = dead.record["dynamodb"]["SequenceNumber"]
    account = site.session.account
    assert letter["context"] == {
        "partnerResourceArn": f"arn:aws:pipes:us-east-1:{account}:pipe/orders-pipe",
        "condition": "RetryAttemptsExhausted",
    }
    info = letter["DDBStreamBatchInfo"]
    assert (info["startSequenceNumber"], info["endSequenceNumber"], info["batchSize"]) == (number, number, 1)
    assert info["streamArn"] == site.stream_arn


def test_dead_letter_leads_back_to_the_record(site: Any, run: Any) -> None:
    """
    With what the message says the record can be read back from the stream.
    """
    site.put("a:raise")
    pipe = run(site, site.queue_arn, StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=0)
    with pipe.runtime:
        pipe.settle(read=1)

    info = site.letters()[0]["DDBStreamBatchInfo"]
    streams = site.session.client("dynamodbstreams")
    iterator = streams.get_shard_iterator(
        StreamArn=info["streamArn"],
        ShardId=info["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=info["startSequenceNumber"],
    )["ShardIterator"]
    (found,) = streams.get_records(ShardIterator=iterator)["Records"]
    assert found["eventID"] == pipe.of(RecordDeadLettered)[0].record["eventID"]


def test_partial_answer_is_taken_up_at_the_failed_record(site: Any, run: Any) -> None:
    """
    After a partial answer only the records from the failed one on are sent again, and discarded without a dead letter.
    """
    site.put("a", "b:fail", "c")
    pipe = run(site, StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=2)
    with pipe.runtime:
        pipe.settle(read=3)

    assert site.sent() == [["a", "b", "c"], ["b", "c"], ["b", "c"]]
    assert [event.attempt for event in pipe.of(BatchInvoked)] == [1, 2, 3]
    assert [event.next_step for event in pipe.of(BatchFailed)] == [
        "retry 1 of 2",
        "retry 2 of 2",
        "given up after 2 retries",
    ]
    assert delivered(pipe) == ["a"]
    assert [event.record["dynamodb"]["Keys"]["id"]["S"] for event in pipe.of(RecordDiscarded)] == ["b", "c"]


def test_misnamed_identifier_fails_the_batch(site: Any, run: Any) -> None:
    """
    An answer that names no record of the batch fails all of it, and the reason says which name it was.
    """
    site.put("a", "b:misname")
    pipe = run(site, StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=0)
    with pipe.runtime:
        pipe.settle(read=2)

    assert delivered(pipe) == []
    assert {event.reason for event in pipe.of(RecordDiscarded)} == {
        "batchItemFailures[0] names 'nobody', which is the eventID of no record in this batch; "
        "the whole batch counts as failed"
    }


def test_dead_letters_to_a_topic(site: Any, run: Any) -> None:
    """
    A dead-letter topic gets the message.
    """
    client = site.session.client("sns")
    client.subscribe(
        TopicArn=site.topic_arn, Protocol="sqs", Endpoint=site.queue_arn, Attributes={"RawMessageDelivery": "true"}
    )
    site.put("a:raise")
    pipe = run(site, site.topic_arn, StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=0)
    with pipe.runtime:
        pipe.settle(read=1)

    assert [letter["DDBStreamBatchInfo"]["batchSize"] for letter in site.letters()] == [1]


def test_missing_function_is_refused(site: Any, run: Any) -> None:
    """
    A function that is not there counts as a failure that uses up retries.
    """
    site.put("a")
    site.session.client("lambda").delete_function(FunctionName="orders")
    pipe = run(site, StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=1)
    with pipe.runtime:
        pipe.settle(read=1)

    assert [event.next_step for event in pipe.of(BatchFailed)] == ["retry 1 of 1", "given up after 1 retry"]
    assert pipe.of(BatchFailed)[0].reason.startswith("refused: An error occurred (ResourceNotFoundException)")


def test_stopping_while_the_function_sleeps(site: Any, run: Any) -> None:
    """
    A pipe stops while its function is still at work, and tells which records are undecided.
    """
    site.put("a:sleep", "b")
    pipe = run(site, StartingPosition="TRIM_HORIZON", BatchSize=1)
    pipe.runtime.start()
    assert pipe.runtime.wait(lambda _progress: bool(pipe.of(BatchInvoked)) and _progress.read == 2, 30)
    pipe.runtime.stop(timeout=0.1)

    (stopped,) = pipe.of(PipeStopped)
    assert [record["dynamodb"]["Keys"]["id"]["S"] for record in stopped.undecided] == ["a", "b"]


def test_records_to_a_queue(site: Any, run: Any) -> None:
    """
    Where the target is a queue, each record is a message as the template has it.
    """
    site.put("a", "b")
    pipe = run(site, target_arn=site.queue_arn, StartingPosition="TRIM_HORIZON", BatchSize=2)
    with pipe.runtime:
        pipe.settle(read=2)

    sent = [message["Records"][0]["dynamodb"]["Keys"]["id"]["S"] for message in site.letters()]
    assert sorted(sent) == ["a", "b"]
    assert delivered(pipe) == ["a", "b"]


def test_records_to_a_topic(site: Any, run: Any) -> None:
    """
    Where the target is a topic, each record is a message as the template has it.
    """
    site.session.client("sns").subscribe(
        TopicArn=site.topic_arn, Protocol="sqs", Endpoint=site.queue_arn, Attributes={"RawMessageDelivery": "true"}
    )
    site.put("a")
    pipe = run(site, target_arn=site.topic_arn, StartingPosition="TRIM_HORIZON")
    with pipe.runtime:
        pipe.settle(read=1)

    assert [message["Records"][0]["eventName"] for message in site.letters()] == ["INSERT"]
