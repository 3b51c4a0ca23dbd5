"""Making texts public tells the outbox who may still hear of one."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """Publication, for every kind of record that has an answer; it has no table of its own."""

    name = "gongyi.publishing"

    def ready(self) -> None:
        from gongyi.core.outbox.sending import register_right
        from gongyi.publishing import rules

        register_right(["publication"], rules.may_hear_of)
