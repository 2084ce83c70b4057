"""
Claiming an item, so that two records for one request start one run.

The claim is written before the pipelines are started, and with the eventID of the record that it was written for:

- a crash between claim and start loses no run: the record is delivered again, finds its own eventID and starts;
- a crash after the start starts nothing twice: the record finds its own eventID and starts with the same token;
- another record of the same request finds an item that is no longer free and starts nothing;
- an item that was set free again is claimed by the record of that change. An earlier record that is delivered once more
  finds its own eventID and leaves the item free for the later one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from attributes import client_form
from failures import RecordError

if TYPE_CHECKING:
    from environment import Environment
    from records import Record

_EXAMPLE: Final = "set CLAIM_ATTRIBUTE, CLAIM_FROM and CLAIM_TO, such as status, PENDING and STARTED"


class Claim(NamedTuple):
    """
    How an item is claimed.

    Attributes:
        attribute: The top-level string attribute that says whether the item is free.
        free: Its value before the claim.
        taken: Its value after the claim.
        owner: The attribute that the eventID is written to.
        table: The table's name, or None to take it from the record's eventSourceARN.
    """

    attribute: str
    free: str
    taken: str
    owner: str
    table: str | None

    @classmethod
    def from_environment(cls, environment: Environment) -> Self | None:
        """
        Read `CLAIM_ATTRIBUTE`, `CLAIM_FROM`, `CLAIM_TO`, `CLAIM_OWNER_ATTRIBUTE`, `TABLE_NAME`; None without a claim.
        """
        wanted = {name: environment.text(name) for name in ("CLAIM_ATTRIBUTE", "CLAIM_FROM", "CLAIM_TO")}
        if not any(wanted.values()):
            return None
        for name, value in wanted.items():
            if value is None:
                environment.fault(name, "is not set, but another part of the claim is", _EXAMPLE)
        attribute, free, taken = (value or "" for value in wanted.values())
        owner = environment.text("CLAIM_OWNER_ATTRIBUTE") or "claimed_by"
        if free and free == taken:
            environment.fault("CLAIM_TO", f"is {taken!r} as is CLAIM_FROM", "write two different values")
        if owner == attribute:
            environment.fault("CLAIM_OWNER_ATTRIBUTE", f"is {owner!r} as is CLAIM_ATTRIBUTE", "write another name")
        return cls(attribute=attribute, free=free, taken=taken, owner=owner, table=environment.text("TABLE_NAME"))

    def take(self, record: Record, dynamodb: Any) -> bool:
        """
        Claim the record's item; say whether it is this record's, now or since an earlier delivery.

        Raises:
            RecordError: When the record has no eventID, no keys or (without `table`) no eventSourceARN.
        """
        table = self.table or record.table
        missing = [
            name
            for name, value in (("eventID", record.event_id), ("dynamodb.Keys", record.keys), ("eventSourceARN", table))
            if not value
        ]
        if missing:
            raise RecordError(f"cannot be claimed without {', '.join(missing)}; keep it in the input template")
        owner = {"S": record.event_id}
        try:
            dynamodb.update_item(
                TableName=table,
                Key=client_form(record.keys or {}),
                UpdateExpression="SET #attribute = :taken, #owner = :owner",
                ConditionExpression="#attribute = :free AND (attribute_not_exists(#owner) OR #owner <> :owner)",
                ExpressionAttributeNames={"#attribute": self.attribute, "#owner": self.owner},
                ExpressionAttributeValues={":taken": {"S": self.taken}, ":free": {"S": self.free}, ":owner": owner},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except dynamodb.exceptions.ConditionalCheckFailedException as error:
            return bool(error.response.get("Item", {}).get(self.owner) == owner)
        return True
