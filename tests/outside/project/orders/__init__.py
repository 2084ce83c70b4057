"""
A user's project: a table of orders, and whoever is told of them.
"""
