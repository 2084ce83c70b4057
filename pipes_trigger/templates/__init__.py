"""
Input templates: what a pipe makes of a record before the function sees it.
"""

from pipes_trigger.templates.build import Field, field, variable
from pipes_trigger.templates.context import PipeContext
from pipes_trigger.templates.placeholders import Placeholder, Step
from pipes_trigger.templates.template import InputTemplate

__all__ = ["Field", "InputTemplate", "PipeContext", "Placeholder", "Step", "field", "variable"]
