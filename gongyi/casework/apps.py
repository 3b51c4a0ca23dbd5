"""Casework tells the earlier apps what it adds: open matters in a hand-over pack, deadlines that follow a calendar."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """The app of requests."""

    name = "gongyi.casework"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from gongyi.casework import actions, figures, queries, rules
        from gongyi.casework.actions.imports import CaseKind, TemplateKind, TopicKind
        from gongyi.casework.actions.promising import ORIGIN
        from gongyi.casework.actions.publishing import PRESS
        from gongyi.casework.actions.residents import let_go
        from gongyi.casework.forms import search_form
        from gongyi.casework.queries import ledger
        from gongyi.casework.queries.exports import CASES
        from gongyi.casework.queries.searching import case_kind
        from gongyi.core import imports, lists, search
        from gongyi.core.access import Permission as P
        from gongyi.core.outbox.sending import register_duty, register_right
        from gongyi.core.outbox.words import KINDS
        from gongyi.network.actions import calendar_changed, closing_checks, unit_merged
        from gongyi.people.actions.residents import lets_go
        from gongyi.people.queries import exports
        from gongyi.people.queries.handover import register_section
        from gongyi.promises.rules import register_origin
        from gongyi.publishing.rules import register_press

        search.register(case_kind(search_form))
        figures.register_figures()
        for listed in (ledger.case_list(), ledger.publication_list(), ledger.register_list(), ledger.matter_list()):
            lists.register(listed)
        exports.register("case", CASES)
        register_origin(ORIGIN)
        lets_go.append(let_go)
        register_press(PRESS)
        calendar_changed.append(actions.recompute_deadlines)
        unit_merged.append(actions.follow_successor)
        closing_checks.append(queries.open_matters)
        for importable in (CaseKind(), TopicKind(), TemplateKind()):
            imports.register(importable)
        register_section("cases", _("在办的办件"), queries.handover_lines)
        register_section("drafts", _("没写完的答复"), queries.handover_drafts)
        register_section("waiting", _("等别人的办件"), queries.handover_waiting)
        for kind in ("turn", "word", "due"):
            register_right(KINDS[kind].events, rules.may_hear_of_case)
        register_right(["recall"], rules.may_hear_of_recall)
        register_right(
            ["resident.answered", "resident.asked", "resident.reopened", "resident.promise"], rules.may_hear_of_own_case
        )
        register_duty(["import"], lambda by: by.can(P.CASE_ASSIGN))
