"""Counties that were there before proposals begin with the same reasons, classes and categories as a new one."""

import tomllib
from datetime import date
from pathlib import Path

from django.db import migrations

from gongyi.core.county import new_key

FILE = Path(__file__).parent.parent / "defaults.toml"


def fill(apps, _schema_editor):
    """For each county with units; a new installation has none yet."""
    counties = apps.get_model("network", "Unit").objects.filter(tier="county").values_list("county", flat=True)
    cause, category, result = (apps.get_model("proposals", name) for name in ("Cause", "Category", "ResultClass"))
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    kinds = {"refuse": data["refuse"]} | {kind: [{"text": t} for t in texts] for kind, texts in data["reasons"].items()}
    for county in counties:
        for kind, rows in kinds.items():
            for at, facts in enumerate(rows, start=1):
                cause.objects.create(id=new_key(county), county=county, kind=kind, position=at, **facts)
        for at, name in enumerate(data["categories"], start=1):
            category.objects.create(id=new_key(county), county=county, name=name, position=at)
        for at, facts in enumerate(data["classes"], start=1):
            kept = {"code": facts["code"], "name": facts["name"], "open_end": facts["follows"] == "promise"}
            result.objects.create(id=new_key(county), county=county, position=at, since=date(2020, 1, 1), **kept)


class Migration(migrations.Migration):
    """Data only."""

    dependencies = [("proposals", "0001_initial"), ("network", "0001_initial")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
