"""
`examples/users_ids`, as its commands are: the bucket, the artifact, the function, and users that come and go.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipes_trigger.local.deploy import deploy
from tests.endtoend.running import running

if TYPE_CHECKING:
    from pipes_trigger.local.codepipeline import CodePipelineEndpoint
    from pipes_trigger.local.session import LocalSession

PACK = Path(__file__).parents[2] / "examples" / "users_ids" / "pack.py"


def test_whoever_comes_or_goes_is_told(
    example_assemblies: dict[str, Path], local_session: LocalSession, codepipeline: CodePipelineEndpoint, tmp_path: Path
) -> None:
    """
    The packed artifact runs from the bucket: insertions and removals reach the queue, modifications do not.
    """
    assembly = example_assemblies["users_ids"]
    bucket = deploy(assembly, local_session, stacks=["UsersArtifacts"]).stack("UsersArtifacts")
    packed = subprocess.run([sys.executable, PACK], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    bucket.session.client("s3").put_object(
        Bucket=bucket.outputs["BucketName"], Key="users.zip", Body=Path(packed.strip()).read_bytes()
    )

    with running(assembly, local_session, codepipeline) as app:
        app.put({"UserId": "ada", "plan": "free"})
        app.put({"UserId": "ada", "plan": "paid"})
        app.delete({"UserId": "ada"})
        told = [json.loads(app.wait_for_message("Changes")) for _ in range(2)]
        fates = [(fate.record["eventName"], fate.state) for fate in app.wait_for_fates(3)]

    place = "eu-west-1:000000000001"
    assert sorted((change["eventName"], change["keys"]["UserId"]) for change in told) == [
        ("INSERT", "ada"),
        ("REMOVE", "ada"),
    ]
    assert fates == [("INSERT", "delivered"), ("MODIFY", "filtered"), ("REMOVE", "delivered")]
    assert app.deployment.stack("UsersIds").outputs == {
        "TableArn": f"arn:aws:dynamodb:{place}:table/UsersIds",
        "FunctionArn": f"arn:aws:lambda:{place}:function:users-ids",
    }
