"""Addresses of the desk's pages; included under crm/."""

from __future__ import annotations

from django.urls import path

from crm.views import cards, companies, contacts, exporting, importing, merge, notes, search, tasks

app_name = "crm"
urlpatterns = [
    path("contacts/", contacts.contact_list, name="contacts"),
    path("contacts/new/", contacts.contact_new, name="contact-new"),
    path("contacts/export.csv", exporting.export, name="export-csv"),
    path("contacts/import/", importing.new, name="import-new"),
    path("contacts/import/example.csv", importing.template, name="import-example"),
    path("contacts/import/<int:pk>/", importing.show, name="import"),
    path("contacts/import/<int:pk>/choose/", importing.choose, name="import-choose"),
    path("contacts/import/<int:pk>/read/", importing.read, name="import-read"),
    path("contacts/import/<int:pk>/undo/", importing.undo, name="import-undo"),
    path("contacts/import/<int:pk>/progress/", importing.progress, name="import-progress"),
    path("contacts/import/<int:pk>/stop/", importing.stop, name="import-stop"),
    path("contacts/import/<int:pk>/not-imported.csv", importing.failures, name="import-failures"),
    path("contacts/number-owners/", contacts.number_owners, name="number-owners"),
    path("contacts/<int:pk>/", contacts.contact_page, name="contact"),
    path("contacts/<int:pk>/about/", contacts.contact_about, name="contact-about"),
    path("contacts/<int:pk>/edit/", contacts.contact_edit, name="contact-edit"),
    path("contacts/<int:pk>/timeline/", contacts.contact_timeline, name="contact-timeline"),
    path("contacts/<int:pk>/tasks/", contacts.contact_tasks, name="contact-tasks"),
    path("contacts/<int:pk>/merge/", merge.merge_choose, name="merge"),
    path("contacts/<int:pk>/merge/<int:other_pk>/", merge.merge_preview, name="merge-preview"),
    path("companies/", companies.company_list, name="companies"),
    path("companies/new/", companies.company_new, name="company-new"),
    path("companies/options/", companies.company_options, name="company-options"),
    path("companies/<int:pk>/", companies.company_page, name="company"),
    path("companies/<int:pk>/about/", companies.company_about, name="company-about"),
    path("companies/<int:pk>/edit/", companies.company_edit, name="company-edit"),
    path("companies/<int:pk>/timeline/", companies.company_timeline, name="company-timeline"),
    path("companies/<int:pk>/tasks/", companies.company_tasks, name="company-tasks"),
    path("tasks/", tasks.task_page, name="tasks"),
    path("tasks/<int:pk>/", tasks.task_shown, name="task"),
    path("tasks/<int:pk>/edit/", tasks.task_edit, name="task-edit"),
    path("tasks/<int:pk>/done/", tasks.task_done, name="task-done"),
    path("tasks/<int:pk>/delete/", tasks.task_delete, name="task-delete"),
    path("notes/<int:pk>/", notes.note_shown, name="note"),
    path("notes/<int:pk>/edit/", notes.note_edit, name="note-edit"),
    path("notes/<int:pk>/delete/", notes.note_delete, name="note-delete"),
    path("search/", search.quick_search, name="quick-search"),
    path("card/contact-new/", cards.contact_new, name="card-contact-new"),
    path("card/attach/", cards.attach, name="card-attach"),
    path("card/note/", notes.note_new, name="card-note"),
    path("card/task/", tasks.task_new, name="card-task"),
    path("card/call-back/", tasks.call_back, name="card-callback"),
]
