"""
One stack through CloudFormation: created or updated, watched until it is done, its failure told with the reason.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from pipes_trigger.errors import DeploymentError
from pipes_trigger.local.assets import ensure_bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipes_trigger.local.session import LocalSession

STACK_SECONDS: Final = 900.0
_POLL_SECONDS: Final = 0.1
_PROGRESS_SECONDS: Final = 1.0
_DONE: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"})
# A stack in one of these can only be deleted.
_DEAD: Final = frozenset({"ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED"})
_UNRECOGNIZED: Final = re.compile(r"Unrecognized resource types: \[(?P<types>[^\]]*)\]")
_NO_UPDATES: Final = "No updates are to be performed"
# Said of a resource that was only given up because another one failed; not the reason.
_CANCELLED: Final = "cancelled"
_STACK_TYPE: Final = "AWS::CloudFormation::Stack"
_BEGUN: Final = frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"})


class CloudFormationStack:
    """
    A stack of this name, at the session's account and region.
    """

    def __init__(self, session: LocalSession, name: str, progress: Callable[[str], None]) -> None:
        self._session = session
        self._client = session.client("cloudformation")
        self._name = name
        self._progress = progress

    def unknown_types(self, template: Mapping[str, Any]) -> frozenset[str]:
        """
        Give the resource types of `template` that the emulator refuses.
        """
        try:
            self._client.validate_template(TemplateURL=self._uploaded(template))
        except ClientError as error:
            refused = _UNRECOGNIZED.search(str(error))
            # Anything else that is wrong comes up again, with its reason, when the stack is deployed.
            return frozenset(name.strip() for name in refused["types"].split(",")) if refused else frozenset()
        return frozenset()

    def deploy(self, template: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
        """
        Create or update the stack and wait for it; give it as DescribeStacks does.

        Raises:
            DeploymentError: With the resource that failed and the reason.
        """
        request = {
            "StackName": self._name,
            "TemplateURL": self._uploaded(template),
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        }
        stack = self._described()
        if stack is not None and stack["StackStatus"] in _DEAD:
            self._progress(f"{self._name}: deleting what is left of a failed deployment")
            self._client.delete_stack(StackName=self._name)
            self._wait()
            stack = None
        try:
            if stack is None:
                self._client.create_stack(**request)
            else:
                self._client.update_stack(**request)
        except ClientError as error:
            message = error.response["Error"]["Message"]
            if stack is not None and _NO_UPDATES in message:
                return stack
            raise DeploymentError(f"the stack {self._name} was refused: {message}") from error
        return self._deployed()

    def physical_ids(self) -> dict[str, str]:
        """
        Give the physical id of each resource, by logical id.
        """
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=self._name)
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
            if resource.get("PhysicalResourceId") and not resource["ResourceStatus"].startswith("DELETE")
        }

    def _deployed(self) -> dict[str, Any]:
        stack = self._wait()
        if stack is not None and stack["StackStatus"] in _DONE:
            return stack
        status = "gone" if stack is None else stack["StackStatus"]
        raise DeploymentError(f"the stack {self._name} is {status}: {self._reason(stack)}")

    def _wait(self) -> dict[str, Any] | None:
        started = told = time.monotonic()
        while True:
            stack = self._described()
            if stack is None or not stack["StackStatus"].endswith("_IN_PROGRESS"):
                return stack
            now = time.monotonic()
            if now - started > STACK_SECONDS:
                message = f"the stack {self._name} is still {stack['StackStatus']} after {STACK_SECONDS:.0f} s"
                raise DeploymentError(f"{message}, waiting for {', '.join(self._unfinished())}")
            if now - told >= _PROGRESS_SECONDS:
                waiting = ", ".join(self._unfinished()) or "CloudFormation"
                self._progress(f"{self._name}: {stack['StackStatus']} for {now - started:.0f} s, waiting for {waiting}")
                told = now
            time.sleep(_POLL_SECONDS)

    def _described(self) -> dict[str, Any] | None:
        try:
            stacks = self._client.describe_stacks(StackName=self._name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        stack: dict[str, Any] | None = stacks[0] if stacks else None
        return None if stack is None or stack["StackStatus"] == "DELETE_COMPLETE" else stack

    def _unfinished(self) -> list[str]:
        resources = self._client.describe_stack_resources(StackName=self._name)["StackResources"]
        return [one["LogicalResourceId"] for one in resources if one["ResourceStatus"].endswith("_IN_PROGRESS")]

    def _reason(self, stack: dict[str, Any] | None) -> str:
        events = self._client.describe_stack_events(StackName=self._name if stack is None else stack["StackId"])
        reason = (stack or {}).get("StackStatusReason") or "the emulator gives no reason"
        # The newest come first; the failure that began it is the oldest one since this operation began.
        for event in events["StackEvents"]:
            status, why = event["ResourceStatus"], event.get("ResourceStatusReason", "")
            if event["ResourceType"] == _STACK_TYPE:
                if status in _BEGUN:
                    break
            elif status.endswith("_FAILED") and _CANCELLED not in why:
                reason = f"{event['LogicalResourceId']} ({event['ResourceType']}): {why}"
        return str(reason)

    def _uploaded(self, template: Mapping[str, Any]) -> str:
        # In a request a template may have 51,200 bytes, in S3 a million.
        bucket = f"pipes-trigger-templates-{self._session.account}-{self._session.region}"
        body = json.dumps(template, sort_keys=True).encode()
        key = f"{hashlib.sha256(body).hexdigest()}.json"
        ensure_bucket(self._session, bucket)
        self._session.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
        return f"{self._session.url}/{bucket}/{key}"
