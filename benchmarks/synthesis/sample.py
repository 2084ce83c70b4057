"""
One sample: build a number of triggers in one way, synthesize, and print what it took as one line of JSON.

    python -m benchmarks.synthesis.sample VARIANT NUMBER [--count]

Run in a process of its own. `work` is what lies between the first trigger and the written assembly; starting Python and
Node and loading CDK is not in it. With `--count` the calls to Node and the bytes sent are counted, which costs time.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.synthesis import tree
from benchmarks.synthesis.variants import VARIANTS


def main(variant: str, number: int, *, is_counting: bool) -> dict[str, Any]:
    """
    Take the sample.
    """
    from aws_cdk import App, Environment, Stack  # noqa: PLC0415 - loading CDK is part of what is measured

    with tempfile.TemporaryDirectory() as output:
        build = VARIANTS[variant]()
        app = App(outdir=output)
        stack = Stack(app, "Stack", env=Environment(account="111122223333", region="us-east-1"))
        traffic = _count() if is_counting else {}
        cpu, wall = tree.cpu_seconds(), time.perf_counter()
        for index in range(number):
            build(stack, index)
        traffic = dict(traffic)
        app.synth()
        work = {"work_cpu": tree.cpu_seconds() - cpu, "work_wall": time.perf_counter() - wall}
        template = json.loads(Path(output, "Stack.template.json").read_text(encoding="utf-8"))
    resources = template.get("Resources", {})
    return {
        **work,
        **traffic,
        "memory": tree.peak_megabytes(),
        "resources": len(resources),
        "template_bytes": len(json.dumps(template, separators=(",", ":"))),
        "services": sorted(name for name in sys.modules if name.startswith("aws_cdk.aws_") and name.count(".") == 1),
    }


def _count() -> dict[str, int]:
    """
    Count what is sent to Node from now on.
    """
    import jsii  # noqa: PLC0415 - only here

    process = jsii.kernel.provider._process  # type: ignore[attr-defined]  # noqa: SLF001 - jsii counts nothing itself
    traffic = {"calls": 0, "bytes": 0}
    pipe = process._process.stdin  # noqa: SLF001 - as above
    write = pipe.write

    class Counting:
        def write(self, data: bytes) -> int:
            traffic["calls"] += 1
            traffic["bytes"] += len(data)
            return int(write(data))

        def __getattr__(self, name: str) -> Any:
            return getattr(pipe, name)

    process._process.stdin = Counting()  # noqa: SLF001 - as above
    return traffic


if __name__ == "__main__":
    os.environ.setdefault("CDK_VALIDATION", "false")
    try:
        print(json.dumps(main(sys.argv[1], int(sys.argv[2]), is_counting="--count" in sys.argv)))
    except ModuleNotFoundError as error:
        print(json.dumps({"missing": error.name}))
