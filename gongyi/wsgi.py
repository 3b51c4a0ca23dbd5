"""The door for WSGI servers: `./run` serves this with granian."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongyi.settings")
application = get_wsgi_application()
# Import every view now: a broken one stops the start, and the first visitor does not wait for it.
get_resolver().url_patterns  # noqa: B018
