"""What an answer lacks, beside its request. All texts are invented."""

import pytest

from gongyi.language.quality import asks, check

REQUEST = "您好！村口的路灯坏了一个星期。请问什么时候能修好？另外希望在桥头加装一盏路灯。谢谢！"
GOOD = "您好。东湖镇城建办已换好村口的路灯，5月6日修好。桥头加装路灯已列入计划，6月30日前装好。有事请打0739-7654321。"


def test_each_question_and_wish_is_found_without_greeting_and_thanks():
    assert asks(REQUEST) == ["请问什么时候能修好？", "希望在桥头加装一盏路灯"]
    assert asks("村口黑得很。") == []
    assert len(asks("".join(f"第{n}组的水管能不能换？" for n in range(9)))) == 6


def test_a_rhetorical_question_asks_nothing():
    assert asks("难道就没有人管吗？") == []


def test_a_good_answer_lacks_nothing():
    found = check("路灯", "村口的路灯什么时候修好？希望在桥头加装一盏路灯。", GOOD)
    assert [bool(ask.sentence) and not ask.lacks for ask in found.asks] == [True, True]
    assert found.who
    assert found.contact
    assert all(one.dated for one in found.promises)
    assert (found.vague, found.private) == ((), ())


def test_what_was_not_answered_is_shown():
    found = check("路灯", REQUEST, "您好。桥头已加装一盏路灯。")
    assert [ask.words for ask in found.asks if not ask.sentence] == ["请问什么时候能修好？"]


def test_repeating_the_question_is_no_answer():
    found = check("", "希望在桥头加装一盏路灯。", "您反映的希望在桥头加装一盏路灯的问题，我们已收悉。")
    assert not found.asks[0].sentence


def test_the_title_asks_where_the_text_does_not():
    [ask] = check("希望在桥头加装一盏路灯", "桥头黑得很。", "桥头已加装一盏路灯。").asks
    assert ask.sentence
    assert check("桥头路灯", "桥头黑得很。", "不知道。").asks == ()


def test_a_question_about_time_or_amount_wants_one():
    [when] = check("", "桥头的路灯什么时候装？", "桥头的路灯由东湖镇来装。").asks
    assert when.lacks == "when"
    [much] = check("", "换一个水表要多少钱？", "换水表要交钱，水表由水厂来换。").asks
    assert much.lacks == "how_much"
    [told] = check("", "换一个水表要多少钱？", "换水表要 120 元。").asks
    assert told.lacks == ""


TOLD = "我镇派人到现场看过，闸门换了新的，管水员每个月检查，沟里的淤泥清走了，两边的杂草割干净了，来往的车也让了路，村里开过会，大家都说好，水也通到了下面的田里。"


@pytest.mark.parametrize(
    ("ask", "answer", "shown", "lacks"),
    [
        ("请问什么时候能补种树苗？", TOLD, "", "when"),
        ("请问什么时候能补种树苗？", TOLD + "6月30日前种完。", "6月30日前种完", ""),
        ("请问什么时候能补种树苗？", TOLD + "2026年5月6日", "", "when"),  # the day of the letter is no answer
        ("请问残疾证在哪里办？", TOLD + "可打0739-7654321。", "可打0739-7654321", ""),
        ("请问残疾证在哪里办？", TOLD, "", ""),
        ("请问能不能补种树苗？", TOLD, "", ""),
        ("请问能不能补种树苗？", TOLD * 8, "", "likeness"),  # whoever tells so much tells it in other words
        ("希望补种树苗。", TOLD, "", "likeness"),
        ("希望补种树苗。", "您好！", "", ""),
    ],
)
def test_an_ask_in_other_words_is_matched_shown_as_open_or_told_to_be_beyond_comparison(ask, answer, shown, lacks):
    [found] = check("", ask, answer).asks
    assert (found.sentence, found.lacks) == (shown, lacks)


def test_a_greeting_or_a_day_alone_answers_nothing():
    found = check("", "你们2026年的计划进行到哪一步了？有没有人管？", "您好！" + TOLD + "2026年5月6日")
    assert not any(ask.sentence for ask in found.asks)


@pytest.mark.parametrize(
    ("answer", "who", "contact"),
    [
        ("修好了。", False, False),
        ("我镇已修好，有事请打12345。", True, True),
        ("请到便民服务中心窗口问。", True, True),
        ("城镇化很快，乡村也好。", False, False),
    ],
)
def test_who_answers_and_whom_to_ask(answer, who, contact):
    found = check("", "路灯", answer)
    assert (bool(found.who), bool(found.contact)) == (who, contact)


def test_the_law_is_named_or_only_mentioned():
    assert check("", "", "依据《物业管理条例》第三十五条，由业主大会决定。").basis == ("《物业管理条例》第三十五条",)
    assert check("", "", "根据相关政策规定，不能办理。").vague
    assert not check("", "", "根据《物业管理条例》规定，不能办理。").vague


def test_numbers_of_others_are_told_masked_and_office_numbers_are_none():
    found = check("", "", "请联系组长13812345678，或打0739-7654321、12345。")
    assert found.private == ("138****5678",)


def test_in_a_complaint_only_an_answer_that_tells_nothing_leaves_questions_open():
    request = "渠道堵了三个月，村里的田怎么种？"
    told = "我镇5月6日派人看过，淤泥已经清走，闸门换了新的，以后每个月由管水员检查一次，有事请打0739-7654321找我们，镇里也会再来看。"
    assert check("渠道", request, told).asks[0].lacks == "likeness"
    assert not check("渠道", request, "已转交水利站。").asks[0].sentence
    assert not check("咨询渠道", request, told).asks[0].sentence  # control: an enquiry wants its answer
