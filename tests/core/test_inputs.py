"""How forms ask, and the picker with and without JavaScript."""

import pytest
from django import forms as django_forms
from django.utils.translation import override

from gongyi.core.inputs import DateInput, Form, Hit, PickerField, Textarea

VILLAGES = {"1": "李家村", "2": "李家湾村", "3": "上坪村"}


def find(text):
    return [Hit(key, name, "东湖镇") for key, name in VILLAGES.items() if text in name] * (9 if text == "村" else 1)


class Sample(Form):
    title = django_forms.CharField(label="标题", help_text="一句话")
    text = django_forms.CharField(label="内容", widget=Textarea, error_messages={"required": "请写一句发生了什么。"})
    due = django_forms.DateField(label="哪天前", required=False, widget=DateInput)
    village = PickerField(label="村", find=find, get=VILLAGES.get, url="/hits")
    open = django_forms.BooleanField(label="可以公开", required=False)


@pytest.fixture(autouse=True)
def chinese():
    with override("zh-hans"):
        yield


def sent(**more):
    return Sample({"title": "路灯", "text": "不亮", **more})


def test_form_asks_for_empty_fields_by_their_label():
    form = Sample({})
    assert form.errors["title"] == ["请填写“标题”。"]
    assert form.errors["text"] == ["请写一句发生了什么。"]


def test_form_field_links_hint_and_error_to_the_box():
    page = Sample({}).as_div()
    assert 'aria-describedby="id_title_helptext id_title_error"' in page
    assert 'id="id_title_helptext"' in page
    assert 'id="id_title_error"' in page
    assert 'aria-invalid="true"' in page


def test_a_filter_marks_no_field_as_optional():
    class Filter(Form):
        marks_optional = False
        name = django_forms.CharField(label="姓名", required=False)

    assert "选填" not in str(Filter())


def test_form_marks_only_optional_fields():
    page = str(Sample())
    assert page.count("选填") == 1
    assert "*" not in page
    assert 'type="date"' in page


def test_picker_chosen_value_is_taken():
    form = sent(village="2", village_text="李家湾村")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["village"] == "李家湾村"


def test_picker_value_out_of_reach_is_refused():
    assert sent(village="99", village_text="别县").errors["village"] == ["这一项已经不能选了。请重新选一个。"]


def test_picker_text_alone_with_one_hit_is_taken():
    form = sent(village_text="上坪")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["village"] == "上坪村"


def test_picker_text_alone_with_two_hits_offers_both():
    form = sent(village_text="李家")
    assert form.errors["village"] == ["有几个都像“李家”，请选一个。"]
    assert str(form).count('type="radio" name="village"') == 2
    assert str(Sample()).count('type="radio"') == 0


def test_picker_offers_at_most_eight():
    form = sent(village_text="村")
    assert not form.is_valid()
    assert str(form).count('type="radio" name="village"') == 8


def test_picker_text_without_hits_says_so():
    assert sent(village_text="没有").errors["village"] == ["没有找到“没有”。换两个字再试。"]


def test_picker_empty_is_asked_for_or_none():
    assert sent().errors["village"] == ["请填写“村”。"]
    optional = PickerField(required=False, find=find, get=VILLAGES.get)
    assert optional.clean(("", "")) is None


def test_picker_shows_the_name_of_its_initial_value():
    form = Sample(initial={"village": "3"})
    form.fields["village"].widget.words_of = VILLAGES.get
    assert 'value="上坪村"' in str(form["village"])
    assert 'type="hidden" name="village" value="3"' in str(form["village"])


def test_picker_keeps_what_was_typed_and_escapes_it():
    assert 'value="&lt;b&gt;"' in str(sent(village_text="<b>")["village"])
