"""The company of lists.py: 50 employees in teams, their clients, calls and recordings."""

from __future__ import annotations

import random

from django.contrib.auth.models import Group, User
from django.db import connection

from crm.models import Company, Contact, ContactPhone, Tag
from telephony.connections.settings import add_connection
from telephony.models import Call, CallLeg, Connection, Extension, Line, Recording, Team
from telephony.models.encrypted import cipher
from tests.benchmarks.lists_desk import YEARS, make_deliveries, make_notes_and_tasks
from tests.benchmarks.lists_sql import Filler, turn_of, without_indexes

EMPLOYEES = 50
TEAM = 8
"""Members of each team; the first is its supervisor."""
NEWCOMER, FORMER, RARE = 48, 49, 50
"""With calls of the last days only; with none of the last year; with one call in 25,000."""
LINES = [f"7495123450{number}" for number in range(10)]
FIRST_NAMES = ("Александр", "Дмитрий", "Сергей", "Андрей", "Иван", "Анна", "Мария", "Елена", "Ольга", "Юлия")
FAMILIES = (  # noqa: SIM905  (24 lines as a list)
    "Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев Лебедев "
    "Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин"
).split()
TRADES = ("Вектор", "Горизонт", "Альянс", "Меридиан", "Квартал", "Орион", "Прогресс", "Ренессанс")

NUMBER_OF_CONTACT = "'+79' || lpad(({0} * 48271 %% 999999937)::text, 9, '0')"
NUMBER_OF_STRANGER = "'+74' || lpad(({0} * 69621 %% 999999937)::text, 9, '0')"
ENDS_OF_NUMBER = (
    "(SELECT string_agg(substr({0}, place), ' ' ORDER BY place) FROM generate_series(2, length({0}) - 1) place)"
)
CALLS = """
CREATE UNLOGGED TABLE made AS
WITH drawn AS MATERIALIZED (
    SELECT n, random() AS who, random() AS what, random() AS outcome, random() AS client, random() AS more,
        now() - interval '{years} years' * (({calls} - n)::float / {calls}) - interval '1 hour' * random() AS at
    FROM generate_series(1, {calls}) n
), named AS (
    SELECT *,
        CASE WHEN n %% 25000 = 7 THEN {rare}
             WHEN n > {calls} * 0.995 AND who < 0.01 THEN {newcomer}
             WHEN n < {calls} * 0.6 AND who < 0.03 THEN {former}
             ELSE 1 + floor(random() * 47)::int END AS employee,
        CASE WHEN what < 0.62 THEN 'incoming' WHEN what < 0.95 THEN 'outgoing' ELSE 'internal' END AS direction,
        CASE WHEN n > {calls} - 8 THEN 'talking' WHEN outcome < 0.75 THEN 'answered'
             WHEN outcome < 0.90 THEN 'no_answer' WHEN outcome < 0.94 THEN 'busy'
             WHEN outcome < 0.995 THEN 'cancelled' ELSE 'failed' END AS status,
        CASE WHEN n %% 200 = 0 THEN 1 WHEN client < 0.70 THEN 2 + floor(({contacts} - 1) * more * more)::bigint END
            AS contact,
        CASE WHEN client < 0.95 THEN 1 + floor({calls} * 0.15 * more)::bigint END AS stranger
    FROM drawn
)
SELECT *, CASE WHEN direction = 'internal' THEN '' WHEN contact IS NOT NULL THEN {contacts_number}
    ELSE coalesce({strangers_number}, '') END AS number FROM named
"""


def fill(calls: int, contacts: int = 0, *, years: int = YEARS) -> None:
    """A company with so many calls of these last years, and so many contacts (or one for each five calls): ten in each
    company."""
    contacts = contacts or calls // 5
    companies = contacts // 10
    _make_people()
    with connection.cursor() as cursor, without_indexes(cursor):
        filler = Filler(cursor)
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SELECT setseed(0.5)")
        _make_clients(filler, contacts, companies)
        _make_calls(filler, calls, contacts, years)
        make_deliveries(filler, calls)
        make_notes_and_tasks(filler, calls, contacts, companies)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("DROP TABLE made")
        cursor.execute("VACUUM ANALYZE")
    _check_words()


def _make_people() -> None:
    users = [
        User(pk=number, username=f"user{number}", is_staff=True, first_name=f"Имя{number}", last_name=f"Орлов{number}")
        for number in range(1, EMPLOYEES + 1)
    ]
    User.objects.bulk_create([*users, User(pk=EMPLOYEES + 1, username="owner", is_staff=True)])
    for first in range(1, EMPLOYEES - TEAM, TEAM):
        team = Team.objects.create(name=f"Отдел {first}")
        team.members.add(*range(first, first + TEAM))
    for pk in range(1, EMPLOYEES + 1):
        group = "Supervisor" if pk % TEAM == 1 and pk < FORMER else "Operator"
        User.objects.get(pk=pk).groups.add(Group.objects.get(name=group))
    User.objects.get(username="owner").groups.add(Group.objects.get(name="Administrator"))
    for name in ("Sales", "Storehouse", "Support", "Branch"):
        add_connection(vendor="sipuni", name=name, time_zone="Europe/Moscow", phone_region="RU", settings={})
    office = Connection.objects.order_by("pk")[0]
    Extension.objects.bulk_create(
        Extension(pk=user.pk, connection=office, user=user, number=str(100 + user.pk)) for user in users
    )
    for number in LINES:
        Line.objects.create(connection=office, number=number, label=f"Line {number[-1]}")
    Tag.objects.bulk_create(Tag(pk=number, name=f"Tag {number}") for number in range(1, 21))


