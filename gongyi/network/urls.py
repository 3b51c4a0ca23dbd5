"""Paths of the network."""

from django.urls import path

from gongyi.network.views import calendar, posts, units

app_name = "network"
urlpatterns = [
    path("", units.tree, name="tree"),
    path("pick/", units.pick, name="pick"),
    path("pick/<str:tiers>/", units.pick, name="pick"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<int:year>/", calendar.calendar, name="calendar_year"),
    path("calendar/set/", calendar.set_day, name="set_day"),
    path("calendar/<uuid:key>/clear/", calendar.clear_day, name="clear_day"),
    path("calendar/explain/", calendar.explain, name="explain_day"),
    path("<uuid:key>/", units.unit, name="unit"),
    path("<uuid:key>/open/", units.open_unit, name="open_unit"),
    path("<uuid:key>/start/", units.start_unit, name="start_unit"),
    path("<uuid:key>/rename/", units.rename_unit, name="rename_unit"),
    path("<uuid:key>/move/", units.move_unit, name="move_unit"),
    path("<uuid:key>/merge/", units.merge_unit, name="merge_unit"),
    path("<uuid:key>/close/", units.close_unit, name="close_unit"),
    path("<uuid:key>/reopen/", units.reopen_unit, name="reopen_unit"),
    path("<uuid:key>/verify/", units.verify_contact, name="verify_contact"),
    path("<uuid:key>/posts/add/", posts.add_post, name="add_post"),
    path("<uuid:key>/duties/add/", posts.add_duty, name="add_duty"),
    path("posts/<uuid:key>/end/", posts.end_post, name="end_post"),
    path("duties/<uuid:key>/", posts.edit_duty, name="edit_duty"),
    path("duties/<uuid:key>/end/", posts.end_duty, name="end_duty"),
]
