"""Copy whose turn it is from each case to its participation rows, so that a list finds it there."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def copy(apps, schema_editor):
    """In one statement; nothing else is written."""
    case, part = apps.get_model("casework", "Case"), apps.get_model("casework", "CasePart")
    turn = case.objects.filter(county=OuterRef("county"), id=OuterRef("case")).values("turn_unit")[:1]
    part.objects.filter(turn_unit=None).update(turn_unit=Subquery(turn))


class Migration(migrations.Migration):
    dependencies = [("casework", "0005_lists")]
    operations = [migrations.RunPython(copy, migrations.RunPython.noop)]
