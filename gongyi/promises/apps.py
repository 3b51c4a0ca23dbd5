"""The promise ledger tells the earlier apps what it adds: open promises in a hand-over pack, wake days that follow a calendar."""

from django.apps import AppConfig


class PromisesConfig(AppConfig):
    """The app of promises and of what became of them."""

    name = "gongyi.promises"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from gongyi.core import lists, search
        from gongyi.core.outbox.sending import register_right
        from gongyi.core.outbox.words import KINDS
        from gongyi.network.actions import calendar_changed, closing_checks, unit_merged
        from gongyi.people.queries import exports
        from gongyi.people.queries.handover import register_section
        from gongyi.promises import actions, figures, queries, rules
        from gongyi.promises.actions.meetings import ORIGIN
        from gongyi.promises.forms import search_form
        from gongyi.promises.queries.ledger import promise_list
        from gongyi.promises.queries.searching import promise_kind

        search.register(promise_kind(search_form))
        figures.register_figures()
        rules.register_origin(ORIGIN)
        lists.register(promise_list())
        calendar_changed.append(actions.recompute_wakes)
        unit_merged.append(actions.follow_successor)
        closing_checks.append(queries.open_promises)
        exports.register("promise", exports.Exported(queries.list_keys))
        register_section("promises", _("没有兑现的承诺"), queries.handover_lines)
        register_right(KINDS["promise"].events, rules.may_hear_of)