def _make_clients(filler: Filler, contacts: int, companies: int) -> None:
    tag, employee = "1 + n %% 20", "1 + n %% 47"
    named = f"({turn_of('n', TRADES)} || ' ' || n)"
    filler.insert(
        Company,
        f"generate_series(1, {companies}) n",
        id="n",
        name=named,
        responsible_id=employee,
        search_text=f"lower({named})",
    )
    number = NUMBER_OF_CONTACT.format("n")
    person = f"({turn_of('n / 7', FAMILIES)} || ' ' || {turn_of('n', FIRST_NAMES)})"
    source = (
        f"(SELECT n, {number} AS number, {person} AS person FROM generate_series(1::bigint, {contacts}) n) made "
        f"LEFT JOIN crm_company c ON c.id = 1 + n / 8 AND n %% 5 > 0"
    )
    words = f"lower(person) || coalesce(' ' || c.search_text, '') || ' ' || {ENDS_OF_NUMBER.format('number')}"
    spelled = f"replace(lower(person), 'ё', 'е') || ' ' || {words}"
    filler.insert(
        Contact,
        source,
        id="n",
        name="person",
        company_id="c.id",
        responsible_id=employee,
        search_text=f"CASE WHEN person LIKE '%%ё%%' THEN {spelled} ELSE {words} END",
    )
    filler.insert(
        ContactPhone,
        f"(SELECT n, {number} AS number FROM generate_series(1::bigint, {contacts}) n) made",
        contact_id="n",
        raw="'8' || right(number, 10)",
        e164="number",
        last10="right(number, 10)",
    )
    filler.insert(Contact.tags.through, f"generate_series(1, {contacts}, 2) n", contact_id="n", tag_id=tag)
    filler.insert(Company.tags.through, f"generate_series(1, {companies}, 4) n", company_id="n", tag_id=tag)


def _make_calls(filler: Filler, calls: int, contacts: int, years: int) -> None:
    filler.run(
        CALLS.format(
            calls=calls,
            contacts=contacts,
            years=years,
            rare=RARE,
            newcomer=NEWCOMER,
            former=FORMER,
            contacts_number=NUMBER_OF_CONTACT.format("contact"),
            strangers_number=NUMBER_OF_STRANGER.format("stranger"),
        )
    )
    pks = list(Connection.objects.order_by("pk").values_list("pk", flat=True))
    talked = "status IN ('answered', 'talking')"
    filler.insert(
        Call,
        "made ORDER BY n",
        id="n",
        connection_id=f"CASE WHEN n %% 10 < 7 THEN {pks[0]} ELSE {pks[1]} + n %% 3 END",
        external_id="'1700000000.' || n",
        direction="direction",
        status="status",
        client_raw="ltrim(number, '+')",
        client_e164="number",
        client_match="right(number, 10)",
        our_number=f"CASE WHEN direction = 'incoming' THEN {turn_of('n', LINES)} ELSE '' END",
        started_at="at",
        answered_at=f"CASE WHEN {talked} THEN at + interval '9 s' END",
        ended_at="CASE WHEN status <> 'talking' THEN at + interval '90 s' END",
        ring_seconds="9",
        talk_seconds="CASE WHEN status = 'answered' THEN 81 END",
        responsible_id="employee",
        contact_id="contact",
    )
    _make_legs(filler)
    _make_recordings(filler, calls)


def _make_legs(filler: Filler) -> None:
    phone = {"extension_id": "employee", "user_id": "employee", "extension_number": "(100 + employee)::text"}
    leg = {"call_id": "n", "rang_at": "at", "ended_at": "at + interval '90 s'", "card": "'shown'", "card_at": "at"}
    filler.insert(CallLeg, "made ORDER BY n", position="0", role="'called'", status="status", **phone, **leg)
    second = "SELECT n, at, 1 + (employee + 1) %% 47 AS employee FROM made WHERE direction = 'incoming' AND n %% 3 > 0"
    filler.insert(CallLeg, f"({second}) others", position="1", role="'called'", status="'no_answer'", **phone, **leg)


def _make_recordings(filler: Filler, calls: int) -> None:
    link = cipher().encrypt(b"https://records.example.ru/2026/11/21/1700000000.mp3").decode()
    heights = random.Random(1)
    peaks = str([heights.randint(0, 100) for _ in range(400)])
    filler.insert(
        Recording,
        "made WHERE status = 'answered' AND n %% 2 = 0 ORDER BY n",
        call_id="n",
        source_sha256="lpad(n::text, 64, '0')",
        link=f"'{link}'",
        created_at="at",
        state=f"CASE WHEN n < {calls} * 0.2 THEN 'expired' WHEN n %% 100 = 0 THEN 'lost' ELSE 'stored' END",
        file="'2026/11/' || n || '.mp3'",
        size="162000",
        content_type="'audio/mpeg'",
        seconds="81",
        peaks=f"'{peaks}'::jsonb",
        stored_at="at + interval '2 min'",
    )


def _check_words() -> None:
    """Contacts are found by the words that the application itself would have written."""
    for contact in Contact.objects.order_by("pk")[:50]:
        assert set(contact.search_text.split()) == set(contact.searchable().split()), contact.search_text
