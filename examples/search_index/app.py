"""
Products that can be searched: an OpenSearch index that is kept like the table. `examples/README.md` has the commands.
"""

from pathlib import Path

from aws_cdk import App
from search_stack import SearchStack

from pipes_trigger import ApplicationHelper


def build(app: App) -> None:
    """
    Add the stack to an app.
    """
    helper = ApplicationHelper.from_cdk_json(
        Path(__file__).with_name("cdk.json"), environment=app.node.try_get_context("environment") or "dev"
    )
    # `cdk synth --context search-endpoint=http://127.0.0.1:9200` for an OpenSearch on this machine.
    endpoint = app.node.try_get_context("search-endpoint") or helper.get_from_env("search_endpoint")
    SearchStack(app, "SearchIndex", helper=helper, endpoint=endpoint)


if __name__ == "__main__":
    app = App()
    build(app)
    app.synth()
