"""Who looks at the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture
def owner(db: None) -> Client:
    """A browser in which a superuser is logged in."""
    user = User.objects.create_superuser("owner", "owner@example.ru", first_name="Владелец")
    client = Client()
    client.force_login(user)
    return client
