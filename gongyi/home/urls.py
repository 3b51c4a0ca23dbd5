"""Paths of the first pages."""

from django.urls import path

from gongyi.home.views import inbox, pages, portal, today

app_name = "home"
urlpatterns = [
    path("", pages.start, name="start"),
    path("healthz", pages.healthz, name="healthz"),
    path("portal/", portal.portal, name="portal"),
    path("today/", today.today, name="today"),
    path("unit/", pages.choose_unit, name="choose_unit"),
    path("theme/", pages.theme, name="theme"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/digest/", inbox.digest, name="digest"),
    path("inbox/<uuid:key>/", inbox.message, name="message"),
]
