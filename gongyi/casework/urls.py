"""Paths of casework."""

from django.urls import path

from gongyi.casework.views import case, lists, publishing, settings

app_name = "casework"
urlpatterns = [
    path("", lists.case_list, name="list"),
    path("new/", lists.new, name="new"),
    path("new/done/", lists.new_done, name="new_done"),
    path("new/same/", lists.same_asker, name="same_asker"),
    path("people/", lists.people, name="people"),
    path("staff/pick/", lists.pick_staff, name="pick_staff"),
    path("publications/", publishing.index, name="publications"),
    path("publications/<uuid:key>/", publishing.detail, name="publication"),
    path("publications/<uuid:key>/<slug:step>/", publishing.step, name="publication_step"),
    path("topics/pick/", lists.pick_topic, name="pick_topic"),
    path("settings/", settings.index, name="settings"),
    path("settings/types/", settings.types, name="settings_types"),
    path("settings/types/new/", settings.type_form, name="settings_type_new"),
    path("settings/types/preview/", settings.type_preview, name="settings_type_preview"),
    path("settings/types/<uuid:key>/", settings.type_form, name="settings_type"),
    path("settings/topics/", settings.topics, name="settings_topics"),
    path("settings/topics/new/", settings.topic_form, name="settings_topic_new"),
    path("settings/topics/<uuid:key>/", settings.topic_form, name="settings_topic"),
    path("settings/reasons/", settings.reasons, name="settings_reasons"),
    path("settings/reasons/new/", settings.reason_form, name="settings_reason_new"),
    path("settings/reasons/<uuid:key>/", settings.reason_form, name="settings_reason"),
    path("settings/templates/", settings.templates, name="settings_templates"),
    path("settings/templates/new/", settings.template_form, name="settings_template_new"),
    path("settings/templates/hints/", settings.template_hints, name="settings_hints"),
    path("settings/templates/<uuid:key>/", settings.template_form, name="settings_template"),
    path("settings/registers/", settings.registers, name="settings_registers"),
    path("settings/registers/new/", settings.register_form, name="settings_register_new"),
    path("settings/registers/<uuid:key>/", settings.register_form, name="settings_register"),
    path("settings/registers/<uuid:key>/end/", settings.register_end, name="settings_register_end"),
    path("settings/<slug:group>/arrange/", settings.arrange, name="settings_arrange"),
    path("<uuid:key>/", case.detail, name="detail"),
    path("<uuid:key>/paper/", case.paper, name="paper"),
    path("<uuid:key>/publish/", publishing.start, name="publish"),
    path("<uuid:key>/paste/", case.paste, name="paste"),
    path("<uuid:key>/asker/", case.asker, name="asker"),
    path("<uuid:key>/why/<slug:which>/", case.why, name="why"),
    path("<uuid:key>/files/<uuid:file_key>/", case.file, name="file"),
    path("<uuid:key>/<slug:action>/", case.move, name="move"),
]
