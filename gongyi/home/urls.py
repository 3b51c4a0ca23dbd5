"""Paths of the first pages."""

from django.urls import path

from gongyi.home.views import answers, guide, inbox, offline, pages, portal, residents, search, today

app_name = "home"
urlpatterns = [
    path("", pages.start, name="start"),
    path("healthz", pages.healthz, name="healthz"),
    path("portal/", portal.portal, name="portal"),
    path("portal/ask/", portal.ask, name="portal_ask"),
    path("portal/ask/done/", portal.done, name="portal_done"),
    path("portal/answers/", answers.answers, name="answers"),
    path("portal/answers/feed/", answers.feed, name="answers_feed"),
    path("portal/answers/<slug:slug>/", answers.answer, name="answer"),
    path("portal/places/", portal.places, name="portal_places"),
    path("portal/track/", portal.track, name="portal_track"),
    path("portal/case/", portal.case, name="portal_case"),
    path("portal/case/why/", portal.why, name="portal_why"),
    path("portal/case/leave/", portal.leave, name="portal_leave"),
    path("portal/case/files/<uuid:file_key>/", portal.file, name="portal_file"),
    path("portal/case/<slug:step>/", portal.step, name="portal_step"),
    path("portal/mine/", portal.mine, name="portal_mine"),
    path("portal/mine/in/", residents.sign_in, name="portal_in"),
    path("portal/mine/out/", residents.sign_out, name="portal_out"),
    path("portal/mine/new/", residents.sign_up, name="portal_new"),
    path("portal/mine/add/", portal.add, name="portal_add"),
    path("portal/mine/keep/", portal.keep, name="portal_keep"),
    path("portal/mine/change/", residents.change, name="portal_change"),
    path("portal/mine/remove/", residents.remove, name="portal_remove"),
    path("portal/mine/<uuid:case_key>/", portal.own, name="portal_own"),
    path("today/", today.today, name="today"),
    path("today/first/", today.first_task, name="first_task"),
    path("search/", search.search_page, name="search"),
    path("unit/", pages.choose_unit, name="choose_unit"),
    path("theme/", pages.theme, name="theme"),
    path("help/", guide.help_page, name="help"),
    path("help/tour/", guide.tour, name="tour"),
    path("offline/", offline.shell, name="offline"),
    path("sw.js", offline.worker, name="worker"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/digest/", inbox.digest, name="digest"),
    path("inbox/<uuid:key>/", inbox.message, name="message"),
]
