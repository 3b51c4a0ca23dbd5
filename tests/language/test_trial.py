"""The trial teaches nothing that it asks, counts as the books do, and tells a good guess from a bad one."""

import pytest

from gongyi.language import trial
from gongyi.language.topics import Lesson

KEYS = [str(at // 2) for at in range(20)]  # every key stands twice


def test_what_shares_a_key_stands_in_one_part():
    asked_before = set()
    for taught, asked in trial.folds(KEYS, parts=5, seed=1):
        assert not {KEYS[at] for at in taught} & {KEYS[at] for at in asked}
        assert sorted(taught + asked) == list(range(20))
        asked_before.update(asked)
    assert asked_before == set(range(20))


def test_macro_f1_counts_each_topic_alike():
    assert trial.macro_f1(["a", "a", "b"], ["a", "a", "b"]) == 1
    assert trial.macro_f1(["a", "a", "a", "b"], ["a", "a", "a", "a"]) == pytest.approx((6 / 7) / 2)
    assert trial.macro_f1(["a"], [""]) == 0


def rows() -> list[Lesson]:
    return [Lesson("", f"滴灌带堵了{i}", "甲") for i in range(10)] + [
        Lesson("", f"秧歌队排练{i}", "乙") for i in range(10)
    ]


def test_ours_learns_what_can_be_learnt_and_nothing_from_shuffled_topics():
    some = rows()
    true, keys = [row.topic for row in some], [str(at) for at in range(20)]
    words = {"甲": (), "乙": ()}
    assert trial.crossed(true, keys, trial.ours(some, [], words), parts=4, seeds=[0, 1]) == [1.0, 1.0]
    mixed = [row._replace(topic="甲" if at % 2 else "乙") for at, row in enumerate(some)]
    [score] = trial.crossed([row.topic for row in mixed], keys, trial.ours(mixed, [], words), parts=4, seeds=[0])
    assert score < 0.8


@pytest.mark.slow  # scikit-learn takes seconds to load
def test_baseline_runs_beside():
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: it serves the measurement only")
    some = rows()
    found = trial.crossed(
        [row.topic for row in some], [str(at) for at in range(20)], trial.baseline(some, {}), parts=4, seeds=[0]
    )
    assert found == [1.0]
