"""Home tells the ledgers of its own list: imports."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """The app of the first pages."""

    name = "gongyi.home"

    def ready(self) -> None:
        from gongyi.core import lists
        from gongyi.home.queries.ledger import import_list

        lists.register(import_list())
