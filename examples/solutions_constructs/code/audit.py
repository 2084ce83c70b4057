"""
A function of your own: it notes who changed in the audit table, and says which records it could not note.
"""

from __future__ import annotations

import json
import os
from typing import Any

import boto3

AUDIT = boto3.resource("dynamodb").Table(os.environ["AUDIT_TABLE_ARN"].rpartition("/")[2])


def handler(event: list[dict[str, Any]], _context: object) -> dict[str, list[dict[str, str]]]:
    """
    Note every record of the batch: a record that comes again overwrites its own note.
    """
    failed = []
    for record in (record for envelope in event for record in envelope["Records"]):
        keys = json.dumps(record["dynamodb"]["Keys"], sort_keys=True)
        try:
            AUDIT.put_item(Item={"id": record["eventID"], "event": record["eventName"], "keys": keys})
        except AUDIT.meta.client.exceptions.ClientError as error:
            print(json.dumps({"record": record["eventID"], "error": error.response["Error"]["Code"]}))  # noqa: T201 - the log
            failed.append({"itemIdentifier": record["eventID"]})
    return {"batchItemFailures": failed}
