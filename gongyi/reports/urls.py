"""Paths of figures and reports."""

from django.urls import path

from gongyi.reports.views import figures

app_name = "reports"
urlpatterns = [
    path("figures/", figures.figures_page, name="figures"),
    path("figures/changes/", figures.changes, name="changes"),
    path("figures/<str:key>/", figures.figure_page, name="figure"),
]
