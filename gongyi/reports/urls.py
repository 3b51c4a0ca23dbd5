"""Paths of figures and reports."""

from django.urls import URLPattern, path

from gongyi.reports.views import rates

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("rates/", rates.index, name="rates"),
    path("rates/left-out/<uuid:row>/", rates.judge, name="left_out_judge"),
    path("rates/left-out/<uuid:row>/end/", rates.end, name="left_out_end"),
    path("rates/<str:key>/", rates.detail, name="rate"),
    path("rates/<str:key>/formula/", rates.formula, name="formula"),
]
