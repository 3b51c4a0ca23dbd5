"""What reports keep."""

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
    "Formula",
    "LeftOut",
    "Report",
    "ReportComment",
    "ReportFigure",
    "ReportFile",
    "ReportPart",
    "ReportStep",
    "ReportTemplate",
    "ReportVersion",
]
