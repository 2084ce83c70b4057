"""
`examples/solutions_constructs`: two tables whose changes are noted in a third.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.endtoend.running import running

if TYPE_CHECKING:
    from pathlib import Path

    from pipes_trigger.local.codepipeline import CodePipelineEndpoint
    from pipes_trigger.local.session import LocalSession


def test_every_change_is_noted(
    example_assemblies: dict[str, Path], local_session: LocalSession, codepipeline: CodePipelineEndpoint
) -> None:
    """
    The minimal and the customised trigger run the user's own function, which writes to the audit table.
    """
    with running(example_assemblies["solutions_constructs"], local_session, codepipeline) as app:
        app.put({"id": "1"}, table="minimal/Table")
        app.put({"customer": "ada"}, table="customised/Table")
        app.delete({"customer": "ada"}, table="customised/Table")
        (audit,) = [
            resource.physical_id
            for resource in app.deployment.stack("Audit").resources.values()
            if resource.logical_id.startswith("Audit")
        ]

        def noted() -> list[Any]:
            items = app.client("dynamodb").scan(TableName=audit)["Items"]
            return items if len(items) == 3 else []

        notes = app.wait_for(noted, what="three notes")

    assert sorted((note["event"]["S"], note["keys"]["S"]) for note in notes) == [
        ("INSERT", '{"customer": {"S": "ada"}}'),
        ("INSERT", '{"id": {"S": "1"}}'),
        ("REMOVE", '{"customer": {"S": "ada"}}'),
    ]
