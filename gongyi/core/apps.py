"""The ground's app: it registers the system checks."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """`manage.py check` fails where a law of the house is broken."""

    name = "gongyi.core"
    default = True

    def ready(self) -> None:
        from gongyi.core import checks  # noqa: F401 - importing registers them
