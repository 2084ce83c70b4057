"""
What can be seen of a trigger in CloudWatch: metrics as data, and alarms and a dashboard that are built on request.
"""
