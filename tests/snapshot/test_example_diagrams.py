"""
The pictures of the examples, drawn from what they synthesize to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipes_trigger.diagram.mermaid import to_mermaid
from tests.unit.diagram.building import read_assembly

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


@pytest.mark.parametrize("example", ["deployment_requests", "order_notifications"])
def test_an_example(example: str, example_assemblies: dict[str, Path], snapshot: SnapshotAssertion) -> None:
    """
    The text of an example's picture.
    """
    assert to_mermaid(read_assembly(example_assemblies[example])) == snapshot


def test_what_it_says(example_assemblies: dict[str, Path]) -> None:
    """
    An example in one sentence, with the table and the pipeline of another stack called by their names.
    """
    sentences = {
        "deployment_requests": (
            "DynamoDB table acme-platform-dev-deployment-requests (stream: new and old images), "
            "then to filter (INSERT or MODIFY where NewImage.status is PENDING), "
            "then to pipe deployment-processor (batches of 10; 2 retries within 12 h, bisecting), "
            "then to Lambda function deployment-processor (start_pipeline.handler; python3.14), "
            "then to CodePipeline deploy-service (codepipeline:StartPipelineExecution), "
            "given up to dead-letter queue deploymenttriggerDeadLetterQueue."
        ),
        "order_notifications": (
            "DynamoDB table Orders (stream: new and old images), "
            "then to 2 filters (INSERT or MODIFY where NewImage.status is PLACED or SHIPPED; "
            "or REMOVE where OldImage.status is anything but DRAFT), "
            "then to pipe order-notifier (batches of 10; 10 retries within 12 h, bisecting), "
            "then to Lambda function order-notifier (publish_sns.handler; python3.14), "
            "then to SNS topic OrderEvents (sns:Publish), "
            "given up to dead-letter queue ordertriggerDeadLetterQueue."
        ),
    }

    said = {name: read_assembly(example_assemblies[name]).description for name in sentences}

    assert said == sentences
