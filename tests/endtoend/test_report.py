"""
The report, looked at in a real browser; and the report and log that a run leaves behind.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.local import events
from pipes_trigger.local.report import write_page
from pipes_trigger.local.session import LocalSession
from pipes_trigger.local.trace import Trace

if TYPE_CHECKING:
    from pathlib import Path

    from tests.endtoend.conftest import Browser

MARKUP = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
SEARCH = "const box = document.getElementById('search'); box.value = {0}; box.dispatchEvent(new Event('input'));"


def fill(trace: Trace, number: int, fate: str, *, key: str = "item") -> None:
    """
    Let a trace see one record on its way to a fate.
    """
    change = {"Keys": {"id": {"S": f"{key}-{number}"}}, "SequenceNumber": str(number)}
    record = {"eventID": f"e{number}", "eventName": "INSERT", "dynamodb": change}
    said: dict[str, Any] = {"pipe": "orders" if number % 2 else "audit", "time": 1_790_000_000.0 + number}
    trace.event(events.RecordRead(**said, record=record))
    if fate == "filtered":
        trace.event(events.RecordFiltered(**said, record=record, reasons=("status: wanted 'PENDING'",)))
        return
    trace.event(events.BatchInvoked(**said, records=(record,), attempt=1, payload="[]"))
    if fate == "delivered":
        trace.event(events.BatchSucceeded(**said, records=(record,), seconds=0.05))
        trace.event(events.RecordDelivered(**said, record=record))
        return
    given_up: dict[str, Any] = {"condition": "RetryAttemptsExhausted", "reason": f"function error: {MARKUP}"}
    trace.event(events.RecordDeadLettered(**said, record=record, **given_up, destination="arn:aws:sqs:::dead"))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Write a report of 10,000 records; every tenth is dead-lettered, every fifth else filtered, and one is markup.
    """
    trace = Trace()
    for number in range(10_000):
        fate = "dead-lettered" if number % 10 == 0 else "filtered" if number % 5 == 0 else "delivered"
        fill(trace, number, fate, key=MARKUP if number == 0 else "item")
    path = tmp_path_factory.mktemp("report") / "trace.html"
    write_page(trace.data(), path)
    return path


def shown(browser: Browser) -> tuple[int, str]:
    """
    Say how many rows are shown, and which of how many.
    """
    rows = browser.ask("document.querySelectorAll('tr.row').length")
    return rows, browser.ask("document.getElementById('range').textContent")


def test_ten_thousand_records_are_found_by_text_fate_pipe_and_batch(browser: Browser, page: Path) -> None:
    """
    A page of rows at a time; search, fates, pipes and batches narrow it, and nothing comes from elsewhere.
    """
    browser.open(page)
    assert shown(browser) == (100, "1 to 100 of 10,000")

    browser.ask("document.getElementById('next').click()")
    assert shown(browser) == (100, "101 to 200 of 10,000")

    browser.ask("document.querySelector('[data-fate=\"dead-lettered\"]').click()")
    assert shown(browser) == (100, "1 to 100 of 1,000")

    browser.ask(SEARCH.format("'item-99 function'"))
    assert shown(browser) == (11, "1 to 11 of 11")

    browser.ask(
        "const pipe = document.getElementById('pipe'); pipe.value = 'orders'; pipe.dispatchEvent(new Event('change'))"
    )
    assert shown(browser) == (0, "")
    assert browser.ask("document.getElementById('nothing').textContent") == "No record matches."

    browser.ask(
        "pipe.value = ''; pipe.dispatchEvent(new Event('change')); document.querySelector('[data-fate=\"\"]').click()"
    )
    browser.ask("box.value = 'batch:7'; box.dispatchEvent(new Event('input'))")
    assert shown(browser) == (1, "1 to 1 of 1")
    loaded = [each["params"]["request"]["url"] for each in browser.messages if "requestWillBeSent" in each["method"]]
    assert set(loaded) == {page.as_uri()}


def test_a_row_opens_to_its_way_and_items_are_text(browser: Browser, page: Path) -> None:
    """
    Markup in keys and reasons is shown as it was written; no image of it is loaded and no script of it runs.
    """
    browser.open(page)
    browser.ask("document.querySelector('.key').click()")

    assert browser.ask("document.querySelector('.key').textContent") == f"id={MARKUP}-0"
    words = browser.ask("[...document.querySelectorAll('.steps .word')].map((word) => word.textContent)")
    assert words == ["read", "invoked", "dead-lettered"]
    assert MARKUP in browser.ask("document.querySelector('.steps').textContent")
    assert browser.ask("document.querySelectorAll('img').length + document.scripts.length") == 2
    assert browser.complaints == []


