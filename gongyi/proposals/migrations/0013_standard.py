"""Counties that were there before comments begin with the same written standard as a new one."""

import tomllib
from pathlib import Path

from django.db import migrations

from gongyi.core.county import new_key

FILE = Path(__file__).parent.parent / "defaults.toml"


def fill(apps, _schema_editor):
    """For each county that chooses from reasons and has none for comments yet."""
    rows = apps.get_model("proposals", "Cause")._base_manager
    standard = tomllib.loads(FILE.read_text(encoding="utf-8"))["comment"]
    for county in set(rows.values_list("county", flat=True)):
        if not rows.filter(county=county, kind="comment").exists():
            for at, facts in enumerate(standard, start=1):
                rows.create(id=new_key(county), county=county, kind="comment", position=at, **facts)


class Migration(migrations.Migration):
    """Data only."""

    dependencies = [("proposals", "0012_voices")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
