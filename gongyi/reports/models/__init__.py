"""What reports keep."""

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
    "Report",
    "ReportComment",
    "ReportFigure",
    "ReportFile",
    "ReportPart",
    "ReportStep",
    "ReportTemplate",
    "ReportVersion",
]
