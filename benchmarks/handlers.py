"""
The shipped handlers beside plain boto3 ones: cold start, publishing, decoding, memory.

    python benchmarks/handlers.py [--rounds N] [--latency MS]

Cold: a fresh process per sample, from its start to the arrival of the first request at an endpoint on loopback (no TLS,
no network), and the CPU and memory that it took. The modules of the handlers, ours and the plain ones, are compiled
anew each time, as from Lambda's read-only code directory; boto3's are not.
Warm: batches of records for half a second, in a function that has worked before; a pause at the endpoint stands for the
network.
Decode: one item to Python and no more.

Samples take turns, so that a busy machine slows all of them. A ratio is the median of the ratios of each round, a
figure the median, each with the least and the greatest. The exit status says whether every target is met.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.handlers_endpoint import Endpoint
from benchmarks.handlers_plain import COLD, DECODE, PLAIN, WARM

if TYPE_CHECKING:
    from collections.abc import Sequence

    Figures = dict[str, list[float]]

HANDLERS: Final = Path(__file__).resolve().parents[1] / "lambda_handlers"
RECORDS: Final = 100
WARM_ROUNDS: Final = 5
COLD_AT_MOST: Final = 0.75
WARM_AT_LEAST: Final = 20.0
DECODE_AT_LEAST: Final = 2.0


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Measure everything and print it.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15, help="cold samples of each handler (default: 15)")
    parser.add_argument("--latency", type=float, default=8.0, help="pause of the endpoint when warm, ms (default: 8)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as directory, Endpoint() as endpoint:
        code = _deployed(Path(directory))
        verdicts = [
            _cold("SNS", Bench(code, endpoint, COLD, records=1), ("plain_sns", "publish_sns"), options.rounds),
            _cold(
                "pipeline", Bench(code, endpoint, COLD, records=1), ("plain_pipeline", "start_pipeline"), options.rounds
            ),
        ]
        endpoint.pause = options.latency / 1000
        verdicts += [
            _warm("SNS", Bench(code, endpoint, WARM, records=RECORDS)),
            _warm("SNS FIFO", Bench(code, endpoint, WARM, records=RECORDS, topic="changes.fifo")),
            _decode(Bench(code, endpoint, DECODE, records=1)),
        ]
    return 0 if all(verdicts) else 1


@dataclass(frozen=True, slots=True)
class Bench:
    """
    A program, and what it works on.
    """

    code: Path
    endpoint: Endpoint
    program: str
    records: int
    topic: str = "changes"

    def rounds(self, modules: Sequence[str], count: int) -> list[Figures]:
        """
        Give the figures of every module, in turns.
        """
        found: list[Figures] = [defaultdict(list) for _ in modules]
        for number in range(count):
            # Who comes first in a round takes turns, too.
            turn = [*zip(modules, found, strict=True)]
            for module, figures in turn if number % 2 else reversed(turn):
                for name, samples in self.sample(module).items():
                    figures[name] += samples
        return found

    def sample(self, module: str = "") -> Figures:
        """
        Run the program in a fresh process, and give what it measured.
        """
        self.endpoint.arrivals.clear()
        start = time.perf_counter()
        process = subprocess.run(
            [sys.executable, "-B", "-c", self.program, module],
            cwd=self.code,
            env=self._environment(),
            input=json.dumps([{"Records": [_record(number)]} for number in range(self.records)]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if process.returncode:
            raise RuntimeError(f"{module} ended with {process.returncode}:\n{process.stderr}")
        figures: Figures = defaultdict(list)
        for name, figure in (line.split() for line in process.stderr.splitlines()):
            figures[name].append(float(figure))
        figures["first"] = [(arrival - start) * 1000 for arrival in self.endpoint.arrivals[:1]]
        return figures

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", ""),
            "AWS_ACCESS_KEY_ID": "benchmark",
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_ENDPOINT_URL": self.endpoint.url,
            "TOPIC_ARN": f"arn:aws:sns:eu-central-1:111122223333:{self.topic}",
            "PIPELINE_ARN": "arn:aws:codepipeline:eu-central-1:111122223333:deploy",
        }


def _deployed(directory: Path) -> Path:
    for path in HANDLERS.glob("*.py"):
        shutil.copy(path, directory)
    for name, text in PLAIN.items():
        (directory / f"{name}.py").write_text(text)
    return directory


def _record(number: int) -> dict[str, Any]:
    key = {"id": {"S": f"order-{number}"}}
    image = {
        **key,
        "status": {"S": "SHIPPED"},
        "total": {"N": "12.50"},
        "customer": {"M": {"id": {"S": f"customer-{number}"}, "name": {"S": "Zoë"}, "since": {"N": "2019"}}},
        "lines": {"L": [{"M": {"sku": {"S": f"sku-{line}"}, "count": {"N": str(line)}}} for line in range(3)]},
        "gift": {"BOOL": False},
        "note": {"NULL": True},
    }
    return {
        "eventID": f"event-{number}",
        "eventName": "INSERT",
        "eventSourceARN": "arn:aws:dynamodb:eu-central-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000",
        "dynamodb": {"Keys": key, "NewImage": image, "SequenceNumber": str(number)},
    }


def _cold(name: str, bench: Bench, modules: tuple[str, str], rounds: int) -> bool:
    plain, ours = bench.rounds(modules, rounds)
    print(f"Cold start, {name}, {rounds} rounds")
    _show("to the first request, ms", plain["first"], ours["first"])
    is_met = _verdict(_ratios(ours["first"], plain["first"]), at_most=COLD_AT_MOST)
    _show("CPU, ms", plain["cpu"], ours["cpu"])
    is_met &= _verdict(_ratios(ours["cpu"], plain["cpu"]), at_most=COLD_AT_MOST)
    _show("memory, KiB", plain["memory"], ours["memory"])
    return _verdict(_ratios(ours["memory"], plain["memory"])) and is_met


def _warm(name: str, bench: Bench) -> bool:
    plain, ours = bench.rounds(("plain_sns", "publish_sns"), WARM_ROUNDS)
    print(f"Warm, {name}, {bench.records} records, an endpoint that answers after {bench.endpoint.pause * 1000:g} ms")
    _show("records/s", plain["rate"], ours["rate"])
    is_met = _verdict(_ratios(ours["rate"], plain["rate"]), at_least=WARM_AT_LEAST)
    _show("memory, KiB", plain["memory"], ours["memory"])
    return _verdict(_ratios(ours["memory"], plain["memory"])) and is_met


def _decode(bench: Bench) -> bool:
    found = bench.sample()
    print("DynamoDB JSON to Python, beside boto3's TypeDeserializer")
    _show("items/s", found["theirs"], found["ours"])
    return _verdict(_ratios(found["ours"], found["theirs"]), at_least=DECODE_AT_LEAST)


def _show(name: str, plain: Sequence[float], ours: Sequence[float]) -> None:
    print(f"  {name:<26}plain {_spread(plain)}, ours {_spread(ours)}")


def _spread(figures: Sequence[float], form: str = ",.0f") -> str:
    return f"{statistics.median(figures):{form}} ({min(figures):{form}} to {max(figures):{form}})"


def _ratios(ours: Sequence[float], plain: Sequence[float]) -> list[float]:
    return [our / other for our, other in zip(ours, plain, strict=True)]


def _verdict(ratios: Sequence[float], *, at_most: float | None = None, at_least: float | None = None) -> bool:
    ratio = statistics.median(ratios)
    is_met = (at_most is None or ratio <= at_most) and (at_least is None or ratio >= at_least)
    target = at_most if at_least is None else at_least
    bound = "at most" if at_least is None else "at least"
    goal = "" if target is None else f", target {bound} {target:g}: {'met' if is_met else 'MISSED'}"
    print(f"  {'':<26}ratio {_spread(ratios, '.2f')}{goal}")
    return is_met


if __name__ == "__main__":
    sys.exit(main())
