"""Paths of figures and reports."""

from django.urls import URLPattern, path

from gongyi.reports.views import figures, filling, rates

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("figures/", figures.figures_page, name="figures"),
    path("figures/changes/", figures.changes, name="changes"),
    path("figures/<str:key>/", figures.figure_page, name="figure"),
    path("fill/", filling.index, name="fills"),
    path("fill/<uuid:key>/", filling.fill, name="fill"),
    path("fill/<uuid:key>/cell/", filling.cell, name="fill_cell"),
    path("fill/<uuid:key>/scope/", filling.scope, name="fill_scope"),
    path("fill/<uuid:key>/confirm/", filling.confirm, name="fill_confirm"),
    path("fill/<uuid:key>/take/", filling.take, name="fill_take"),
    path("fill/forms/<uuid:key>/forget/", filling.forget, {"back": False}, name="form_forget"),
    path("fill/forms/<uuid:key>/remember/", filling.forget, {"back": True}, name="form_remember"),
    path("rates/", rates.index, name="rates"),
    path("rates/left-out/<uuid:row>/", rates.judge, name="left_out_judge"),
    path("rates/left-out/<uuid:row>/end/", rates.end, name="left_out_end"),
    path("rates/<str:key>/", rates.detail, name="rate"),
    path("rates/<str:key>/formula/", rates.formula, name="formula"),
]
