"""Paths of figures and reports."""

from django.urls import URLPattern, path

from gongyi.reports.views import asking, dashboard, figures, rates

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
    path("rates/", rates.index, name="rates"),
    path("rates/left-out/<uuid:row>/", rates.judge, name="left_out_judge"),
    path("rates/left-out/<uuid:row>/end/", rates.end, name="left_out_end"),
    path("rates/<str:key>/", rates.detail, name="rate"),
    path("rates/<str:key>/formula/", rates.formula, name="formula"),
]
