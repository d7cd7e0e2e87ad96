"""The main pages, the rows that they show, and what axe finds on one."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

ROWS = """
from datetime import timedelta
from django.contrib.auth import get_user_model
from django.utils import timezone
from crm.models import Company, Note, Tag, Task
from crm.services import add_contact
from telephony.models import Call, Connection, Extension, Recording, Team
owner = get_user_model().objects.get(username="owner")
office = Connection.objects.create(vendor="mobilon", name="Office", settings={"token": "t"})
Extension.objects.create(connection=office, user=owner, number="101", key="k1")
ivan = add_contact(name="Иван Иванов", phones=["+79235292926"], company="ООО Вектор", responsible=owner)
ivan.tags.add(Tag.objects.create(name="VIP", colour="green"))
now = timezone.now()
for number, status in enumerate(["answered", "no_answer", "busy", "talking"]):
    call = Call.objects.create(
        connection=office, external_id=str(number), direction="incoming", status=status, client_raw="79235292926",
        client_e164="+79235292926", client_match="9235292926", started_at=now - timedelta(minutes=number),
        ended_at=None if status == "talking" else now, contact=ivan, responsible=owner, our_number="74951234567",
    )
    state = ["stored", "waiting", "lost", "expected"][number]
    Recording.objects.create(call=call, state=state, seconds=12.5, peaks=[5, 50])
Note.objects.create(contact=ivan, author=owner, text="Просил перезвонить")
Task.objects.create(contact=ivan, title="Отправить счёт", due_at=now, assignee=owner, created_by=owner)
anna = get_user_model().objects.get(username="anna")
hers = Call.objects.create(
    connection=office, external_id="hers", direction="incoming", status="answered", client_raw="79235292926",
    client_e164="+79235292926", client_match="9235292926", started_at=now, ended_at=now, contact=ivan, responsible=anna,
)
team = Team.objects.create(name="Sales")
team.members.add(anna)
print(ivan.pk, Company.objects.get().pk, call.pk, office.pk, Recording.objects.first().pk, hers.pk, anna.pk, team.pk)
"""
NAMES = ("contact", "company", "call", "office", "recording", "hers", "anna", "team")
"""What ROWS prints the numbers of."""
BEHIND = [
    "/admin/telephony/call/{call}/change/",
    "/admin/telephony/recording/{recording}/change/",
    "/admin/telephony/connection/{office}/change/",
    "/crm/contacts/{contact}/",
    "/crm/contacts/new/",
    "/crm/contacts/import/",
    "/crm/companies/{company}/",
    "/people/employees/{anna}/",
    "/admin/telephony/team/{team}/change/",
    "/admin/telephony/subscription/add/",
    "/admin/telephony/callrule/add/",
    "/admin/crm/apitoken/add/",
]
"""Pages that no entry of the side bar leads to."""
OF_THE_SIDE_BAR = [
    "/admin/",
    "/telephony/calls/",
    "/telephony/desk/board/",
    "/telephony/desk/settings/",
    "/telephony/desk/why/",
    "/telephony/reconcile/",
    "/admin/telephony/recording/",
    "/admin/telephony/delivery/",
    "/crm/contacts/",
    "/crm/companies/",
    "/crm/tasks/",
]
MAIN = [*OF_THE_SIDE_BAR, *BEHIND]


SERIOUS = """async () => {
    // Each rule has its weight, whatever it finds: those of less weight need not run at all.
    const lighter = axe._audit.rules.filter((rule) => ["minor", "moderate"].includes(rule.impact));
    const rules = Object.fromEntries(lighter.map((rule) => [rule.id, { enabled: false }]));
    const found = await axe.run({ resultTypes: ["violations"], rules });
    return found.violations.filter((fault) => ["serious", "critical"].includes(fault.impact));
}"""


def faults_of(page: Page) -> list[str]:
    """Serious and critical findings of axe, each with the place where it is; of the theme's parts, too."""
    page.evaluate(Axe().axe_script)
    return [f"{fault['id']}: {node['html'][:160]}" for fault in page.evaluate(SERIOUS) for node in fault["nodes"]]
