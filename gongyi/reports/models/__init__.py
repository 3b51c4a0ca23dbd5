"""What reports keep."""

from gongyi.reports.models.rates import Formula, LeftOut

__all__ = ["Formula", "LeftOut"]
