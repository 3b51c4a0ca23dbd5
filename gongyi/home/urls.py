"""Paths of the first pages."""

from django.urls import path

from gongyi.home.views import pages, portal, today

app_name = "home"
urlpatterns = [
    path("", pages.start, name="start"),
    path("healthz", pages.healthz, name="healthz"),
    path("portal/", portal.portal, name="portal"),
    path("today/", today.today, name="today"),
    path("unit/", pages.choose_unit, name="choose_unit"),
    path("theme/", pages.theme, name="theme"),
    path("inbox/", pages.inbox, name="inbox"),
]
