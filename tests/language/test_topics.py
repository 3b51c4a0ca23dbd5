"""Topics of texts: cue words, names of the county's own, cases; what few people wrote is forgotten. All texts are invented."""

import tomllib
from pathlib import Path

import pytest

from gongyi.language import topics
from gongyi.language.topics import Guesser, Learned, Lesson, learn

GENERAL = {
    "城乡建设": ("自来水供应",),
    "教育文体": ("招生录取",),
    "交通运输": ("出租车管理",),
    "劳动和社会保障": ("工资发放",),
}
OWN = {"甲类": (), "乙类": ()}  # names from which nothing can be told


def say(text: str, words=GENERAL, learned: Learned | None = None, title: str = ""):
    return Guesser(learned or Learned(), words).suggest(title, text)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("小区物业乱收停车费，业主委员会不管", "城乡建设"),
        ("公办幼儿园什么时候报名，孩子入学要哪些材料", "教育文体"),
        ("出租车拒载，不肯打表", "交通运输"),
        ("厂里拖欠工资三个月，也没有买社保", "劳动和社会保障"),
    ],
)
def test_without_history_cue_words_decide_and_are_named(text, topic):
    said = say(text)
    assert said is not None
    assert said.topic == topic
    assert said.confidence > 0.5
    assert said.words
    assert all(word in text for word in said.words)


@pytest.mark.parametrize(
    ("text", "learned"),
    [
        ("小区物业乱收停车费，业主委员会不管，希望早点有人来看一看这件事情", False),
        ("出租车拒载，不肯打表，等了半个小时也没有人理会", False),
        ("我家那边的滴灌带，麻烦早点找个人问一问", True),
    ],
)
def test_the_words_that_are_told_are_those_that_spoke(text, learned):
    words, taught_ = (OWN, learn(taught(), OWN)) if learned else (GENERAL, Learned())
    guesser = Guesser(taught_, words)
    said = guesser.suggest("", text)
    without = text
    for word in said.words:
        without = without.replace(word, "·")
    left = guesser.suggest("", without)
    assert left is None or left.topic != said.topic or left.confidence < said.confidence
    silent = guesser.suggest("", text.replace("早点", "·"))  # control: a word that was not told changes next to nothing
    assert silent.topic == said.topic
    assert silent.confidence == pytest.approx(said.confidence, abs=0.1)


def test_a_text_that_says_nothing_gets_no_topic():
    assert say("啊哈哦嗯嘿") is None
    assert say("hello 12345") is None
    assert say("") is None


def test_a_county_with_names_of_its_own_is_served_by_the_names_below_them():
    words = {"水电气组": ("自来水", "停水"), "学校组": ("小学", "招生")}
    said = say("家里又停水了，自来水公司电话打不通", words)
    assert said is not None
    assert said.topic == "水电气组"


def taught(number: int = 8) -> list[Lesson]:
    return [Lesson("", f"蓝莓园第{i}垄的滴灌带堵了，请来看滴灌带", "甲类") for i in range(number)] + [
        Lesson("", f"秧歌队第{i}次排练缺锣鼓，请借给秧歌队", "乙类") for i in range(number)
    ]


def test_history_teaches_what_no_list_knows():
    learned = learn(taught(), OWN)
    assert say("滴灌带又堵了", OWN, learned).topic == "甲类"
    assert say("秧歌队要换锣鼓", OWN, learned).topic == "乙类"
    assert say("滴灌带又堵了", OWN) is None  # control: nothing was known of it


def test_a_correction_turns_the_next_guess():
    wrong = [lesson._replace(topic="乙类" if lesson.topic == "甲类" else "甲类") for lesson in taught()]
    assert say("滴灌带又堵了", OWN, learn(wrong, OWN)).topic == "乙类"


def test_texts_without_a_topic_help_those_with_one():
    some = [*taught(5), *(Lesson("", f"滴灌带和过滤网第{i}次堵了，过滤网要换") for i in range(8))]
    assert say("过滤网坏了", OWN, learn(some, OWN)).topic == "甲类"
    assert say("过滤网坏了", OWN, learn(taught(5), OWN)) is None


def test_a_topic_that_the_county_never_chose_gives_way_to_its_namesake():
    words = GENERAL | {"道路交通": (), "教育": ()}
    learned = learn([Lesson("", f"出租车第{i}次拒载，不打表", "交通运输") for i in range(40)], words)
    assert say("出租车绕路", words, learned).topic == "交通运输"
    assert say("出租车绕路", {"道路交通": (), "教育": ()}).topic == "道路交通"


def test_what_few_texts_say_is_forgotten():
    rare = [Lesson("", "张山柏家的滴灌带堵了", "甲类")] * (topics.FEW - 1)
    learned = learn([*taught(), *rare], OWN)
    assert not {"张山", "山柏", "张山柏", "山柏家"} & learned.pairs.keys()
    assert "滴灌" in learned.pairs
    often = learn([*taught(), *rare, rare[0]], OWN)
    assert "张山" in often.pairs  # control: the rule is the number of texts


def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr(topics, "MOST", 10)
    assert len(learn(taught(), OWN).pairs) <= 10


def test_memory_is_bounded_and_what_is_frequent_survives(monkeypatch):
    rare = [Lesson("", "".join(chr(0x5000 + 40 * at + n) for n in range(40)), "乙类") for at in range(40)]
    some = [text for pair in zip(taught(20), rare, strict=True) for text in pair]
    monkeypatch.setattr(topics, "HELD", 300)
    learned = learn(some, OWN)
    assert "滴灌" in learned.pairs
    assert say("滴灌带又堵了", OWN, learned).topic == "甲类"


def test_learned_comes_back_as_it_was_kept():
    learned = learn(taught(), OWN)
    again = Learned.loaded(learned.dumped())
    assert again.chosen == learned.chosen
    assert again.pairs.keys() == learned.pairs.keys()
    assert say("滴灌带又堵了", OWN, again).topic == "甲类"
    assert again.dumped() == Learned.loaded(again.dumped()).dumped()


def test_confidence_is_a_share():
    for text in ("小区门口的出租车乱停", "学校门口的出租车", "工资"):
        said = say(text)
        assert said is not None
        assert 0 < said.confidence <= 1


def test_every_cue_is_chinese_and_serves_a_shipped_topic_or_a_general_one():
    rows = tomllib.loads(Path(topics.__file__).with_name("cues.toml").read_text(encoding="utf-8"))["cue"]
    shipped = tomllib.loads(Path("gongyi/casework/defaults.toml").read_text(encoding="utf-8"))["topics"]
    named = {name for row in rows for name in row["topics"]}
    assert all(row["words"] for row in rows)
    assert set(shipped) <= named
