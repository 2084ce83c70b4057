"""
The handlers that ours are measured against, as a tutorial writes them, and the code that runs a handler once or often.

Kept as text: each sample is a process of its own, and these are what it runs. Figures go to standard error, one a line.
"""

from __future__ import annotations

from typing import Final

PLAIN: Final = {
    "plain_sns": """
import json
import logging
import os

import boto3

logger = logging.getLogger()
sns = boto3.client("sns")


def handler(event, context):
    for envelope in event:
        for record in envelope["Records"]:
            arn = os.environ["TOPIC_ARN"]
            item = record["dynamodb"]["Keys"]["id"]["S"]
            order = {"MessageGroupId": item, "MessageDeduplicationId": record["eventID"]}
            message = json.dumps(record["dynamodb"]["NewImage"])
            sns.publish(TopicArn=arn, Message=message, **(order if arn.endswith(".fifo") else {}))
            logger.info("published")
""",
    "plain_pipeline": """
import json
import logging
import os

import boto3

logger = logging.getLogger()
codepipeline = boto3.client("codepipeline")


def handler(event, context):
    for envelope in event:
        for record in envelope["Records"]:
            codepipeline.start_pipeline_execution(name=os.environ["PIPELINE_ARN"].rpartition(":")[2])
            logger.info("started")
""",
}

# CPU and memory as they are once the batch is done: a function in Lambda does not end there. The memory is the most
# that was ever resident, of this program alone: ru_maxrss counts the parent before exec, too.
_SPENT: Final = """
print("cpu", time.process_time() * 1000, file=sys.stderr)
with open("/proc/self/status") as status:
    print("memory", *[line.split()[1] for line in status if line.startswith("VmHWM")], file=sys.stderr)
"""

COLD: Final = (
    """
import importlib, json, sys, time
event = json.load(sys.stdin)
importlib.import_module(sys.argv[1]).handler(event, None)
"""
    + _SPENT
)

WARM: Final = (
    """
import importlib, json, sys, time
event = json.load(sys.stdin)
handler = importlib.import_module(sys.argv[1]).handler
handler(event, None)
start, batches = time.perf_counter(), 0
while time.perf_counter() - start < 0.5:
    handler(event, None)
    batches += 1
print("rate", batches * len(event) / (time.perf_counter() - start), file=sys.stderr)
"""
    + _SPENT
)

DECODE: Final = """
import json, sys, time
from attributes import decode_item
from boto3.dynamodb.types import TypeDeserializer
image = json.load(sys.stdin)[0]["Records"][0]["dynamodb"]["NewImage"]
theirs = TypeDeserializer().deserialize
calls = {"theirs": lambda: {name: theirs(value) for name, value in image.items()}, "ours": lambda: decode_item(image)}
assert calls["theirs"]() == calls["ours"]()
for _ in range(15):
    for name, call in calls.items():
        start = time.perf_counter()
        for _ in range(1000):
            call()
        print(name, 1000 / (time.perf_counter() - start), file=sys.stderr)
"""
