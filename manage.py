#!/usr/bin/env python3
"""Command line of the project: `python manage.py help`."""

from __future__ import annotations

import os
import select
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    try:
        try:
            execute_from_command_line(sys.argv)
        finally:
            sys.stdout.flush()  # What is short is only written here.
    except BrokenPipeError:
        if _is_read(sys.stdout.fileno()):
            raise  # Somebody else's line broke: a broker's, a database's.
        # Else Python would say when it ends that it can't write.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _is_read(descriptor: int) -> bool:
    """Whether anybody still reads what is written here: `head` stops when it has enough."""
    asked = select.poll()
    asked.register(descriptor, 0)
    return not any(found & select.POLLERR for _descriptor, found in asked.poll(0))


if __name__ == "__main__":
    main()
