"""Takes back what an import has made, as long as nobody has changed it since."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.imports.applying import FILLED, Made, stamp
from crm.models import Company, Contact, ContactImport, ContactImportRow, MergedContact, Note, Task

State = ContactImportRow.State
_AT_ONCE = 500


def left(imported: ContactImport) -> QuerySet[ContactImportRow]:
    """The rows that can still be taken back, or found to be changed."""
    return imported.rows.filter(state__in=[State.ADDED, State.FILLED], made__isnull=False, error="")


def start_undoing(*, imported: ContactImport) -> None:
    """Leave it to a worker; twice is as good as once."""
    ended = [ContactImport.State.DONE, ContactImport.State.CANCELLED]
    taken_back = ContactImport.objects.filter(pk=imported.pk, state__in=ended)
    taken_back.update(state=ContactImport.State.UNDOING, finished_at=timezone.now())


def undo(row: ContactImportRow) -> None:
    """Take the row back, or say in its `error` why it stays. The last row of an import has to be the first."""
    made: Made = row.made or {}
    contact = Contact.objects.select_for_update(of=("self",)).filter(pk=int(made.get("contact") or 0)).first()
    if contact is None:
        row.state, row.contact, row.made = State.UNDONE, None, None  # It is gone already.
        return
    if row.contact_id != contact.pk or stamp(contact) != made["stamp"] or _has_more(contact, made):
        row.error = _("Somebody has changed the contact since: it stays as it is.")
        return
    _remove_note(made)
    if made["added"]:
        contact.delete()
    else:
        _give_back(contact, made)
    _remove_company(made)
    row.state, row.contact, row.made = State.UNDONE, None, None


def count_changed(imported: ContactImport) -> int:
    """How many contacts would stay, for telling it before."""
    latest: dict[int, Made] = {}
    rows = left(imported).exclude(contact=None).order_by("number").values_list("contact_id", "made")
    for pk, made in rows:  # Of a deleted contact nothing is left to take back.
        latest[int(pk or 0)] = {
            **(made or {}),
            "added": (made or {})["added"] or latest.get(int(pk or 0), {}).get("added"),
        }
    changed = 0
    for some in batched(list(latest)):
        with_more = _with_more(some, imported)
        for contact in Contact.objects.filter(pk__in=some).prefetch_related("phones", "tags"):
            last = latest[contact.pk]
            is_other = contact.pk != last["contact"] or stamp(contact) != last["stamp"]
            changed += is_other or bool(last["added"] and contact.pk in with_more)
    return changed


def batched(ids: list[int]) -> Iterator[list[int]]:
    for begin in range(0, len(ids), _AT_ONCE):
        yield ids[begin : begin + _AT_ONCE]


def _with_more(contacts: list[int], imported: ContactImport) -> set[int]:
    """Those of the contacts that have notes or tasks of somebody's, or were merged with others."""
    of_these = {"contact__in": contacts}
    own = {(made or {}).get("note") for made in left(imported).filter(**of_these).values_list("made", flat=True)}
    notes = Note.objects.filter(**of_these).values_list("pk", "contact_id", "edited_at")
    found = {contact for pk, contact, edited in notes if contact and (pk not in own or edited)}
    found |= set(Task.objects.filter(**of_these).values_list("contact_id", flat=True)) - {None}
    return found | set(MergedContact.objects.filter(**of_these).values_list("contact_id", flat=True))


def _has_more(contact: Contact, made: Made) -> bool:
    """Whether a new contact has notes, tasks or merged contacts that would go with it, or a note was reworded."""
    note = int(made.get("note") or 0)
    if Note.objects.filter(pk=note).exclude(edited_at=None).exists():
        return True
    if not made["added"]:
        return False
    others = Note.objects.filter(contact=contact).exclude(pk=note)
    return others.exists() or Task.objects.filter(contact=contact).exists() or contact.merged.exists()


def _remove_note(made: Made) -> None:
    if note := made.get("note"):
        Note.objects.filter(pk=int(note), contact=made["contact"]).delete()


def _give_back(contact: Contact, made: Made) -> None:
    """What was filled in is empty again."""
    for phone in contact.phones.filter(pk__in=made["phones"]):
        phone.delete()
    for phone in contact.phones.filter(pk__in=made["extensions"]):
        phone.extension = made["extensions"][str(phone.pk)]
        phone.save()
    contact.tags.remove(*made["tags"])
    for name in FILLED:
        if name in made["before"]:
            setattr(contact, name, made["before"][name])
    contact.save()


def _remove_company(made: Made) -> None:
    """A company that the import made goes with its last contact, if nobody has done anything with it."""
    company = Company.objects.filter(
        pk=int(made.get("company") or 0), site="", email="", responsible=None, tags=None
    ).first()
    if company is None or company.contacts.exists():
        return
    if not Note.objects.filter(company=company).exists() and not Task.objects.filter(Q(company=company)).exists():
        company.delete()
