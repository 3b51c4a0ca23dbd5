"""The actions on posts and duties."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.errors import Refused
from gongyi.core.models import AuditEntry
from gongyi.network import actions
from gongyi.network.actions import posts
from gongyi.network.models import Duty
from tests.factories import make_actor, make_county, make_post, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return make_unit("东湖镇", make_county())


@pytest.fixture
def steward(town):
    return make_actor(Role.STEWARD, town)


def test_create_post_once_and_again_after_its_end(town, steward):
    post = actions.create_post(by=steward, unit=town, name=" 联络员 ")
    assert (post.name, post.since, post.until) == ("联络员", clock.today(), None)
    assert AuditEntry.objects.filter(county=town.county, subject=post.id, action="create_post").exists()
    with pytest.raises(Refused) as error:
        actions.create_post(by=steward, unit=town, name="联络员")
    assert error.value.code == "post_taken"
    actions.end_post(by=steward, post=post)
    assert actions.create_post(by=steward, unit=town, name="联络员").id != post.id


def test_names_of_posts_and_duties_pass_the_gate(town, steward, monkeypatch):
    assert actions.create_post(by=steward, unit=town, name="残联专干")
    with pytest.raises(Refused) as error:
        actions.create_post(by=steward, unit=town, name="重点人员稳控")
    assert error.value.code == "refused_name"
    with pytest.raises(Refused):
        actions.add_duty(by=steward, unit=town, text="登记党员信教情况")
    monkeypatch.setattr(posts.gate, "check_name", lambda _name: None)
    assert actions.create_post(by=steward, unit=town, name="重点人员稳控")


def test_end_post_leaves_its_duties_with_nobody(town, steward):
    post = make_post(town)
    duty = actions.add_duty(by=steward, unit=town, text="受理诉求", post=post, since=date(2024, 1, 1))
    actions.end_post(by=steward, post=post, on=date(2025, 6, 30))
    duty.refresh_from_db()
    following = Duty.objects.get(text="受理诉求", until=None)
    assert (duty.post, duty.until) == (post, date(2025, 6, 30))
    assert (following.post, following.since) == (None, date(2025, 7, 1))
    with pytest.raises(Refused) as error:
        actions.end_post(by=steward, post=post)
    assert error.value.code == "over"


def test_assign_duty_keeps_the_period_before(town, steward):
    one, two = make_post(town, "窗口"), make_post(town, "调解员")
    duty = actions.add_duty(by=steward, unit=town, text="调解", post=one, since=date(2024, 1, 1))
    now = actions.assign_duty(by=steward, duty=duty, post=two, on=date(2025, 1, 1))
    assert list(Duty.objects.order_by("since").values_list("post", "since", "until")) == [
        (one.id, date(2024, 1, 1), date(2024, 12, 31)),
        (two.id, date(2025, 1, 1), None),
    ]
    again = actions.assign_duty(by=steward, duty=now, post=None, on=date(2025, 1, 1))
    assert (again.id, again.post) == (now.id, None)  # a period not begun is rewritten
    with pytest.raises(ValidationError):
        actions.assign_duty(by=steward, duty=now, post=one, on=date(2024, 12, 31))
    with pytest.raises(Refused) as error:
        actions.assign_duty(by=steward, duty=now, post=None)
    assert error.value.code == "same_bearer"


def test_a_duty_is_borne_only_by_a_present_post_of_its_unit(town, steward, monkeypatch):
    elsewhere = make_post(make_unit("西镇", town.parent))
    gone = make_post(town, until=clock.today() - timedelta(days=1))
    for post in (elsewhere, gone):
        with pytest.raises(Refused) as error:
            actions.add_duty(by=steward, unit=town, text="调解", post=post)
        assert error.value.code == "other_post"
    monkeypatch.setattr(posts, "_check_bearer", lambda *_: None)
    assert actions.add_duty(by=steward, unit=town, text="调解", post=elsewhere).post == elsewhere


def test_end_duty_has_a_last_day_not_before_its_first(town, steward):
    duty = actions.add_duty(by=steward, unit=town, text="调解", since=date(2025, 1, 1))
    with pytest.raises(ValidationError):
        actions.end_duty(by=steward, duty=duty, on=date(2024, 12, 31))
    assert actions.end_duty(by=steward, duty=duty, on=date(2025, 1, 1)).until == date(2025, 1, 1)
    with pytest.raises(Refused):
        actions.end_duty(by=steward, duty=duty)


def test_a_colleague_from_another_office_changes_no_posts_here(town, steward):
    colleague = make_actor(Role.STEWARD, make_unit("西镇", town.parent))
    post = make_post(town)
    duty = actions.add_duty(by=steward, unit=town, text="调解")
    for attempt in (
        lambda: actions.create_post(by=colleague, unit=town, name="窗口"),
        lambda: actions.end_post(by=colleague, post=post),
        lambda: actions.add_duty(by=colleague, unit=town, text="受理"),
        lambda: actions.assign_duty(by=colleague, duty=duty, post=post),
        lambda: actions.end_duty(by=colleague, duty=duty),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
