"""Paths of figures and reports."""

from django.urls import URLPattern, path

from gongyi.reports.views import dashboard, figures, filling, rates, report, statistics

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("portal/statistics/", statistics.statistics, name="statistics"),
    path("portal/statistics/file/", statistics.statistics_file, name="statistics_file"),
    path("figures/", figures.figures_page, name="figures"),
    path("figures/changes/", figures.changes, name="changes"),
    path("figures/errors/", figures.errors, name="errors"),
    path("figures/<str:key>/", figures.figure_page, name="figure"),
    path("fill/", filling.index, name="fills"),
    path("fill/<uuid:key>/", filling.fill, name="fill"),
    path("fill/<uuid:key>/cell/", filling.cell, name="fill_cell"),
    path("fill/<uuid:key>/scope/", filling.scope, name="fill_scope"),
    path("fill/<uuid:key>/confirm/", filling.confirm, name="fill_confirm"),
    path("fill/<uuid:key>/take/", filling.take, name="fill_take"),
    path("fill/forms/<uuid:key>/forget/", filling.forget, {"back": False}, name="form_forget"),
    path("fill/forms/<uuid:key>/remember/", filling.forget, {"back": True}, name="form_remember"),
    path("reports/", report.index, name="reports"),
    path("reports/new/", report.new, name="report_new"),
    path("reports/templates/", report.templates, name="templates"),
    path("reports/templates/<uuid:key>/end/", report.template_end, name="template_end"),
    path("reports/<uuid:key>/", report.detail, name="report"),
    path("reports/<uuid:key>/comment/", report.comment, name="report_comment"),
    path("reports/<uuid:key>/comments/<uuid:comment>/done/", report.comment_done, name="report_comment_done"),
    path("reports/<uuid:key>/evidence/", report.evidence, name="report_evidence"),
    path("reports/<uuid:key>/proof/", report.proof, name="report_proof"),
    path("reports/<uuid:key>/copied/", report.copied, name="report_copied"),
    path("reports/<uuid:key>/take/", report.take, name="report_take"),
    path("reports/<uuid:key>/<slug:step>/", report.step, name="report_step"),
    path("rates/", rates.index, name="rates"),
    path("rates/left-out/<uuid:row>/", rates.judge, name="left_out_judge"),
    path("rates/left-out/<uuid:row>/end/", rates.end, name="left_out_end"),
    path("rates/<str:key>/", rates.detail, name="rate"),
    path("rates/<str:key>/formula/", rates.formula, name="formula"),
]
