"""`./run manage import_cases FILE --unit CODE`: requests from a table, with their history."""

from gongyi.casework.management.importing import ImportCommand


class Command(ImportCommand):
    help = "Take requests in from a table, each once; one with a reply arrives as closed. All of the file or nothing."
    kind = "cases"
