"""The states of what reports keep."""

from gongyi.reports.workflow.asking import ANSWER, ASK
from gongyi.reports.workflow.report import REPORT

__all__ = ["ANSWER", "ASK", "REPORT"]
