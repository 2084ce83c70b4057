"""
`pipes-trigger explain`: why a record matches or does not.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Shell = Callable[..., tuple[int, str, str]]
    Template = Callable[..., dict[str, Any]]

PAID = '{"eventName": ["MODIFY"], "dynamodb": {"NewImage": {"status": {"S": ["PAID"]}}}}'


def test_every_condition_and_the_near_miss(shell: Shell, lines: str) -> None:
    """
    Each condition says what it wanted and found; one that is alone in the way is named.
    """
    assert shell("explain", PAID, stdin=lines.replace('"PAID"', '"OPEN"', 1)) == (
        1,
        "no   stdin:1 INSERT id=o-1\n"
        "  no   dynamodb.NewImage.status.S: wanted 'PAID', found 'PLACED'\n"
        "  no   eventName: wanted 'MODIFY', found 'INSERT'\n"
        "no   stdin:2 MODIFY id=o-1\n"
        "  no   dynamodb.NewImage.status.S: wanted 'PAID', found 'OPEN'\n"
        "  yes  eventName: wanted 'MODIFY', found 'MODIFY'\n"
        "  near miss: look at dynamodb.NewImage.status.S\n"
        "no   stdin:3 REMOVE id=o-1\n"
        "  no   dynamodb.NewImage.status.S: wanted 'PAID', found nothing\n"
        "  no   eventName: wanted 'MODIFY', found 'REMOVE'\n",
        "0 of 3 records match\n",
    )


def test_alternatives(shell: Shell) -> None:
    """
    The branches of $or are shown one by one.
    """
    pattern = '{"$or": [{"eventName": ["INSERT"]}, {"eventName": ["MODIFY"]}]}'

    assert shell("explain", pattern, '{"eventName": "MODIFY"}')[:2] == (
        0,
        "yes  RECORDS:1 MODIFY\n"
        "  alternative 1\n"
        "  no   eventName: wanted 'INSERT', found 'MODIFY'\n"
        "  alternative 2\n"
        "  yes  eventName: wanted 'MODIFY', found 'MODIFY'\n",
    )


def test_conditions_of_different_elements(shell: Shell) -> None:
    """
    Conditions that hold in different elements of a list are said to be apart.
    """
    pattern, record = '{"a": {"x": ["1"], "y": ["2"]}}', '{"a": [{"x": "1"}, {"y": "2"}]}'

    assert shell("explain", "--service", "event_bus", pattern, record)[:2] == (
        1,
        "no   RECORDS:1\n"
        "  yes  a.x: wanted '1', found '1'\n"
        "  yes  a.y: wanted '2', found '2'\n"
        "  each condition holds, but not within one element of the list\n",
    )


def test_every_filter_of_a_pipe(shell: Shell, tmp_path: Path, template: Template) -> None:
    """
    Several filters are explained one by one; a pipe without any says so.
    """
    filters = ({"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]})
    (tmp_path / "two.json").write_text(json.dumps(template(Orders={"filters": filters})))
    (tmp_path / "none.json").write_text(json.dumps(template(Orders={"filters": ()})))

    assert shell("explain", "two.json", '{"eventName": "REMOVE"}')[:2] == (
        0,
        "yes  RECORDS:1 REMOVE\n"
        "  filter 1 does not match\n"
        "    no   eventName: wanted 'INSERT', found 'REMOVE'\n"
        "    near miss: look at eventName\n"
        "  filter 2 matches\n"
        "    yes  eventName: wanted 'REMOVE', found 'REMOVE'\n",
    )
    assert shell("explain", "none.json", '{"eventName": "REMOVE"}')[:2] == (
        0,
        "yes  RECORDS:1 REMOVE\n  the pipe has no filter: every record passes\n",
    )


def test_explained_for_machines(shell: Shell, changes: list[dict[str, Any]]) -> None:
    """
    --json gives the same as data, each filter with its alternatives.
    """
    status, out, err = shell("explain", PAID, json.dumps(changes[0]), "--json")

    status_path = "dynamodb.NewImage.status.S"
    assert (status, err) == (1, "")
    assert json.loads(out) == {
        "record": "RECORDS:1",
        "matches": False,
        "filters": [
            {
                "matches": False,
                "near_miss": None,
                "alternatives": [
                    [
                        {"path": status_path, "wanted": "'PAID'", "found": "'PLACED'", "verdict": False},
                        {"path": "eventName", "wanted": "'MODIFY'", "found": "'INSERT'", "verdict": False},
                    ]
                ],
            }
        ],
    }


def test_the_near_miss_for_machines(shell: Shell) -> None:
    """
    The near miss is the path of the one condition.
    """
    out = shell("explain", '{"eventName": ["INSERT"]}', '{"eventName": "MODIFY"}', "--json")[1]

    assert json.loads(out)["filters"][0]["near_miss"] == "eventName"
