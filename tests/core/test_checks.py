"""The system checks: the product passes, and each law has a table, entrance or field that breaks it and is found."""

from itertools import count
from types import SimpleNamespace

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import SystemCheckError
from django.db import models
from django.test.utils import isolate_apps
from django.urls import include, path

from gongyi.core import checks, privacy
from gongyi.core.access import Permission as P
from gongyi.core.checks import ANYBODY, SIGNED_IN, check_listed, check_tables, check_views, entrances
from gongyi.core.county import CountyForeignKey, CountyModel, SharedModel
from gongyi.core.http import permission, public, signed_in
from gongyi.core.management.county import CountyCommand
from gongyi.core.models import FormKey, ScheduleRun

NAMES = count()
RULE = "{purpose: 用, basis: 法, readers: 人, retention: 年, erasure: 删}"


def test_check_passes_for_the_product():
    call_command("check")


@pytest.mark.parametrize(
    ("place", "name", "broken", "number"),
    [
        (checks, "own_models", lambda: [table(models.Model)], "E001"),
        (checks, "entrances", lambda: entrances([path("x/", bare, name="x")]), "E021"),
        (checks, "COMMANDS", {}, "E022"),
        (checks, "JOBS", {}, "E023"),
        (privacy, "to_classify", lambda: [MATTER], "E032"),
    ],
)
def test_check_fails_when_a_law_is_broken(monkeypatch, place, name, broken, number):
    monkeypatch.setattr(place, name, broken)
    with pytest.raises(SystemCheckError, match=f"gongyi.{number}"):
        call_command("check")


# --- tables and keys --------------------------------------------------------------------------------------------------


def table(base, meta=None, **fields):
    """A throwaway model of core, in a registry of its own."""
    with isolate_apps("gongyi.core"):
        meta = type("Meta", (), {"app_label": "core", **(meta or {})})
        return type(f"Throwaway{next(NAMES)}", (base,), {"__module__": "gongyi.core.models", "Meta": meta, **fields})


def numbers(*tables):
    return sorted({error.id.removeprefix("gongyi.") for error in check_tables(tables)})


def place(to, **kwargs):
    return models.ForeignKey(to, models.PROTECT, **{"db_index": False, **kwargs})


def short(**kwargs):
    return models.CharField(max_length=9, **kwargs)


def test_tables_of_both_kinds_pass():
    unit = table(SharedModel, name=short(unique=True), above=models.ForeignKey("self", models.PROTECT, null=True))
    keys = {
        "constraints": [models.UniqueConstraint(fields=["county", "unit"], name="one")],
        "indexes": [models.Index(fields=["county", "-unit"], name="two")],
    }
    matter = table(CountyModel, keys, unit=place(unit))
    line = table(CountyModel, matter=CountyForeignKey(matter, models.CASCADE))

    assert numbers(unit, matter, line, ScheduleRun) == []


def test_table_of_a_third_kind_is_found():
    assert numbers(table(models.Model, id=models.UUIDField(primary_key=True))) == ["E001"]


def test_table_with_a_sequence_is_found():
    assert numbers(table(models.Model)) == numbers(table(AbstractBaseUser)) == ["E001", "E002"]


def test_county_table_with_another_key_or_county_is_found():
    assert numbers(table(CountyModel, id=models.UUIDField(primary_key=True))) == ["E003"]
    assert numbers(table(CountyModel, county=short())) == ["E003"]


def test_unique_without_the_county_is_found():
    assert numbers(table(CountyModel, number=short(unique=True))) == ["E004"]
    assert "E004" in numbers(table(CountyModel, other=models.OneToOneField(FormKey, models.CASCADE)))


@pytest.mark.parametrize(
    "meta",
    [
        {"constraints": [models.UniqueConstraint(fields=["name", "county"], name="u1")]},
        {"constraints": [models.UniqueConstraint(models.F("county"), models.F("name"), name="u2")]},
        {"indexes": [models.Index(fields=["name"], name="i1")]},
        {"unique_together": [("name", "county")]},
    ],
)
def test_key_that_does_not_begin_with_the_county_is_found(meta):
    assert numbers(table(CountyModel, meta, name=short())) == ["E005"]


