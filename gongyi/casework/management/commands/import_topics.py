"""`./run manage import_topics FILE --unit CODE`: the county's topics from a table of one to three columns."""

from gongyi.casework.management.importing import ImportCommand


class Command(ImportCommand):
    help = "Add the topics of a table (一级分类, 二级分类, 三级分类) that the county lacks; those that are there stay as they are."
    kind = "topics"
