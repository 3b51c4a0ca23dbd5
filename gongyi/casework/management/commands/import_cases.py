"""`./run manage import_cases FILE --unit CODE`: requests from a table, with their history."""

from gongyi.casework.actions.settings import fill_defaults
from gongyi.casework.management.importing import ImportCommand
from gongyi.casework.models import CaseType
from gongyi.core.access import Actor


class Command(ImportCommand):
    help = "Take requests in from a table, each once; one with a reply arrives as closed. All of the file or nothing."
    kind = "cases"

    def begin(self, by: Actor, *, dry_run: bool) -> None:
        """A county whose units were only loaded gets the types to begin with."""
        if not dry_run and not CaseType.objects.filter(county=by.county).exists():
            fill_defaults(by=by)
