"""
Users' projects, run in an environment that holds the wheel, not by this one's pytest.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

collect_ignore = ["project"]


def run_pytest(binaries: Path, project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """
    Run pytest as the user does, with no Node on the path and any warning an error.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON", "JSII"))
    }
    # Whoever has Node would not notice that it is not needed.
    environment |= {"CDK_VALIDATION": "false", "PATH": str(binaries)}
    command = [str(binaries / "python"), "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
