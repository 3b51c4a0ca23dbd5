"""The product's settings for a command in a process of its own, whose scratch database is then filled from the migrated copy."""

from gongyi.settings import *  # noqa: F403 - all of them, unchanged
from tests.migrated import start

start()
