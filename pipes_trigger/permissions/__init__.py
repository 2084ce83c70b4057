"""
Who may do what to what by a template, why, and which call needs it; without CDK.
"""

from pipes_trigger.permissions.explain import explain
from pipes_trigger.permissions.permission import UNKNOWN, VERBS, Effect, Permission

__all__ = ["UNKNOWN", "VERBS", "Effect", "Permission", "explain"]
