"""The forms of the desk's own pages."""

from crm.forms.clients import CompanyForm, ContactForm
from crm.forms.desk import CallBackForm, NoteForm, TaskForm

__all__ = ["CallBackForm", "CompanyForm", "ContactForm", "NoteForm", "TaskForm"]
