"""Each result class says what follows an answer of it; an answer that declines says why."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("proposals", "0007_external_no")]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="declined_why",
            field=models.CharField(blank=True, max_length=300, verbose_name="为什么不办"),
        ),
        migrations.AddField(
            model_name="resultclass",
            name="follows",
            field=models.CharField(
                choices=[
                    ("done", "办成了，后面没有要做的事"),
                    ("promise", "还没办成：必须写明答应做什么、由谁做、哪天以前"),
                    ("declined", "不办或留作参考：必须写明为什么"),
                ],
                default="promise",
                max_length=8,
                verbose_name="答复后面怎么样",
            ),
        ),
    ]
