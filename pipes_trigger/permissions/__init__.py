"""
Who may do what to what by a template, and why.
"""
