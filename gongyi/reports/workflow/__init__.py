"""The states of what reports keep."""

from gongyi.reports.workflow.asking import ANSWER, ASK

__all__ = ["ANSWER", "ASK"]
