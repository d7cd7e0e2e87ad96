"""The pages that lists.py asks for."""

from __future__ import annotations

from urllib.parse import quote

from crm.models import ContactPhone
from telephony.models import Call
from tests.benchmarks.lists_data import FORMER, NEWCOMER, RARE

WHO = {"owner": "owner", "supervisor": "user1", "operator": "user10", "rare": f"user{RARE}", "former": f"user{FORMER}"}
"""Who asks: an administrator, one who leads a team of 8, and three who see their own calls only."""

OF_CALLS = {
    "call log": "",
    "next page, from the middle": "after={after}",
    "today": "period=today",
    "30 days": "period=30",
    "until a year ago": "last_day={last_year}",
    "incoming": "direction=incoming",
    "unknown direction (none)": "direction=unknown",
    "missed": "outcome=missed",
    "failed": "outcome=failed",
    "unknown outcome (none)": "outcome=unknown",
    "employee": "employee=10",
    "employee, rare": f"employee={RARE}",
    "employee, former": f"employee={FORMER}",
    "employee, newcomer": f"employee={NEWCOMER}",
    "former and with a recording": f"employee={FORMER}&has_recording=true",
    "employee and missed": "employee=10&outcome=missed",
    "our number": "our_number=8 (495) 123-45-03",
    "our number, nobody's": "our_number=8 (495) 999-99-99",
    "connection": "connection=3",
    "with a recording": "has_recording=true",
    "without a recording": "has_recording=false",
    "client": "client={typed}",
    "whole number": "text={typed}",
    "whole number, nobody's": "text=89990001122",
    "our number as text": "text=84951234503",
    "stranger's number": "text={stranger}",
    "first 6 digits": "text={first_6}",
    "last 4 digits": "text={last_4}",
    "last 7 digits": "text={last_7}",
    "5 digits within": "text={within}",
    "7 digits, nobody's": "text=0000000",
    "internal number": "text=110",
    "internal number, rare": f"text={100 + RARE}",
    "common name": "text=Иванов",
    "name": "text={name}",
    "name and company": "text={name} {company}",
    "name, nobody's": "text=Заратустра",
    "call id": "text={call_id}",
}
OF_CALLS_IN_PART = {
    **{name: OF_CALLS[name] for name in ("call log", "missed", "last 4 digits", "whole number", "5 digits within")},
    **{name: OF_CALLS[name] for name in ("name", "common name", "with a recording")},
    "colleague": "employee=2",
}
"""Also asked by those who do not see all calls."""
OF_CONTACTS = {
    "contacts": "",
    "common name": "q=Иванов",
    "name": "q={name}",
    "name and company": "q={name} {company}",
    "nobody's name": "q=Заратустра",
    "one letter": "q=и",
    "company": "q=Орион 5",
    "whole number": "q={typed}",
    "last 4 digits": "q={last_4}",
    "last 7 digits": "q={last_7}",
    "2 digits": "q=92",
    "a tag": "tag=3",
    "a user's": "responsible=10",
    "nobody's": "responsible=none",
    "next page": "after=5&after_name=Петров Иван",
}
OTHERS = {
    "contact, 5,000 calls": ("owner", "/crm/contacts/1/"),
    "contact, 5,000 calls: operator": ("operator", "/crm/contacts/1/"),
    "contact, 5,000 calls: rare": ("rare", "/crm/contacts/1/"),
    "contact": ("owner", "/crm/contacts/{contact}/"),
    "contact: supervisor": ("supervisor", "/crm/contacts/{contact}/"),
    "companies": ("owner", "/crm/companies/"),
    "companies: name": ("owner", "/crm/companies/?q=Вектор"),
    "company": ("owner", "/crm/companies/5/"),
    "company: operator": ("operator", "/crm/companies/5/"),
    "company of the contact with 5,000 calls": ("owner", "/crm/companies/1/"),
    "tasks, mine": ("operator", "/crm/tasks/"),
    "tasks, team's": ("supervisor", "/crm/tasks/?whose=team"),
    "tasks, all": ("owner", "/crm/tasks/?whose=all"),
    "tasks, done": ("owner", "/crm/tasks/?whose=all&done=1"),
    "quick search: common name": ("operator", "/crm/search/?q=Иванов"),
    "quick search: name": ("operator", "/crm/search/?q={name}"),
    "quick search: whole number": ("operator", "/crm/search/?q={typed}"),
    "quick search: last 4 digits": ("operator", "/crm/search/?q={last_4}"),
    "today": ("owner", "/admin/"),
    "today: supervisor": ("supervisor", "/admin/"),
    "today: operator": ("operator", "/admin/"),
    "today: rare": ("rare", "/admin/"),
    "board": ("owner", "/telephony/desk/board/"),
    "call": ("owner", "/admin/telephony/call/{latest}/change/"),
    "call, old": ("owner", "/admin/telephony/call/{old}/change/"),
    "admin: recordings": ("owner", "/admin/telephony/recording/"),
    "admin: recordings: supervisor": ("supervisor", "/admin/telephony/recording/"),
    "admin: recordings: operator": ("operator", "/admin/telephony/recording/"),
    "admin: recordings: rare": ("rare", "/admin/telephony/recording/"),
    "admin: deliveries": ("owner", "/admin/telephony/delivery/"),
    "API: calls": ("owner", "/api/v1/calls/"),
    "API: calls: supervisor": ("supervisor", "/api/v1/calls/"),
    "API: calls: operator": ("operator", "/api/v1/calls/"),
    "API: calls: rare": ("rare", "/api/v1/calls/"),
    "API: calls, missed of a day": ("owner", "/api/v1/calls/?missed=true&first_day={last_year}&last_day={last_year}"),
    "API: calls of a client": ("owner", "/api/v1/calls/?client={typed}"),
    "API: calls, responsible": ("owner", "/api/v1/calls/?responsible=user10"),
    "API: calls, responsible, rare": ("owner", f"/api/v1/calls/?responsible=user{RARE}"),
    "API: calls of a contact": ("owner", "/api/v1/calls/?contact={contact}"),
    "API: live calls": ("operator", "/api/v1/calls/live/"),
    "API: recordings": ("owner", "/api/v1/recordings/"),
    "API: recordings: operator": ("operator", "/api/v1/recordings/"),
    "API: recordings: rare": ("rare", "/api/v1/recordings/"),
    "API: recordings, lost": ("owner", "/api/v1/recordings/?state=lost"),
    "API: contacts": ("owner", "/api/v1/contacts/"),
    "API: contacts, name": ("owner", "/api/v1/contacts/?search={name}"),
    "API: contacts, number": ("owner", "/api/v1/contacts/?search={typed}"),
    "API: contacts, responsible": ("owner", "/api/v1/contacts/?responsible=user10"),
    "API: tasks": ("owner", "/api/v1/tasks/?done=false"),
    "whose number is it?": ("owner", "find:{e164}"),
    "export of 100,000 calls": ("owner", "/telephony/calls/export.csv"),
    "export: operator": ("operator", "/telephony/calls/export.csv"),
}


