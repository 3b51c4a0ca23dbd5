"""What was followed up before needs a promise; 留作参考 of the first defaults declines; every other class is done, as it was."""

from typing import Any

from django.db import migrations


def what_follows(apps: Any, _editor: Any) -> None:
    """Data only."""
    classes = apps.get_model("proposals", "ResultClass").objects
    classes.filter(open_end=True).update(follows="promise")
    classes.filter(open_end=False).update(follows="done")
    classes.filter(open_end=False, code="D", name="留作参考").update(follows="declined")


class Migration(migrations.Migration):
    dependencies = [("proposals", "0008_follows")]
    operations = [migrations.RunPython(what_follows, migrations.RunPython.noop)]
