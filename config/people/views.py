"""The page of employees, and the page of one."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordResetCompleteView, PasswordResetConfirmView
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.people import forms, links, rights
from config.signin import sessions
from telephony.admin.search import any_case
from telephony.editing.forms import show_taken
from telephony.editing.locking import row_of_form
from telephony.once.repeatable import repeatable
from telephony.ui import shell
from telephony.ui.presentation import person

PAGE, LONGEST_SEARCH = 50, 100
log = logging.getLogger(__name__)


@never_cache
@require_safe
@permission_required(rights.MANAGE, raise_exception=True)
def employees(request: HttpRequest) -> HttpResponse:
    """Everybody, by name; those who may sign in first."""
    asked = request.GET.get("q", "").replace("\x00", "")[:LONGEST_SEARCH]
    people = User.objects.order_by("-is_active", "last_name", "first_name", "username")
    for term in asked.split():
        names = any_case("first_name__icontains", term) | any_case("last_name__icontains", term)
        people = people.filter(names | any_case("username__icontains", term))
    page = Paginator(people.prefetch_related("groups", "teams", "extensions"), PAGE).get_page(request.GET.get("page"))
    managed = rights.managed(request.user, page.object_list)
    rows = [
        {
            "user": user,
            "name": person(user),
            "roles": [rights.role_words(group.name) for group in user.groups.all()],
            "is_managed": user.pk in managed,
            "waits": not user.has_usable_password(),
        }
        for user in page.object_list
    ]
    return shell.page(request, "config/employees.html", title=_("Employees"), rows=rows, page=page, asked=asked)


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(rights.MANAGE, raise_exception=True)
def employee(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new employee, or one who is here already."""
    with row_of_form(request, User, pk):
        user = get_object_or_404(User, pk=pk) if pk else User()
        if pk and not rights.may_manage(request.user, user):
            raise PermissionDenied
        shown_name = person(user) if pk else _("New employee")
        form = forms.EmployeeForm(request.POST or None, instance=user, giver=request.user)
        phones = forms.phones(request, user)
        # Both are checked, so that all questions stand on one page.
        is_valid = all([form.is_valid(), phones is None or phones.is_valid()])
        if request.method == "POST" and is_valid:
            saved = form.save()
            forms.save_phones(phones)
            _note(request, saved, is_new=not pk)
    if request.method == "POST" and is_valid:
        show_taken(request, [form, *(phones or [])])
        messages.success(request, gettext("%(name)s is saved.") % {"name": person(saved)})
        return HttpResponseRedirect(reverse("employee", args=[saved.pk]) + ("" if pk else "#password"))
    return shell.page(
        request,
        "config/employee.html",
        title=shown_name,
        form=form,
        phones=phones,
        role_notes=form.role_notes(),
        employee=user if pk else None,
        link=request.session.pop("password_link", {}).get(str(pk), ""),
        may_mail=bool(pk) and links.may_mail(user),
        days=links.DAYS,
        has_second_factor=bool(pk) and Authenticator.objects.filter(user=user).exists(),
    )


@repeatable  # It waits for the mail server; a link that is made twice is the same link.
@require_POST
@permission_required(rights.MANAGE, raise_exception=True)
def password_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a link to set a password: it is shown once, or sent."""
    user = get_object_or_404(User, pk=pk, is_active=True)
    if not rights.may_manage(request.user, user):
        raise PermissionDenied
    link = links.make_link(request, user)
    _note(request, user, words="Made a link to set a password.")
    if request.POST.get("how") == "mail" and links.may_mail(user):
        try:
            links.mail_link(user, link)
        except (OSError, SMTPException) as error:
            log.warning("A link to set a password was not sent: %s", type(error).__name__)
            messages.error(request, gettext("The mail server did not take the message. Copy the link instead."))
        else:
            messages.success(request, gettext("The link is on its way to %(email)s.") % {"email": user.email})
            return HttpResponseRedirect(reverse("employee", args=[pk]))
    request.session["password_link"] = {str(pk): link}
    return HttpResponseRedirect(reverse("employee", args=[pk]) + "#password")


@require_POST
@permission_required(rights.MANAGE, raise_exception=True)
def reset_access(request: HttpRequest, pk: int) -> HttpResponse:
    """End all sessions of somebody; with `second_factor`, take away the lost phone's, too."""
    user = get_object_or_404(User, pk=pk)
    if not rights.may_manage(request.user, user):
        raise PermissionDenied
    sessions.end_all(user.pk)
    if "second_factor" in request.POST:
        Authenticator.objects.filter(user=user).delete()
        _note(request, user, words="Removed the second factor.")
        messages.success(request, gettext("The second factor is removed: the password alone lets them in."))
    else:
        _note(request, user, words="Ended all sessions.")
        messages.success(request, gettext("They are signed out everywhere."))
    return HttpResponseRedirect(reverse("employee", args=[pk]))


def _note(request: HttpRequest, user: User, *, is_new: bool = False, words: Any = "") -> None:
    """Into the admin's journal."""
    LogEntry.objects.log_actions(request.user.pk, [user], ADDITION if is_new else CHANGE, change_message=words)  # type: ignore[arg-type]


class SetPassword(PasswordResetConfirmView):
    """The page behind the link."""

    template_name = "config/set_password.html"
    success_url = reverse_lazy("password-is-set")
    title = _("Set your password")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}


class PasswordIsSet(PasswordResetCompleteView):
    template_name = "config/password_is_set.html"
    title = _("The password is set")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}


pages = {view.__name__: admin.site.admin_view(view) for view in (employees, employee, password_link, reset_access)}
"""The views behind the admin's login."""
