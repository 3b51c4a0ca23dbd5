"""What was answered before is counted by its first answer; its limit then is not known any more where a later one began since."""

from typing import Any

from django.db import migrations


def first_answers(apps: Any, _editor: Any) -> None:
    """The first answer of each proposal from its timeline."""
    proposals, steps = apps.get_model("proposals", "Proposal"), apps.get_model("proposals", "ProposalStep")
    for one in proposals.objects.filter(replied_at__isnull=False, first_at=None).iterator(500):
        out = steps.objects.filter(
            county=one.county, proposal=one.pk, action__in=["approve", "audit"], target="replied"
        )
        at = out.order_by("seq").values_list("at", flat=True).first() or one.replied_at
        proposals.objects.filter(county=one.county, pk=one.pk).update(first_at=at, first_due=one.unit_due)


class Migration(migrations.Migration):
    dependencies = [("proposals", "0004_first_answer")]
    operations = [migrations.RunPython(first_answers, migrations.RunPython.noop)]
