"""What reports keep."""

from gongyi.reports.models.asking import Answer, AnswerCell, AnswerStep, Ask, AskColumn, AskStep, AskUnit
from gongyi.reports.models.ledger import Ledger, LedgerSheet
from gongyi.reports.models.monthly import MonthlyChange, MonthlyCount, MonthlyRow, MonthlySplit, column
from gongyi.reports.models.rates import Formula, LeftOut
from gongyi.reports.models.report import (
    Report,
    ReportComment,
    ReportFigure,
    ReportFile,
    ReportPart,
    ReportStep,
    ReportTemplate,
    ReportVersion,
)

__all__ = [
<<<<<<< HEAD
    "Answer",
    "AnswerCell",
    "AnswerStep",
    "Ask",
    "AskColumn",
    "AskStep",
    "AskUnit",
    "Formula",
    "Ledger",
    "LedgerSheet",
=======
    "Formula",
>>>>>>> origin/main
    "LeftOut",
    "MonthlyChange",
    "MonthlyCount",
    "MonthlyRow",
    "MonthlySplit",
<<<<<<< HEAD
=======
    "Report",
    "ReportComment",
    "ReportFigure",
    "ReportFile",
    "ReportPart",
    "ReportStep",
    "ReportTemplate",
    "ReportVersion",
>>>>>>> origin/main
    "column",
]
