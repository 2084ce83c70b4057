"""
A pipe, read back from what would be deployed.
"""

from pipes_trigger.spec.pipe import Intrinsic, PipeSpec

__all__ = ["Intrinsic", "PipeSpec"]
