"""All paths. Each view says who may open it; `tests/guards` visits every one as every role."""

from django.urls import include, path
from django.views.i18n import set_language

from gongyi.core.http import public

handler400 = "gongyi.home.views.pages.bad_request"

urlpatterns = [
    path("", include("gongyi.home.urls")),
    path("promises/", include("gongyi.promises.urls")),
    path("cases/publications/", include("gongyi.publishing.urls", "case_publications"), {"kind": "case"}),
    path("cases/", include("gongyi.casework.urls")),
    path("proposals/publications/", include("gongyi.publishing.urls", "proposal_publications"), {"kind": "proposal"}),
    path("proposals/", include("gongyi.proposals.urls")),
    path("network/", include("gongyi.network.urls")),
    path("people/", include("gongyi.people.urls")),
    path("", include("gongyi.reports.urls")),
    path("accounts/", include("gongyi.people.urls.sign_in")),
    path("language/", public("anybody may choose the language")(set_language), name="set_language"),
]
