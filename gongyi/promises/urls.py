"""Paths of the promise ledger."""

from django.urls import path

from gongyi.promises import views

app_name = "promises"
urlpatterns = [
    path("", views.index, name="list"),
    path("export/", views.export, name="export"),
    path("meeting/", views.meeting, name="meeting"),
    path("setting/", views.setting, name="setting"),
    path("<uuid:key>/", views.detail, name="detail"),
    path("<uuid:key>/paper/", views.paper, name="paper"),
    path("<uuid:key>/files/<uuid:file_key>/", views.file, name="file"),
    path("<uuid:key>/<slug:action>/", views.step, name="step"),
]
