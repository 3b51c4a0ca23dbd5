"""People tell the outbox who its readers are (an account with a role in force, a resident who agreed, a running unit), and the import that accounts come in."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The app of accounts and residents."""

    name = "gongyi.people"

    def ready(self) -> None:
        from gongyi.core import imports, lists
        from gongyi.core.access import Permission as P
        from gongyi.core.models import Delivery
        from gongyi.core.outbox.sending import register_duty, register_reader, register_right
        from gongyi.people import queries, rules
        from gongyi.people.actions.importing import AccountKind
        from gongyi.people.queries.handover import may_hear_of_pack
        from gongyi.people.queries.ledger import post_list, unit_list
        from gongyi.people.queries.posts import may_hear_of_post
        from gongyi.people.queries.residents import texted_resident

        register_reader(Delivery.Receiver.ACCOUNT, queries.reader_of)
        register_reader(Delivery.Receiver.RESIDENT, texted_resident)
        register_reader(Delivery.Receiver.GROUP, queries.group_of)
        register_right(["post.fill"], may_hear_of_post)
        register_duty(["grant.waiting"], lambda by: by.can(P.ACCOUNT_MANAGE) or by.can(P.CASE_APPROVE))
        register_right(["handover.make", "handover.sign", "handover.return", "handover.withdraw"], may_hear_of_pack)
        register_right(["export"], rules.may_hear_of_export)
        imports.register(AccountKind())
        for listed in (unit_list(), post_list()):
            lists.register(listed)
