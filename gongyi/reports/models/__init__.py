"""What reports keep."""

from gongyi.reports.models.monthly import MonthlyChange, MonthlyCount, MonthlyRow, MonthlySplit, column

__all__ = ["MonthlyChange", "MonthlyCount", "MonthlyRow", "MonthlySplit", "column"]
