"""What reports keep."""

from gongyi.reports.models.asking import Answer, AnswerCell, AnswerStep, Ask, AskColumn, AskStep, AskUnit
from gongyi.reports.models.filling import FormFill, FormMemory
from gongyi.reports.models.ledger import Ledger, LedgerRun, LedgerSheet
from gongyi.reports.models.monthly import MonthlyChange, MonthlyCount, MonthlyRow, MonthlySplit, column
from gongyi.reports.models.pledges import Pledge
from gongyi.reports.models.rates import Formula, LeftOut
from gongyi.reports.models.report import (
    HEAD,
    Report,
    ReportComment,
    ReportFigure,
    ReportFile,
    ReportPart,
    ReportStep,
    ReportTemplate,
    ReportVersion,
    whole,
)

__all__ = [
    "HEAD",
    "Answer",
    "AnswerCell",
    "AnswerStep",
    "Ask",
    "AskColumn",
    "AskStep",
    "AskUnit",
    "FormFill",
    "FormMemory",
    "Formula",
    "Ledger",
    "LedgerRun",
    "LedgerSheet",
    "LeftOut",
    "MonthlyChange",
    "MonthlyCount",
    "MonthlyRow",
    "MonthlySplit",
    "Pledge",
    "Report",
    "ReportComment",
    "ReportFigure",
    "ReportFile",
    "ReportPart",
    "ReportStep",
    "ReportTemplate",
    "ReportVersion",
    "column",
    "whole",
]
