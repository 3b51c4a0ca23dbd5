#!/usr/bin/env python3
"""Django's entry point; `./run manage …` calls it in the project's own environment."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongyi.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
