"""
Option groups: frozen, keyword-only, checked when they are made.

Durations are whole seconds: an `int`, a `datetime.timedelta` or a CDK `Duration`. CDK's unresolved number tokens pass
unchecked.
"""
