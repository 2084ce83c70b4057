"""
The user's project is run in an environment of its own, not by this one's pytest.
"""

collect_ignore = ["project"]
