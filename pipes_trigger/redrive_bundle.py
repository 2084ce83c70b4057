"""
The code of the redrive function: the shipped handler, and beside it the parts of this package that it works with.

So the function filters, renders and judges with the very code that is tested here, and needs nothing but boto3.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.handlers import START_PIPELINE
from pipes_trigger.helpers.tokens import is_token

if TYPE_CHECKING:
    from pipes_trigger.spec import PipeSpec

HANDLER: Final = "redrive.handler"
_PACKAGE: Final = Path(__file__).resolve().parent
# Everything that `lambda_handlers/redrive.py` imports; a test runs the bundle with nothing else on its path.
_HANDLERS: Final = ("environment", "failures", "logs", "paths", "redrive", "redriving")
_ROOMS: Final = ("delivery", "filters", "helpers", "redrive", "spec", "templates")
_LOCAL: Final = ("__init__", "buses", "destinations", "entries", "machines", "messages", "shard", "targets")
_MODULES: Final = ("__init__", "errors", "limits", "quick_dataclasses", *(f"local/{name}" for name in _LOCAL))


def write_bundle(directory: Path, pipe: PipeSpec) -> None:
    """
    Write the code of a pipe's redrive function.

    Args:
        directory: An empty directory.
        pipe: The pipe. Its filters, its templates and how it calls its target become part of the code, so they may
            hold no token.

    Raises:
        ConfigurationError: One of these is known only at deploy time; every such one is named.
    """
    template = {"Resources": {"Pipe": {"Type": "AWS::Pipes::Pipe", "Properties": _properties(pipe)}}}
    handlers = Path(START_PIPELINE.code_path)
    for name in _HANDLERS:
        shutil.copyfile(handlers / f"{name}.py", directory / f"{name}.py")
    package = directory / "pipes_trigger"
    for source in (*(_PACKAGE / f"{name}.py" for name in _MODULES), *_of_rooms()):
        target = package / source.relative_to(_PACKAGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    (directory / "pipe.json").write_text(json.dumps(template, indent=1, sort_keys=True), encoding="utf-8")


def _of_rooms() -> list[Path]:
    return [path for room in _ROOMS for path in sorted((_PACKAGE / room).rglob("*.py"))]


def _properties(pipe: PipeSpec) -> dict[str, Any]:
    filters = [pattern.to_json() for pattern in pipe.filters]
    template = "" if pipe.input_template is None else pipe.input_template.text
    enrichment = "" if pipe.enrichment_template is None else pipe.enrichment_template.text
    parameters = pipe.target_parameters.section()
    known = {
        **{f"filter_pattern[{number}]": text for number, text in enumerate(filters)},
        "template": template,
        "enrichment_template": enrichment,
        "target_parameters": json.dumps(parameters),
    }
    faults = [
        Violation("RD005", name, f"holds a token: {text!r}", "write it without deploy-time values, or do not redrive")
        for name, text in known.items()
        if is_token(text)
    ]
    faults += [
        Violation("RD010", f"target_parameters.{name}", "is known only at deploy time", "write the value out")
        for name in pipe.target_parameters.unknown
    ]
    if faults:
        raise ConfigurationError(faults)
    stream = {"StartingPosition": "LATEST", "BatchSize": pipe.batch_size}
    if pipe.bisect:
        stream["OnPartialBatchItemFailure"] = "AUTOMATIC_BISECT"
    enriched = {"Enrichment": "enrichment", "EnrichmentParameters": {"InputTemplate": enrichment}}
    return {
        # A name that tells a stream of the same app is known at deploy time, too.
        "Name": "pipe" if is_token(pipe.name) else pipe.name,
        # What the ARNs are the function learns at deploy time, from its environment and from the messages.
        "Source": "stream",
        "Target": "target",
        **({} if pipe.enrichment is None else enriched),
        "SourceParameters": {
            "DynamoDBStreamParameters": stream,
            "FilterCriteria": {"Filters": [{"Pattern": text} for text in filters]},
        },
        "TargetParameters": {"InputTemplate": template, **parameters},
    }
