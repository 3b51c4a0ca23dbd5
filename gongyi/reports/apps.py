"""Reports: figures with their evidence, period reports, other offices' forms, ledgers."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The app of figures and of what is written from them."""

    name = "gongyi.reports"

    def ready(self) -> None:
        from gongyi.core import lists
        from gongyi.core.outbox.sending import register_right
        from gongyi.network.actions import unit_merged
        from gongyi.people.queries import exports
        from gongyi.reports import figures
        from gongyi.reports.actions.asking import follow_successor
        from gongyi.reports.actions.pledges import end_with_unit
        from gongyi.reports.queries.behind import LIST, exported
        from gongyi.reports.queries.lists import answer_list, ask_list, error_list, report_list
        from gongyi.reports.rules.asking import may_hear_of_table
        from gongyi.reports.rules.report import may_hear_of_report

        figures.register_figures()
        exports.ways[LIST] = exported
        for listed in (report_list(), ask_list(), answer_list(), error_list()):
            lists.register(listed)

        unit_merged += [follow_successor, end_with_unit]
        register_right(["report"], may_hear_of_report)
        register_right(["asking"], may_hear_of_table)
