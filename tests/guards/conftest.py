"""The guards' world is made once per file: what a guard does in it is taken back at once, so that they can share it."""

from collections.abc import Iterator

import pytest
from django.conf import settings as live_settings
from django.db import transaction

from tests.guards.world import Address, World, answering, make_world


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    """Three places and their people, in one transaction around all tests of the file."""
    folder = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(live_settings, "GONGYI_DATA", folder)
        patch.setattr(live_settings, "GONGYI_KEYS", folder / "keys")
        made = make_world()
        made.folder = folder
        yield made
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def addresses(world) -> list[tuple[Address, str]]:
    """Every entrance with samples of this world, and the method by which it answers."""
    return answering(world)[0]


@pytest.fixture(autouse=True)
def own_files(request, tmp_path, settings) -> None:
    """Keys, uploads and audit files: the world's where a test uses it, else the test's own."""
    folder = request.getfixturevalue("world").folder if "world" in request.fixturenames else tmp_path
    settings.GONGYI_DATA = folder
    settings.GONGYI_KEYS = folder / "keys"
