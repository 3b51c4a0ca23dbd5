"""`./run manage reset_account NAME`: a one-time link for somebody whom no account manager can help any more."""

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gongyi.core.access import system_actor
from gongyi.core.county import bind
from gongyi.core.errors import Refused
from gongyi.core.management.county import CountyCommand
from gongyi.people.actions.accounts import reset_in_person, sign_in_name
from gongyi.people.models import Account


class Command(CountyCommand):
    help = "Print a one-time link path for an account, for when the last account manager cannot sign in. It is written into the audit chain."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("username", help="the sign-in name")
        parser.add_argument("--factor", action="store_true", help="the link also removes the second factor")

    def handle(self, *, county: str | None, username: str, factor: bool, **options: object) -> None:
        homes = self.counties(county)
        account = Account.objects.filter(username=sign_in_name(username), home__in=homes).first()
        if account is None:
            raise CommandError(_("没有叫“%(name)s”的登录名。") % {"name": username})
        try:
            with bind(account.home):
                token = reset_in_person(by=system_actor("reset_account", account.home), account=account, factor=factor)
        except Refused as no:
            raise CommandError(str(no)) from None
        self.stdout.write(
            _("请交给本人，7 天内在浏览器里打开（前面加上网址）：\n/accounts/invite/%(token)s/") % {"token": token}
        )
