"""Nobody gives more than he has himself: asked by the page of employees and by the raw pages of users and groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MANAGE = "config.manage_employees"
_WIDER = (
    ("see_own_calls", "see_team_calls", "see_all_calls"),
    ("listen_own", "listen_team", "listen_all"),
)
"""Rights of telephony, each of which has those before it in it."""
ROLES: dict[str, tuple[str | Promise, str | Promise]] = {
    "Operator": (_("Operator"), _("Takes calls: sees and hears own calls, works with contacts and tasks.")),
    "Supervisor": (_("Supervisor"), _("Leads: also sees and hears the calls of the own teams.")),
    "Administrator": (_("Administrator"), _("Sees everything and sets it up: connections, phones, employees.")),
}
"""Groups that every company begins with: name and what it means, in words."""


def role_words(name: str) -> str:
    """A group's name in the reader's language, if it is one of ours."""
    return str(ROLES[name][0]) if name in ROLES else name


def _named(permissions: QuerySet[Permission]) -> set[str]:
    pairs = permissions.order_by().values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in pairs}


def rights_of(user: Any) -> set[str]:
    """What this user was given, also while deactivated."""
    return _named(Permission.objects.filter(Q(group__user=user.pk) | Q(user=user.pk)).distinct())


def covers(giver: Any, rights: Iterable[str]) -> bool:
    """Whether the giver has all of these rights himself, or wider ones."""
    if not giver.is_active:
        return False
    return bool(giver.is_superuser) or set(rights) <= _with_narrower(giver.get_all_permissions())


def _with_narrower(rights: Iterable[str]) -> set[str]:
    held = set(rights)
    for line in _WIDER:
        widest = max((place for place, name in enumerate(line) if f"telephony.{name}" in held), default=-1)
        held |= {f"telephony.{name}" for name in line[: widest + 1]}
    return held


def may_manage(giver: Any, target: Any) -> bool:
    """Whether the giver may change, deactivate or delete this account, or have a new password set for it."""
    if giver.is_superuser:
        return bool(giver.is_active)
    return not target.is_superuser and covers(giver, rights_of(target))


def may_give_group(giver: Any, group: Any) -> bool:
    return covers(giver, _named(Permission.objects.filter(group=group.pk)))


def groups_to_give(giver: Any) -> QuerySet[Group]:
    """Those whose rights the giver has."""
    if giver.is_superuser:
        return Group.objects.order_by("pk")
    given = [group.pk for group in Group.objects.all() if may_give_group(giver, group)]
    return Group.objects.filter(pk__in=given).order_by("pk")


def permissions_to_give(giver: Any) -> QuerySet[Permission]:
    """Those that the giver has."""
    if giver.is_superuser:
        return Permission.objects.all()
    held = _with_narrower(giver.get_all_permissions())
    pairs = Permission.objects.values_list("pk", "content_type__app_label", "codename")
    return Permission.objects.filter(pk__in=[pk for pk, app, name in pairs if f"{app}.{name}" in held])


def managed(giver: Any, people: Iterable[User]) -> set[int]:
    """Which of these the giver may change: as `may_manage`, in two queries for all of them."""
    if giver.is_superuser:
        return {user.pk for user in people}
    held = _with_narrower(giver.get_all_permissions())
    rights: dict[int, set[str]] = {user.pk: set() for user in people if not user.is_superuser}
    for path in ("group__user", "user"):
        rows = Permission.objects.filter(**{f"{path}__in": list(rights)})
        for pk, app, name in rows.values_list(path, "content_type__app_label", "codename"):
            if pk in rights:
                rights[pk].add(f"{app}.{name}")
    return {pk for pk, wanted in rights.items() if wanted <= held}
