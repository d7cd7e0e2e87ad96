"""What the columns of an imported file can mean."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

FIELDS: dict[str, str | Promise] = {
    "name": pgettext_lazy("of a contact", "Name"),
    "family": pgettext_lazy("of a contact", "Last name"),
    "given": pgettext_lazy("of a contact", "First name"),
    "middle": pgettext_lazy("of a contact", "Middle name"),
    "phone": pgettext_lazy("of a contact", "Phone"),
    "company": pgettext_lazy("of a contact", "Company"),
    "position": pgettext_lazy("of a contact", "Position"),
    "email": pgettext_lazy("of a contact", "Email"),
    "responsible": pgettext_lazy("of a contact", "Responsible"),
    "tags": pgettext_lazy("of a contact", "Tags"),
    "source": pgettext_lazy("of a contact", "Source"),
    "note": pgettext_lazy("of a contact", "Note"),
}
"""Each with the word that people choose it by. (Without a context other applications' words would come first.)"""

SEVERAL = frozenset({"phone", "email", "tags", "note"})
"""Of these a file may have several columns; of the others one each."""
NAME_PARTS = ("family", "given", "middle")
IDENTIFYING = frozenset({"name", *NAME_PARTS, "phone", "email"})
"""One of these has to be there: a contact is somebody."""
EXPORTED = ("name", "phone", "company", "position", "email", "responsible", "tags", "source")
"""The columns of an export, which an import understands by itself."""