def pages() -> dict[str, tuple[str, str]]:
    """Name of a page: who asks, and its address."""
    found = {f"calls: {name}": ("owner", f"/telephony/calls/?{query}") for name, query in OF_CALLS.items()}
    for who in list(WHO)[1:]:
        queries = OF_CALLS_IN_PART if who in ("supervisor", "operator") else {"call log": ""}
        found |= {f"calls: {name}: {who}": (who, f"/telephony/calls/?{query}") for name, query in queries.items()}
    found |= {f"contacts: {name}": ("operator", f"/crm/contacts/?{query}") for name, query in OF_CONTACTS.items()}
    facts = _facts()
    addresses = {name: (who, address.format(**facts)) for name, (who, address) in (found | OTHERS).items()}
    return {name: (who, quote(address, safe="/?&=:+")) for name, (who, address) in addresses.items()}


def _facts() -> dict[str, str]:
    """What addresses name, of this database: a contact of average, calls."""
    phones = ContactPhone.objects.select_related("contact__company").order_by("pk")
    phone = next(phone for phone in phones[phones.count() // 3 :] if phone.contact.company)
    digits = phone.e164[1:]
    calls = Call.objects.order_by("-pk")
    middle = calls[calls.count() // 2]
    strangers = calls.filter(contact=None, client_match__gt="")
    return {
        "e164": phone.e164,
        "typed": f"8 ({digits[1:4]}) {digits[4:7]}-{digits[7:9]}-{digits[9:]}",
        "first_6": digits[1:7],
        "last_4": digits[-4:],
        "last_7": digits[-7:],
        "within": digits[4:9],
        "name": phone.contact.name,
        "company": str(phone.contact.company),
        "contact": str(phone.contact_id),
        "stranger": strangers[0].client_match,
        "after": f"{middle.started_at:%Y%m%dT%H%M%S.%f}-{middle.pk}",
        "last_year": f"{middle.started_at:%Y-%m-%d}",
        "call_id": middle.external_id,
        "old": str(middle.pk),
        "latest": str(calls.exclude(status="talking")[0].pk),
    }
