"""The network says what of it can be imported."""

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    """The app of units, posts and duties."""

    name = "gongyi.network"

    def ready(self) -> None:
        from gongyi.core import imports
        from gongyi.network.actions.importing import UnitKind

        imports.register(UnitKind())
