"""
`examples/search_index`: the index follows the table, and a refused document goes to the dead letters alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipes_trigger.local.session import SECRET
from tests.endtoend.running import running
from tests.handlers.doubles import OpenSearch, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipes_trigger.local.codepipeline import CodePipelineEndpoint
    from pipes_trigger.local.emulator import Emulator
    from pipes_trigger.testing.running import RunningApp

DOMAIN_ACCOUNT, REGION = "000000000001", "eu-west-1"
DOCUMENTS = {"1": {"id": "1", "name": "lamp"}, "2": {"id": "2", "name": "rug"}}
EXAMPLE = Path(__file__).parents[2] / "examples" / "search_index"


@pytest.fixture(scope="module")
def opensearch() -> OpenSearch:
    """
    Play the domain: it takes what the function's own credentials have signed.
    """
    return OpenSearch(DOMAIN_ACCOUNT, SECRET, REGION, index="products")


@pytest.fixture(scope="module")
def app(
    opensearch: OpenSearch,
    emulator: Emulator,
    codepipeline: CodePipelineEndpoint,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningApp]:
    """
    Run the example for a domain on this machine, synthesized as `cdk synth --context search-endpoint=...` does.
    """
    assembly = tmp_path_factory.mktemp("search_index")
    with served(opensearch) as url:
        given = {"CDK_OUTDIR": str(assembly), "CDK_CONTEXT_JSON": json.dumps({"search-endpoint": url})}
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **given}
        subprocess.run([sys.executable, "app.py"], cwd=EXAMPLE, env=environment, check=True)
        with running(assembly, emulator.session(), codepipeline) as app:
            yield app


def test_the_index_follows_the_table(opensearch: OpenSearch, app: RunningApp) -> None:
    """
    Documents come, change and go with their items.
    """
    app.put({"id": "1", "name": "lamp"})
    app.put({"id": "2", "name": "rug"})
    assert app.wait_for(lambda: opensearch.documents == DOCUMENTS, what="two documents")

    app.put({"id": "1", "name": "lantern"})
    app.delete({"id": "2"})
    assert app.wait_for(lambda: opensearch.documents == {"1": {"id": "1", "name": "lantern"}}, what="one document")


def test_a_refused_document_is_given_up_alone(opensearch: OpenSearch, app: RunningApp) -> None:
    """
    What the domain refuses ends in the dead-letter queue; what came in the same batch is indexed.
    """
    opensearch.refused["bad"] = [(400, "mapper_parsing_exception")] * 100
    for identifier in ("a", "bad", "b"):
        app.put({"id": identifier})
    dead = json.loads(app.wait_for_message())
    app.wait_for(lambda: {"a", "b"} <= opensearch.documents.keys(), what="both documents")

    fates = {fate.record["dynamodb"]["Keys"]["id"]["S"]: fate.state for fate in app.fates}
    assert dead["context"]["condition"] == "RetryAttemptsExhausted"
    assert fates["bad"] == "dead-lettered"
    assert "bad" not in opensearch.documents
