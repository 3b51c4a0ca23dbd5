"""The months are counted anew: rows of before know nothing of what was in hand. The next run of the worker does it, and notes no change."""

from typing import Any

from django.db import migrations


def forget(apps: Any, _editor: Any) -> None:
    """Only when each month was counted is forgotten; until then it is counted whenever it is looked at."""
    apps.get_model("reports", "MonthlyCount").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("reports", "0008_corrected_and_in_hand")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
