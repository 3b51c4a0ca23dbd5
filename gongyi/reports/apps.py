"""Reports: figures with their evidence, period reports, other offices' forms, ledgers."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The app of figures and of what is written from them."""

    name = "gongyi.reports"
