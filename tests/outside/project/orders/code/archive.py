"""
The function of our own.
"""

import json
import os
from typing import Any

import boto3

KINESIS = boto3.client("kinesis")


def handler(event: list[dict[str, Any]], _context: object) -> None:
    """
    Archive every record of the batch; one that fails fails the batch.
    """
    for record in (record for envelope in event for record in envelope["Records"]):
        KINESIS.put_record(
            StreamARN=os.environ["STREAM_ARN"], PartitionKey=record["eventID"], Data=json.dumps(record).encode()
        )
