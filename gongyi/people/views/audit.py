"""The auditor's pages: what was done, without content, and whether the chain holds."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission
from gongyi.people.forms.accounts import AuditForm
from gongyi.people.queries.audit import PAGE, audit_page, findings


@permission(P.AUDIT_READ)
def audit(request: ActorRequest) -> HttpResponse:
    """Audit rows, newest first."""
    form = AuditForm(request.GET or None)
    facts = form.facts()
    lines = audit_page(request.actor.county, **facts)
    later = lines[PAGE - 1].entry.seq if len(lines) > PAGE else None
    return render(
        request, "people/accounts/audit.html", {"form": form, "facts": facts, "lines": lines[:PAGE], "later": later}
    )


@require_POST
@permission(P.AUDIT_READ)
def check(request: ActorRequest) -> HttpResponse:
    """Walk the whole chain now and show where it does not hold."""
    return render(request, "people/accounts/check.html", {"found": findings(request.actor.county)})
