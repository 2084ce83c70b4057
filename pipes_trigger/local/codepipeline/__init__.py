"""
CodePipeline on loopback, as far as starting and watching executions goes.
"""

from pipes_trigger.local.codepipeline.endpoint import CodePipelineEndpoint
from pipes_trigger.local.codepipeline.pipelines import Execution

__all__ = ["CodePipelineEndpoint", "Execution"]