def test_index_of_one_column_on_a_county_table_is_found():
    unit, matter = table(SharedModel), table(CountyModel)

    assert numbers(table(CountyModel, at=models.DateField(db_index=True))) == ["E006"]
    assert numbers(table(CountyModel, unit=place(unit, db_index=True))) == ["E006"]
    assert numbers(table(CountyModel, on=CountyForeignKey(matter, models.CASCADE, db_index=True))) == ["E006"]


def test_index_by_which_the_database_finds_what_points_at_a_row_passes():
    matter = table(CountyModel)
    line = {"indexes": [models.Index(fields=["on"], name="i2")]}

    assert numbers(table(CountyModel, line, on=CountyForeignKey(matter, models.CASCADE))) == []
    assert numbers(table(CountyModel, line, on=models.UUIDField())) == ["E005"]


def test_plain_foreign_key_between_county_tables_is_found():
    assert numbers(table(CountyModel, matter=place(table(CountyModel)))) == ["E007"]


def test_county_foreign_key_to_a_shared_table_is_found():
    assert numbers(table(CountyModel, unit=CountyForeignKey(table(SharedModel), models.PROTECT))) == ["E008"]


def test_foreign_key_to_a_local_table_is_found():
    assert numbers(table(CountyModel, job=place(ScheduleRun))) == ["E008"]


def test_shared_table_that_points_at_a_county_table_is_found():
    matter = table(CountyModel)

    assert numbers(table(SharedModel, matter=place(matter))) == ["E009"]
    assert numbers(table(SharedModel, matter=CountyForeignKey(matter, models.PROTECT))) == ["E009"]


def test_automatic_many_to_many_is_found():
    assert numbers(table(CountyModel, units=models.ManyToManyField(table(SharedModel)))) == ["E010"]


def test_generic_foreign_key_is_found():
    soft = {"what": place(ContentType), "which": models.UUIDField(), "subject": GenericForeignKey("what", "which")}

    assert numbers(table(CountyModel, **soft)) == ["E011"]


# --- entrances (P1) ---------------------------------------------------------------------------------------------------


@permission(P.STAFF)
def guarded(request):
    """A view that says who may open it."""


@public("a test")
def open_to_all(request):
    """A view that says why it is open."""


@signed_in(without_permission="a test")
def own(request):
    """A view for whoever is signed in."""
    return "their own"


def bare(request):
    """A view whose decorator was forgotten."""


def test_p1_undeclared_view_is_found_even_when_nested():
    inner = [path("a/", guarded, name="a"), path("b/", open_to_all, name="b"), path("c/", bare, name="c")]
    found = list(check_views(entrances([path("x/", include((inner, "app"), namespace="x"))])))

    assert [error.id for error in found] == ["gongyi.E021"]
    assert "/x/c/ (x:c)" in found[0].msg


def test_p1_view_for_whoever_is_signed_in_says_so_and_lets_nobody_else_in(rf):
    entrance = next(entrances([path("own/", own, name="own")]))
    assert entrance.who == (SIGNED_IN, "a test")
    asked = rf.get("/own/")
    asked.user = AnonymousUser()
    assert own(asked).url.startswith("/accounts/login/")
    assert own.__wrapped__(asked) == "their own"  # without the guard anybody would get in
    asked.user = SimpleNamespace(is_authenticated=True)
    assert own(asked) == "their own"


def test_p1_library_view_counts_only_when_listed():
    views = [path("in/", bare, name="account_login"), path("new/", bare, name="account_new_in_next_release")]

    assert [error.msg.split()[0] for error in check_views(entrances(views))] == ["/new/"]


def test_p1_library_list_has_reasons_and_nothing_stale():
    there = {entrance.name for entrance in entrances()}

    assert set(checks.LIBRARY_VIEWS) <= there
    assert all(who in {ANYBODY, SIGNED_IN} and reason for who, reason in checks.LIBRARY_VIEWS.values())


def test_p1_commands_and_jobs_lists_have_nothing_stale():
    assert set(checks.COMMANDS) == set(checks.own_commands())
    assert set(checks.JOBS) == set(checks.schedule.discover())


def test_p1_unlisted_command_or_job_is_found():
    found = list(check_listed(["known", "new", "mute"], {"known": "说明", "mute": ""}, "E022"))

    assert [error.msg.split()[0] for error in found] == ["new", "mute"]


# --- privacy (D1) -----------------------------------------------------------------------------------------------------


