"""The product's words are kept as msgid and parts, and told in the language of whoever reads; a person's stay theirs."""

import pytest
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext_lazy, ngettext_lazy, pgettext_lazy

from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.county import new_key
from gongyi.core.models import Message
from gongyi.core.said import joined, say

COUNTY = 999001


def kept(text: str) -> Message:
    """The message with this text as it is in the database."""
    row = Message(county=COUNTY, account=new_key(COUNTY), event="x", text=text, path="/", at=clock.now())
    row.save()
    return Message.objects.get(id=row.id)


def raw(row: Message) -> str:
    """What really stands in the column."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM core_message WHERE path = '/'")
        return str(cursor.fetchone()[0])


def test_words_are_told_in_the_readers_language(db):
    with translation.override("en"):
        row = kept(joined([gettext_lazy("新派来的办件，请签收"), "2026-00001"], " "))
        assert row.text == "A new case for you: please sign for it 2026-00001"
    with translation.override("zh-hans"):
        row = Message.objects.get(id=row.id)
        assert row.text == "新派来的办件，请签收 2026-00001"
        assert "New request" not in raw(row)


def test_parts_may_be_words_themselves(db):
    units = joined(["东湖镇", "西山镇"], gettext_lazy("、"))
    text = joined(["照办", "", say(gettext_lazy("协办：%(units)s"), units=units)])
    with translation.override("zh-hans"):
        row = kept(text)
        assert row.text == "照办\n协办：东湖镇、西山镇"
    with translation.override("en"):
        assert Message.objects.get(id=row.id).text == "照办\nCo-units: 东湖镇, 西山镇"


def test_a_row_saved_again_keeps_its_words(db):
    with translation.override("en"):
        row = kept(say(Role.CLERK.label))
        row.save()
    with translation.override("zh-hans"):
        assert Message.objects.get(id=row.id).text == "经办"


@pytest.mark.parametrize("text", ["新派来的办件，请签收 2026-00001", "", "[]", "100 %(n)d"])
def test_what_is_no_word_of_the_product_stays_as_it_is(db, text):
    with translation.override("en"):
        assert kept(text).text == text


def test_nobody_speaks_with_the_products_voice(db):
    kept_so = raw(kept(say(gettext_lazy("催办"))))
    Message.objects.all().delete()
    assert kept_so.startswith("\x1f")
    assert kept(kept_so).text == kept_so[1:]  # as a person's words: never read as the product's


def test_only_lazy_words_can_be_kept():
    with pytest.raises(TypeError):
        say(ngettext_lazy("%(n)d 件", "%(n)d 件", "n"))
    assert say(pgettext_lazy("按钮", "没有这个词")) == "没有这个词"
