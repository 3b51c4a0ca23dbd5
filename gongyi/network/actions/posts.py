"""Posts and duties are set up, passed on and ended. Who holds a post is written by the people app."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from gongyi.core import audit, clock, gate
from gongyi.core.access import Actor
from gongyi.core.errors import Refused
from gongyi.network.actions import checks
from gongyi.network.models import Duty, Post, Unit


@transaction.atomic
def create_post(*, by: Actor, unit: Unit, name: str, since: date | None = None) -> Post:
    """Set up a post in a unit, today unless said; a second one of the same name needs another name."""
    (unit,) = checks.fresh(by, unit)
    checks.check_working(unit)
    name = " ".join(name.split())
    gate.check_name(name)
    if unit.posts.filter(until=None, name=name).exists():
        raise checks.stays(
            "post_taken", _("%(unit)s已有“%(name)s”。") % {"unit": unit.name, "name": name}, _("请换个名称。")
        )
    post = Post(unit=unit, name=name, since=since or clock.today())
    post.full_clean()
    post.save()
    audit.record(by=by, action="create_post", kind="post", subject=post.id, label=str(post))
    return post


@transaction.atomic
def end_post(*, by: Actor, post: Post, on: date | None = None) -> Post:
    """Abolish a post with its last day, today unless said; the duties it bore stay with the unit, borne by nobody."""
    checks.fresh(by, post.unit)
    post = Post.objects.select_for_update().select_related("unit").get(id=post.id)
    _check_open(post)
    on = _last_day(on, post.since)
    for duty in post.duties.filter(until=None):
        _pass_on(duty, None, on + timedelta(days=1))
    post.until = on
    post.full_clean()
    post.save(update_fields=["until"])
    audit.record(by=by, action="end_post", kind="post", subject=post.id, label=str(post), changes={"until": (None, on)})
    return post


@transaction.atomic
def add_duty(*, by: Actor, unit: Unit, text: str, post: Post | None = None, since: date | None = None) -> Duty:
    """Give a unit a duty, borne by one of its posts or for now by nobody."""
    (unit,) = checks.fresh(by, unit)
    checks.check_working(unit)
    text = " ".join(text.split())
    gate.check_name(text)
    _check_bearer(post, unit)
    duty = Duty(unit=unit, post=post, text=text, since=since or clock.today())
    duty.full_clean()
    duty.save()
    audit.record(by=by, action="add_duty", kind="duty", subject=duty.id, label=f"{unit.name} · {text}")
    return duty


@transaction.atomic
def assign_duty(*, by: Actor, duty: Duty, post: Post | None, on: date | None = None) -> Duty:
    """Let another post (or nobody) bear a duty from a day on; the period before stays as it was. Returns the running row."""
    (unit,) = checks.fresh(by, duty.unit)
    duty = Duty.objects.select_for_update(of=("self",)).select_related("unit", "post").get(id=duty.id)
    _check_open(duty)
    _check_bearer(post, unit)
    if duty.post_id == (post and post.id):
        raise checks.stays("same_bearer", _("这项职责本来就是这样安排的。"))
    on = on or clock.today()
    if on < duty.since:
        raise ValidationError({"on": _("不能早于这项职责开始的那天（%(day)s）。") % {"day": duty.since}})
    before, now = duty.post, _pass_on(duty, post, on)
    label = f"{unit.name} · {duty.text}"
    audit.record(
        by=by, action="assign_duty", kind="duty", subject=now.id, label=label, changes={"post": (before, post)}
    )
    return now


@transaction.atomic
def end_duty(*, by: Actor, duty: Duty, on: date | None = None) -> Duty:
    """End a duty of a unit with its last day, today unless said."""
    checks.fresh(by, duty.unit)
    duty = Duty.objects.select_for_update().select_related("unit").get(id=duty.id)
    _check_open(duty)
    duty.until = _last_day(on, duty.since)
    duty.full_clean()
    duty.save(update_fields=["until"])
    label = f"{duty.unit.name} · {duty.text}"
    audit.record(
        by=by, action="end_duty", kind="duty", subject=duty.id, label=label, changes={"until": (None, duty.until)}
    )
    return duty


def _pass_on(duty: Duty, post: Post | None, on: date) -> Duty:
    """End the present period the day before and begin one with the new bearer; a period not begun is just rewritten."""
    if duty.since >= on:
        duty.post = post
        duty.save(update_fields=["post"])
        return duty
    duty.until = on - timedelta(days=1)
    duty.save(update_fields=["until"])
    following = Duty(unit=duty.unit, post=post, text=duty.text, since=on)
    following.full_clean()
    following.save()
    return following


def _check_open(row: Post | Duty) -> None:
    if row.until is not None:
        raise Refused("over", _("“%(name)s”已经结束了。") % {"name": str(row)})


def _check_bearer(post: Post | None, unit: Unit) -> None:
    if post and (post.unit_id != unit.id or post.until is not None):
        raise checks.stays(
            "other_post", _("这个岗位不在%(unit)s，或已经撤销。") % {"unit": unit.name}, _("请重新选一个。")
        )


def _last_day(on: date | None, since: date) -> date:
    """The last day of something that began on `since`; ValidationError for one before it."""
    on = on or max(clock.today(), since)
    if on < since:
        raise ValidationError({"on": _("不能早于开始的那天（%(day)s）。") % {"day": since}})
    return on