def shape(label, *fields, own=True):
    """Something with the structure of a model, without being one."""
    module = "gongyi.x" if own else "library.x"
    named = [SimpleNamespace(name=name, verbose_name=name) if isinstance(name, str) else name for name in fields]
    return SimpleNamespace(__module__=module, _meta=SimpleNamespace(label=label, local_fields=named))


def found(lines, *models_):
    text = f"rules:\n  r: {RULE}\n{lines}"
    return [(finding.number, finding.text) for finding in privacy.findings(text, models_)]


MATTER = shape("x.Matter", "id", "note")


def test_d1_classified_model_passes():
    assert found("models: {x.Matter: {rule: r, none: id, free_text: note}}", MATTER) == []


def test_d1_unclassified_field_and_model_are_found():
    assert found("models: {x.Matter: {rule: r, none: id}}", MATTER) == [("E032", "privacy.yaml: x.Matter lacks note")]
    assert found("models: {}", MATTER) == [("E032", "privacy.yaml: x.Matter lacks id note")]


def test_d1_unknown_field_and_model_are_found():
    texts = found("models: {x.Matter: {rule: r, none: id gone, free_text: note}, x.Gone: {rule: r}}", MATTER)

    assert texts == [("E032", "privacy.yaml: there is no model x.Gone"), ("E032", "privacy.yaml: x.Matter has no gone")]


def test_d1_doubled_field_and_doubled_key_are_found():
    [(number, text)] = found("models: {x.Matter: {rule: r, none: id note, free_text: note}}", MATTER)
    assert (number, "both none and free_text" in text) == ("E031", True)

    doubled = found(
        "models:\n  x.Matter: {rule: r, none: id}\n  x.Matter: {rule: r, none: id, free_text: note}", MATTER
    )
    assert doubled[0][0] == "E031"
    assert "doubled key" in doubled[0][1]


@pytest.mark.parametrize("kind", ["ethnicity", "religion", "location", "health", "nickname"])
def test_d1_forbidden_kind_is_found(kind):
    texts = found(f"models: {{x.Matter: {{rule: r, none: id, {kind}: note}}}}", MATTER)

    assert ("E031", f"privacy.yaml: x.Matter: ['{kind}'] is no kind that this product may hold") in texts


def test_d1_missing_fact_and_stray_exception_are_found():
    texts = found("models: {x.Matter: {purpose: 用, none: id, free_text: note, but: {gone: {readers: 人}}}}", MATTER)

    assert [number for number, _text in texts] == ["E031", "E031"]
    assert "'basis', 'readers', 'retention', 'erasure'" in texts[0][1]


@pytest.mark.parametrize(
    ("name", "label"), [("religion", "r"), ("f7", "政治面貌"), ("latitude", "x"), ("f8", "身份证号")]
)
def test_d1_field_that_the_gate_refuses_is_found(name, label):
    model = shape("x.Matter", SimpleNamespace(name=name, verbose_name=label))

    assert found(f"models: {{x.Matter: {{rule: r, none: {name}}}}}", model)[0][0] == "E033"
    assert found(f"harmless: {{x.Matter.{name}: why}}\nmodels: {{x.Matter: {{rule: r, none: {name}}}}}", model) == []


def test_d1_json_on_a_personal_model_is_found():
    extra = models.JSONField(name="extra")
    extra.set_attributes_from_name("extra")
    model = shape("x.Matter", "id", extra)

    assert found("models: {x.Matter: {rule: r, none: id extra}}", model) == []
    assert [n for n, _text in found("models: {x.Matter: {rule: r, pseudonym: id, none: extra}}", model)] == ["E034"]


def test_d1_library_tables_with_people_are_classified_too():
    labels = {model._meta.label for model in privacy.to_classify()}

    assert {"sessions.Session", "axes.AccessAttempt", "mfa.Authenticator", "usersessions.UserSession"} <= labels
    assert found("models: {}", shape("sessions.Session", "session_key", own=False))[0][0] == "E032"


def test_d1_unreadable_file_is_found():
    assert found("models: [", MATTER)[0][0] == "E031"
    assert [finding.number for finding in privacy.findings("", [MATTER])] == ["E031", "E032"]


def test_every_command_takes_a_county_the_same_way_and_the_docs_say_what_it_means():
    names = set(checks.own_commands())
    takes = {name for name in names if isinstance(load_command_class(get_commands()[name], name), CountyCommand)}
    assert takes == names == set(checks.COUNTY_MEANS)
