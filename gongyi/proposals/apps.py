"""Proposals tell the earlier apps what they add: search, open matters in a hand-over pack, deadlines that follow a calendar."""

from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    """The app of proposals."""

    name = "gongyi.proposals"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from gongyi.core import imports, lists, search
        from gongyi.core.outbox.sending import register_right
        from gongyi.core.outbox.words import KINDS
        from gongyi.network.actions import calendar_changed, closing_checks, unit_merged
        from gongyi.people.actions.residents import lets_go
        from gongyi.people.queries import exports
        from gongyi.people.queries.handover import register_section
        from gongyi.promises.rules import register_origin
        from gongyi.proposals import actions, figures, queries, rules
        from gongyi.proposals.actions.imports import ProposalKind
        from gongyi.proposals.actions.portal import let_go
        from gongyi.proposals.actions.promising import ORIGIN
        from gongyi.proposals.actions.publishing import PRESS
        from gongyi.proposals.forms import search_form
        from gongyi.proposals.queries.ledger import proposal_list
        from gongyi.proposals.queries.searching import proposal_kind
        from gongyi.publishing.rules import register_press

        figures.register_figures()
        register_origin(ORIGIN)
        register_press(PRESS)
        lists.register(proposal_list())
        imports.register(ProposalKind())
        exports.register("proposal", exports.Exported(queries.list_keys))
        search.register(proposal_kind(search_form))
        calendar_changed.append(actions.recompute_deadlines)
        unit_merged.append(actions.follow_successor)
        closing_checks.append(queries.open_proposals)
        register_section("proposals", _("在办的提案"), queries.handover_lines)
        register_right(KINDS["proposal"].events, rules.may_hear_of)
        register_right(["comment.read", "resident.comment"], rules.may_hear_of_comment)
        register_right(["resident.proposal"], rules.may_follow)
        lets_go.append(let_go)
