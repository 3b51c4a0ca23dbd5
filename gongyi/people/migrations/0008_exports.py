"""Exported files are kept here for every list: the table of casework's under another name, and which list it is."""

import django.db.models.deletion
import gongyi.core.county
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0001_initial"),
        ("people", "0007_statistics_role"),
        ("casework", "0018_exports_move"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Export",
                    fields=[
                        ("id", gongyi.core.county.CountyKey(editable=False, primary_key=True, serialize=False)),
                        (
                            "county",
                            gongyi.core.county.CountyField(default=gongyi.core.county.current_county, editable=False),
                        ),
                        ("account", models.UUIDField()),
                        (
                            "kind",
                            models.CharField(
                                choices=[("xlsx", "Excel 表格（.xlsx）"), ("csv", "文本表格（.csv）")],
                                max_length=4,
                                verbose_name="文件格式",
                            ),
                        ),
                        ("query", models.CharField(blank=True, max_length=400)),
                        ("words", models.CharField(blank=True, max_length=200)),
                        ("wanted", models.PositiveIntegerField(default=0)),
                        ("done", models.PositiveIntegerField(default=0)),
                        ("asked_at", models.DateTimeField()),
                        ("ready_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "purpose",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("contact", "联系诉求人"),
                                    ("call", "回访"),
                                    ("check", "核对信息"),
                                    ("correct", "更正"),
                                    ("approve", "审核"),
                                    ("handle", "办理"),
                                    ("review", "督办"),
                                    ("request", "答复本人的查询"),
                                ],
                                max_length=12,
                                verbose_name="用途",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=200, verbose_name="为什么要带联系方式")),
                        ("people", models.PositiveIntegerField(default=0)),
                        ("judged_by", models.UUIDField(blank=True, null=True)),
                        ("judged_at", models.DateTimeField(blank=True, null=True)),
                        ("taken_at", models.DateTimeField(blank=True, null=True)),
                        ("gone_at", models.DateTimeField(blank=True, null=True)),
                        ("path", models.CharField(blank=True, max_length=120)),
                        ("keys_path", models.CharField(blank=True, max_length=120)),
                        (
                            "second",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="network.unit",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["county", "account", "-asked_at"], name="export_mine"),
                            models.Index(fields=["county", "ready_at", "gone_at"], name="export_due"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ready_at", None),
                                    models.Q(("path", ""), _negated=True),
                                    ("gone_at__isnull", False),
                                    models.Q(("purpose", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="export_file",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("judged_at", None), ("judged_by", None)),
                                    models.Q(("judged_at__isnull", False), ("judged_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="export_judged",
                            ),
                        ],
                    },
                ),
            ]
        ),
        migrations.AddField("export", "listed", models.CharField(default="case", max_length=16)),
    ]
