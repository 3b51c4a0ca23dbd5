"""The old mark goes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("proposals", "0009_what_follows")]

    operations = [
        migrations.RemoveField(model_name="resultclass", name="open_end"),
        migrations.AddConstraint(
            model_name="resultclass",
            constraint=models.CheckConstraint(
                condition=models.Q(("follows__in", ["done", "promise", "declined"])), name="resultclass_follows"
            ),
        ),
    ]
