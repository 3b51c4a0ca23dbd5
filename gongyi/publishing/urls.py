"""Paths of public texts in the office; each kind of record has them under its own address."""

from django.urls import path

from gongyi.publishing import views

app_name = "publishing"
urlpatterns = [
    path("", views.index, name="list"),
    path("start/<uuid:key>/", views.start, name="start"),
    path("<uuid:key>/", views.detail, name="detail"),
    path("<uuid:key>/<slug:step>/", views.step, name="step"),
]
