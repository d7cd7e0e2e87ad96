"""Rules after a call over the API: read by who may see them, changed by nobody."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from tests.after_call.making import make_rule
from tests.telephony.factories import make_user

pytestmark = pytest.mark.django_db


def test_who_may_see_rules_reads_them(client: Client) -> None:
    anna = make_user("anna")
    rule = make_rule(task_title="Call {number}", tell_by_email=True)
    rule.tell.set([anna])
    client.force_login(anna)
    assert client.get("/api/v1/rules/").status_code == 403
    anna.user_permissions.add(Permission.objects.get(codename="view_callrule"))
    (found,) = client.get("/api/v1/rules/").json()["results"]
    assert (found["id"], found["task_title"], found["tell"]) == (rule.pk, "Call {number}", ["anna"])
    assert "“Call [client's number]”" in found["words"]
    assert client.get(f"/api/v1/rules/{rule.pk}/").json() == found
    assert client.post("/api/v1/rules/", {}).status_code == 405
    assert client.delete(f"/api/v1/rules/{rule.pk}/").status_code == 405
