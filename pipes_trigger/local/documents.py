"""
JSON files of a cloud assembly, read with a bound on their size.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipes_trigger.errors import Violation
from pipes_trigger.limits import INPUT_FILE_BYTES

if TYPE_CHECKING:
    from pathlib import Path

_AGAIN = "run `cdk synth` again"


def read_object(path: Path, rule: str, faults: list[Violation]) -> dict[str, Any]:
    """
    Read the JSON object in `path`; where there is none, add the fault and give an empty one.
    """
    try:
        with path.open("rb") as file:
            content = file.read(INPUT_FILE_BYTES + 1)
        if len(content) > INPUT_FILE_BYTES:
            problem = f"the file is larger than {INPUT_FILE_BYTES} bytes"
        else:
            value = json.loads(content)
            if isinstance(value, dict):
                return value
            problem = f"must be a JSON object, got {type(value).__name__}"
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    except RecursionError:
        problem = "is no JSON: nested too deeply"
    except ValueError as error:
        problem = f"is no JSON: {error}"
    faults.append(Violation(rule, str(path), problem, _AGAIN))
    return {}
