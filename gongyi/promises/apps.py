"""The promise ledger tells the earlier apps what it adds: open promises in a hand-over pack, wake days that follow a calendar."""

from django.apps import AppConfig


class PromisesConfig(AppConfig):
    """The app of promises and of what became of them."""

    name = "gongyi.promises"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from gongyi.core import lists
        from gongyi.core.outbox.sending import register_right
        from gongyi.core.outbox.words import KINDS
        from gongyi.network.actions import calendar_changed, closing_checks, unit_merged
        from gongyi.people.queries.handover import register_section
        from gongyi.promises import actions, figures, queries, rules
        from gongyi.promises.queries.ledger import promise_list

        figures.register_figures()
        lists.register(promise_list())
        calendar_changed.append(actions.recompute_wakes)
        unit_merged.append(actions.follow_successor)
        closing_checks.append(queries.open_promises)
        register_section("promises", _("没有兑现的承诺"), queries.handover_lines)
        register_right(KINDS["promise"].events, rules.may_hear_of)
