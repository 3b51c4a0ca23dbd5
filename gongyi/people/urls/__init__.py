"""Paths of people under /people/; those under /accounts/ stand in `sign_in.py`."""

from django.urls import path

from gongyi.people.views import accounts, audit, coverage, handover, posts, sign_in

app_name = "people"
urlpatterns = [
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/invite/", accounts.invite, name="invite"),
    path("accounts/units/", accounts.unit_picker, name="unit_hits"),
    path("accounts/<uuid:key>/", accounts.account, name="account"),
    path("accounts/<uuid:key>/grant/", accounts.add_grant, name="add_grant"),
    path("accounts/<uuid:key>/reset/", accounts.reset, name="reset"),
    path("accounts/<uuid:key>/link/", accounts.link, name="link"),
    path("accounts/<uuid:key>/do/<slug:name>/", accounts.account_step, name="account_step"),
    path("grants/<uuid:key>/end/", accounts.end_grant, name="end_grant"),
    path("devices/<uuid:key>/<slug:name>/", accounts.device_step, name="device_step"),
    path("confirm/", accounts.confirm, name="confirm"),
    path("confirm/grant/<uuid:key>/", accounts.confirm_grant, name="confirm_grant"),
    path("confirm/reset/<uuid:key>/", accounts.confirm_reset, name="confirm_reset"),
    path("guard/", accounts.guard, name="guard"),
    path("guard/<uuid:key>/unlock/", accounts.guard_unlock, name="guard_unlock"),
    path("me/", sign_in.me, name="me"),
    path("audit/", audit.audit, name="audit"),
    path("audit/check/", audit.check, name="audit_check"),
    path("coverage/", coverage.coverage, name="coverage"),
    path("posts/candidates/", posts.candidates, name="candidates"),
    path("posts/<uuid:post_id>/", posts.post, name="post"),
    path("posts/<uuid:post_id>/fill/", posts.fill_post, name="fill_post"),
    path("posts/<uuid:post_id>/handover/", handover.make_pack, name="make_pack"),
    path("holdings/<uuid:holding_id>/end/", posts.end_holding, name="end_holding"),
    path("holdings/<uuid:holding_id>/role/", posts.give_role, name="give_role"),
    path("holdings/<uuid:holding_id>/renew/", posts.renew_term, name="renew_term"),
    path("holdings/<uuid:holding_id>/verify/", posts.verify_contact, name="verify_contact"),
    path("handovers/", handover.packs, name="packs"),
    path("handovers/<uuid:pack_id>/", handover.pack, name="pack"),
    path("handovers/<uuid:pack_id>/return/", handover.return_pack, name="return_pack"),
    path("handovers/<uuid:pack_id>/withdraw/", handover.withdraw_pack, name="withdraw_pack"),
]
