"""{% load telephony_worker %}{% no_worker %}: what a page says that waits for a worker which nobody has seen."""

from __future__ import annotations

from django import template
from django.conf import settings

register = template.Library()


@register.inclusion_tag("telephony/no_worker.html")
def no_worker() -> dict[str, str]:
    """The project's own worker, as README starts it; beside its addresses, where Celery's documentation puts it."""
    project = settings.ROOT_URLCONF.partition(".")[0]
    return {"command": f"celery --app {project}.celery worker --beat --pool threads --concurrency 24"}
