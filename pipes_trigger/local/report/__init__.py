"""
The report of a run: one page that needs nothing else, with the way of every record.
"""

from pipes_trigger.local.report.page import render_page, write_page

__all__ = ["render_page", "write_page"]
