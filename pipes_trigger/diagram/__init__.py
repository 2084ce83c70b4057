"""
Pictures of what a stack's triggers are: read from synthesized templates, written as Mermaid text, SVG or PNG.

The extra `diagram` brings what PNG needs; the others need nothing more.
"""

from pipes_trigger.diagram.model import Diagram, Kind, Node, StackTriggers, Trigger
from pipes_trigger.diagram.reading import read_diagram

__all__ = ["Diagram", "Kind", "Node", "StackTriggers", "Trigger", "read_diagram"]
