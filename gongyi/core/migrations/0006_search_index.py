"""The index of words beside the search rows: FTS5 on SQLite, a tsvector on PostgreSQL."""

from django.db import migrations

from gongyi.core import search


def install(apps, schema_editor):
    for statement in search.install(schema_editor.connection):
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    for statement in search.remove(schema_editor.connection):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("core", "0005_search_rows")]
    operations = [migrations.RunPython(install, remove)]
