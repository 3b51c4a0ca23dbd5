"""Paths of figures and reports."""

from django.urls import URLPattern, path

from gongyi.reports.views import dashboard, figures, rates, statistics

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("portal/statistics/", statistics.statistics, name="statistics"),
    path("portal/statistics/file/", statistics.statistics_file, name="statistics_file"),
    path("figures/", figures.figures_page, name="figures"),
    path("figures/changes/", figures.changes, name="changes"),
    path("figures/errors/", figures.errors, name="errors"),
    path("figures/<str:key>/", figures.figure_page, name="figure"),
    path("rates/", rates.index, name="rates"),
    path("rates/left-out/<uuid:row>/", rates.judge, name="left_out_judge"),
    path("rates/left-out/<uuid:row>/end/", rates.end, name="left_out_end"),
    path("rates/<str:key>/", rates.detail, name="rate"),
    path("rates/<str:key>/formula/", rates.formula, name="formula"),
]