def test_an_enriched_record_shows_both_stages_of_each_attempt(browser: Browser, tmp_path: Path) -> None:
    """
    An attempt begins with the enrichment, so one that ended there counts, too.
    """
    trace = Trace()
    record = {"eventID": "e1", "eventName": "INSERT", "dynamodb": {"Keys": {"id": {"S": "a"}}, "SequenceNumber": "1"}}
    batch: dict[str, Any] = {"pipe": "orders", "time": 1_790_000_000.0, "records": (record,)}
    trace.event(events.RecordRead(pipe="orders", time=1_790_000_000.0, record=record))
    trace.event(events.EnrichmentInvoked(**batch, attempt=1, payload="[]"))
    trace.event(events.BatchFailed(**batch, reason="why", next_step="retry 1", retry_at=1.0, seconds=0.05))
    trace.event(events.EnrichmentInvoked(**batch, attempt=2, payload="[]"))
    trace.event(events.EnrichmentAnswered(**batch, elements=3, seconds=0.05))
    trace.event(events.BatchInvoked(**batch, attempt=2, payload="[]"))
    path = tmp_path / "trace.html"
    write_page(trace.data(), path)

    browser.open(path)
    browser.ask("document.querySelector('.key').click()")

    words = browser.ask("[...document.querySelectorAll('.steps .word')].map((word) => word.textContent)")
    assert words == ["read", "enriching", "failed", "enriching", "enriched", "invoked"]
    assert browser.ask("document.querySelector('tr.row td.number').textContent") == "2"
    assert browser.complaints == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 390, 1280])
def test_it_fits_phones_and_desks_by_day_and_by_night(
    browser: Browser, page: Path, tmp_path: Path, width: int, *, dark: bool
) -> None:
    """
    Nothing is wider than the window, also with a row open; text stands out from what is behind it; no one complains.
    """
    browser.open(page, width=width, dark=dark)
    browser.ask("document.querySelector('.key').click()")
    browser.picture(tmp_path / "report.png")

    root = "document.documentElement"
    assert browser.ask(f"{root}.scrollWidth <= {root}.clientWidth && {root}.clientWidth <= {width}") is True
    contrasts = browser.ask(CONTRASTS)
    assert len(contrasts) > 10
    assert [each for each in contrasts if each[0] < 4.5] == []
    assert browser.complaints == []


# The contrast of every visible text with the background behind it, as WCAG 2 defines it, with the text's beginning.
CONTRASTS = """
(() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [red, green, blue] = parts(colour).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (parts(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const found = [];
  for (const element of document.querySelectorAll("h1, p, label span, summary, td, td *, #fates button, #range")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const lights = [light(getComputedStyle(element).color), light(behind(element))].sort((one, two) => two - one);
    found.push([(lights[0] + 0.05) / (lights[1] + 0.05), element.textContent.slice(0, 20)]);
  }
  return found;
})()
"""


def test_a_run_leaves_a_report_and_a_log(example_assemblies: dict[str, Path], tmp_path: Path) -> None:
    """
    After Ctrl-C both are there: the report with the item, the log without it.
    """
    report, log = tmp_path / "trace.html", tmp_path / "trace.jsonl"
    code = "from pipes_trigger.cli import main; main()"
    command = [sys.executable, "-c", code, "local", "run", "--assembly", str(example_assemblies["order_notifications"])]
    command += ["--report", str(report), "--log", str(log)]
    item = {"customer": {"S": "ada"}, "order": {"N": "1"}, "status": {"S": "PLACED"}}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        assert run.stdout is not None
        url = table = ""
        for line in run.stdout:
            if "AWS_ENDPOINT_URL=" in line:
                url = line.partition("AWS_ENDPOINT_URL=")[2].split()[0]
            if "order-notifier reads " in line:
                table = line.split()[-1]
            if "Ctrl-C stops" in line:
                session = LocalSession(url, account="000000000001", region="eu-west-1")
                session.client("dynamodb").put_item(TableName=table, Item=item)
            if "delivered" in line:
                run.send_signal(signal.SIGINT)
                break
        rest = run.stdout.read()

    assert (run.returncode, f"the way of every record: {report}" in rest.replace("\n", "")) == (0, True)
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [line["event"] for line in lines] == [
        "pipe_ready",
        "record_read",
        "batch_invoked",
        "batch_succeeded",
        "record_delivered",
        "pipe_stopped",
    ]
    assert "by filter 1: " in report.read_text(encoding="utf-8")
    assert ("ada" in report.read_text(encoding="utf-8"), "ada" in log.read_text(encoding="utf-8")) == (True, False)
