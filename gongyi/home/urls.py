"""Paths of the first pages."""

from django.urls import path

from gongyi.home import views

app_name = "home"
urlpatterns = [
    path("", views.start, name="start"),
    path("healthz", views.healthz, name="healthz"),
    path("portal/", views.portal, name="portal"),
    path("today/", views.today, name="today"),
    path("today/first/", views.first_task, name="first_task"),
    path("unit/", views.choose_unit, name="choose_unit"),
    path("theme/", views.theme, name="theme"),
    path("inbox/", views.inbox, name="inbox"),
]
