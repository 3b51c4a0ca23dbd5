"""Paths of figures and reports."""

from django.urls import URLPattern, path

from gongyi.reports.views import asking, dashboard, figures, rates, report

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("figures/", figures.figures_page, name="figures"),
    path("figures/changes/", figures.changes, name="changes"),
    path("figures/errors/", figures.errors, name="errors"),
    path("figures/<str:key>/", figures.figure_page, name="figure"),
    path("tables/", asking.index, name="tables"),
    path("tables/new/", asking.new, name="table_new"),
    path("tables/answers/<uuid:key>/", asking.answer, name="table_answer"),
    path("tables/answers/<uuid:key>/begin/", asking.begin, name="table_answer_begin"),
    path("tables/answers/<uuid:key>/amend/", asking.amend, name="table_answer_amend"),
    path("tables/answers/<uuid:key>/back/", asking.give_back, name="table_answer_back"),
    path("tables/<uuid:key>/", asking.detail, name="table"),
    path("tables/<uuid:key>/edit/", asking.edit, name="table_edit"),
    path("tables/<uuid:key>/send/", asking.send, name="table_send"),
    path("tables/<uuid:key>/drop/", asking.drop, name="table_drop"),
    path("tables/<uuid:key>/end/", asking.end, name="table_end"),
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
