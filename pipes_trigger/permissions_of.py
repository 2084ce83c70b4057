"""
What a trigger of an app that is not synthesized yet may do.
"""
