"""Every month is counted again, so that days of reception are no difference of an old month."""

from typing import Any

from django.db import migrations


def count_again(apps: Any, _editor: Any) -> None:
    """Forget when the months were counted; the next run counts them all."""
    apps.get_model("reports", "MonthlyCount").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("reports", "0019_pledges")]
    operations = [migrations.RunPython(count_again, migrations.RunPython.noop)]
