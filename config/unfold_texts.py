"""Texts for `cd config && django-admin makemessages -l ru` to find: those of django-unfold, which ships no
translations, as far as our pages show them, and those of the folder templates/, which belongs to no app.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _
from django.utils.translation import pgettext_lazy

TEXTS = (
    # templates/
    _("Skip to the page's content"),
    _("Can be scrolled"),
    pgettext_lazy("page of a row that is added", "New"),
    _("Close the menu"),
    _("Menu"),
    _("Your account"),
    _("Colours"),
    _("Nothing found"),
    _("No row has all of this: try fewer letters or digits, or drop the filters."),
    _("Show all"),
    _("Nothing here yet"),
    _("Add the first"),
    _("Rows: %(count)s"),
    # django-unfold
    _("Select record"),
    _("Select action"),
    _("Select action to run"),
    _("Select value"),
    _("Select all rows"),
    _("Collapse"),
    _("Expand row"),
    _("Name"),
    _("Value"),
    _("From"),
    _("To"),
    _("Date from"),
    _("Date to"),
    _("Not enough data."),
    _("Add new item"),
    _("Submit"),
    _("Run"),
    _("Filters"),
    _("Apply Filters"),
    _("Reset filters"),
    _("Welcome back to"),
    _("Forgotten your password or username?"),
    _("Type to search"),
    _("You have been successfully logged out from the administration"),
    _("No data"),
    _("More actions"),
    _("All applications"),
    _("True"),
    _("False"),
    _("Recent searches"),
    _("No recent searches"),
    _("No results matching your query"),
    _("Loading more results..."),
    _("This item will be deleted."),
    _("Click to cancel"),
    _("Go back"),
    _("Previous"),
    _("Next"),
    _("Search apps and models..."),
    _("General"),
    _("Light"),
    _("Dark"),
    _("System"),
    _("Return to site"),
    _("Toggle password visibility"),
    _("Add row"),
    _("Date"),
    _("Edit"),
    _("This object doesn't have a change history."),
    _("Comment"),
    _("Changed by"),
    _("After you've created a user, you’ll be able to edit more user options."),
    _(
        "Raw passwords are not stored, so there is no way to see this user’s password, but you can change the "
        'password using <a href="{}" class="text-primary-600 dark:text-primary-500">this form</a>.'
    ),
    # django-auditlog
    _("Audit log"),
    _("log entry"),
    _("log entries"),
    _("actor"),
    _("timestamp"),
)
