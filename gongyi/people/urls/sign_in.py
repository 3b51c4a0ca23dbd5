"""Paths under /accounts/: of allauth's only those with a page of ours; no sign-up, no e-mail, no reset by e-mail."""

from allauth.account import views as account
from allauth.usersessions import views as sessions
from django.urls import include, path

from gongyi.people.views import sign_in

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", sign_in.sign_out, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("signup/", sign_in.closed, name="account_signup"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", sessions.list_usersessions, name="usersessions_list"),
    path("device/", sign_in.device, name="device"),
    path("invite/<str:token>/", sign_in.invitation, name="invitation"),
]
