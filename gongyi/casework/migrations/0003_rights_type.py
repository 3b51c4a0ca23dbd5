"""Counties that were set up before get the type of wishes about one's own data."""

from typing import Any

from django.db import migrations

from gongyi.core.county import new_key

NAME = "个人信息"


def add(apps: Any, _schema_editor: Any) -> None:
    rows = apps.get_model("casework", "CaseType")._base_manager
    for county in set(rows.values_list("county", flat=True)):
        here = rows.filter(county=county)
        if here.filter(code="rights").exists() or here.filter(name=NAME).exists():
            continue
        rows.create(
            id=new_key(county), county=county, code="rights", name=NAME, answer_span="15w", call_share=0, is_public=False,
            position=here.count() + 1,
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_portal")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
