"""Exported files are kept below casework now, for every list: the same table under another name."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("casework", "0017_rows_that_point_here"), ("people", "0007_statistics_role")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable("export", "people_export")],
            state_operations=[migrations.DeleteModel("Export")],
        )
    ]
