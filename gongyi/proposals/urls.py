"""Paths of proposals."""

from django.urls import path

from gongyi.proposals.views import calls, case, comments, lists, settings

app_name = "proposals"
urlpatterns = [
    path("", lists.index, name="list"),
    path("new/", lists.new, name="new"),
    path("export/", lists.export, name="export"),
    path("calls/", calls.index, name="calls"),
    path("comments/", comments.index, name="comments"),
    path("comments/<uuid:key>/", comments.detail, name="comment"),
    path("comments/<uuid:key>/<slug:action>/", comments.step, name="comment_step"),
    path("calls/new/", calls.new, name="call_new"),
    path("calls/<uuid:key>/", calls.detail, name="call"),
    path("calls/<uuid:key>/<slug:action>/", calls.step, name="call_step"),
    path("settings/", settings.index, name="settings"),
    path("settings/limits/", settings.limits, name="settings_limits"),
    path("settings/classes/", settings.classes, name="settings_classes"),
    path("settings/classes/new/", settings.class_form, name="settings_class_new"),
    path("settings/classes/<uuid:key>/", settings.class_form, name="settings_class"),
    path("settings/classes/<uuid:key>/end/", settings.class_end, name="settings_class_end"),
    path("settings/<slug:group>/", settings.listed, name="settings_group"),
    path("settings/<slug:group>/new/", settings.listed_form, name="settings_group_new"),
    path("settings/<slug:group>/arrange/", settings.arrange, name="settings_arrange"),
    path("settings/<slug:group>/<uuid:key>/", settings.listed_form, name="settings_group_row"),
    path("<uuid:key>/", case.detail, name="detail"),
    path("<uuid:key>/authors/", case.authors, name="authors"),
    path("<uuid:key>/files/<uuid:file_key>/", case.file, name="file"),
    path("<uuid:key>/why/<slug:which>/", case.why, name="why"),
    path("<uuid:key>/<slug:action>/", case.move, name="move"),
]
