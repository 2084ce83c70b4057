"""
ARNs, names, settings and SSM look-ups: what a trigger needs to know of the account that it is built for.
"""
