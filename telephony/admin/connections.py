"""Connections: added, set up, given a new address; whether anything arrives."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from telephony import conf
from telephony.admin import connection_policy
from telephony.admin.addresses import KEEP, ago, former_address, former_secrets
from telephony.admin.base import TelephonyAdmin
from telephony.admin.connection_form import KEEP_SECRETS, form_for, settings_names
from telephony.admin.connection_phones import phones_of
from telephony.call_log.dashboard import connections_with_health
from telephony.connections.clock import clock_in_words, forget_clock
from telephony.connections.former import end_former, keep_former
from telephony.connections.settings import end_former_address, rotate, settings_changed
from telephony.intake import quota
from telephony.models import Call, Connection, Delivery
from telephony.ui.markup import badge, link, list_url
from telephony.vendors import installed


@admin.register(Connection)
class ConnectionAdmin(TelephonyAdmin):
    nothing_yet = _("A connection is one PBX whose calls come here.")
    list_display = ["name", "pbx", "is_enabled", "last_received", "failed", "attention", "rejected_count"]
    search_fields = ["name"]
    actions = ["enable", "disable"]
    change_form_outer_before_template = "telephony/admin/connection_panel.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        return connections_with_health().defer("settings", "hook_secret").order_by("name", "id")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        # The page of one connection needs its settings, which the list leaves in the database.
        return (
            Connection.objects.filter(pk=object_id).first() if object_id.isdecimal() and len(object_id) < 19 else None
        )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = form_for(
            vendor=_vendor(request, obj), stored=obj.settings if isinstance(obj, Connection) else {}
        )
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        vendor = _vendor(request, obj)
        settings = settings_names(vendor)
        own = (None, {"fields": ["name", "enabled", "time_zone", "phone_region", "outside_prefix"]})
        if obj is not None and not self.has_change_permission(request, obj):
            return [own]
        sections: list[Any] = [own]
        if settings:
            if KEEP_SECRETS in form_for(vendor=vendor, stored=obj.settings if obj else {}).base_fields:
                settings = [*settings, KEEP_SECRETS]
            sections.append((_("Settings of %(pbx)s") % {"pbx": installed()[vendor].label}, {"fields": settings}))
        if installed()[vendor].can_dial:
            sections.append((_("Calls from the CRM"), {"fields": ["dial_countries"]}))
        echo = [connection_policy.ECHO_SECTION] if installed()[vendor].keeps_order_id else []
        return [*sections, *connection_policy.SECTIONS, *echo]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A connection that ever received something stays, with its calls: it can be switched off."""
        if obj is None or any(model.objects.filter(connection=obj.pk).exists() for model in (Delivery, Call)):
            return False
        return super().has_delete_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        rotate_view = self.admin_site.admin_view(self.rotate_view)
        return [path("<int:pk>/rotate/", rotate_view, name="telephony_connection_rotate"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if request.GET.get("vendor") in installed():
            vendor = installed()[request.GET["vendor"]]
            title = {"title": gettext("New connection: %(pbx)s") % {"pbx": vendor.label}}
            return super().add_view(request, form_url, {**(extra_context or {}), **title})
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("New connection"),
            "opts": self.opts,
            "media": self.media,
            "vendors": list(installed().values()),
        }
        return TemplateResponse(request, "telephony/admin/choose_vendor.html", context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if "time_zone" in form.changed_data:
            forget_clock(connection=obj)
        if change:
            hours = form.cleaned_data.get(KEEP_SECRETS) or "0"
            keep_former(connection=obj, before=form.stored, keep=timedelta(hours=int(hours)))
        super().save_model(request, obj, form, change)
        if change:
            settings_changed(connection=obj)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        messages.success(request, gettext("The connection was added. Now paste its address into the PBX."))
        return HttpResponseRedirect(reverse("admin:telephony_connection_change", args=[obj.pk]))

    def rotate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks, then gives the connection a new address."""
        connection = get_object_or_404(Connection, pk=pk)
        if not self.has_change_permission(request, connection):
            raise PermissionDenied
        back = reverse("admin:telephony_connection_change", args=[pk])
        if request.method == "POST" and "end" in request.POST:
            end_former_address(connection=connection)
            self.log_change(request, connection, "The address of before is not taken any more.")
            messages.success(request, gettext("The address of before is not taken any more."))
            return HttpResponseRedirect(back)
        if request.method == "POST" and "end_secrets" in request.POST:
            end_former(connection=connection)
            self.log_change(request, connection, "The secret of before is not taken any more.")
            messages.success(request, gettext("The secret of before is not taken any more."))
            return HttpResponseRedirect(back)
        if request.method == "POST":
            hours = request.POST.get("keep", "0")
            rotate(connection=connection, keep=timedelta(hours=int(hours) if hours in dict(KEEP) else 0))
            self.log_change(request, connection, "Address renewed.")
            messages.success(request, gettext("The connection has a new address. Paste it into the PBX now."))
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("New address for %(name)s") % {"name": connection.name},
            "opts": self.opts,
            "media": self.media,
            "connection": connection,
            "back": back,
            "keep": KEEP,
        }
        return TemplateResponse(request, "telephony/admin/rotate.html", context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        connection = kwargs.get("obj")
        if isinstance(connection, Connection):
            may_change = self.has_change_permission(request, connection)
            context["phones"] = phones_of(request, connection)
            context["panel"] = _panel(request, connection, may_change=may_change)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.action(description=_("Switch on"), permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        self._switch(request, queryset, enabled=True)

    @admin.action(description=_("Switch off"), permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        self._switch(request, queryset, enabled=False)

    def _switch(self, request: HttpRequest, queryset: QuerySet[Connection], *, enabled: bool) -> None:
        chosen = Connection.objects.filter(pk__in=queryset.values_list("pk", flat=True))
        count = len(chosen)
        for connection in chosen:  # One by one: a log of changes hears of rows that are saved.
            connection.enabled = enabled
            connection.save(update_fields=["enabled"])
        text = (
            ngettext("%(count)d connection is on.", "%(count)d connections are on.", count)
            if enabled
            else ngettext("%(count)d connection is off.", "%(count)d connections are off.", count)
        )
        messages.success(request, text % {"count": count})

    @admin.display(description=_("PBX"), ordering="vendor")
    def pbx(self, connection: Connection) -> str:
        return installed()[connection.vendor].label if connection.vendor in installed() else connection.vendor

    @admin.display(description=_("state"), ordering="enabled")
    def is_enabled(self, connection: Connection) -> SafeString:
        return badge(_("on"), "good") if connection.enabled else badge(_("off"))

    @admin.display(description=_("last delivery"), ordering="last_received_at")
    def last_received(self, connection: Any) -> Any:
        moment = connection.last_received_at
        if moment is None:
            return badge(_("nothing yet"), "warn")
        return format_html('<span title="{}">{}</span>', moment.isoformat(), ago(moment))

    @admin.display(description=_("failed"), ordering="failed_count")
    def failed(self, connection: Any) -> SafeString:
        return _count_link(connection.failed_count, connection, state__exact="failed")

    @admin.display(description=_("need attention"), ordering="attention_count")
    def attention(self, connection: Any) -> SafeString:
        return _count_link(connection.attention_count, connection, needs_attention__exact=1)


def _vendor(request: HttpRequest, obj: Any) -> str:
    """The kind of PBX: the connection's own, or what was chosen for a new one."""
    return obj.vendor if isinstance(obj, Connection) else request.GET.get("vendor", "")


def _deliveries_of(connection: Connection, **filters: Any) -> str:
    return list_url(Delivery, connection__id__exact=connection.pk, **filters)


def _count_link(count: int, connection: Connection, **filters: Any) -> SafeString:
    return link(_deliveries_of(connection, **filters), badge(str(count), "bad")) if count else badge("0")


def _panel(request: HttpRequest, connection: Connection, *, may_change: bool) -> dict[str, Any]:
    """What stands above the form: the address, and whether anything arrives."""
    health: Any = connections_with_health().defer("settings", "hook_secret").get(pk=connection.pk)
    vendor = connection.vendor_object
    address = request.build_absolute_uri(connection.hook_path) + vendor.address_suffix
    service = vendor.service if may_change else None
    return {
        "connection": connection,
        "pbx": vendor.label,
        "address": address if may_change else "",
        "address_help": vendor.address_help,
        "service": service,
        "has_service_login": bool(connection.service_login()[0]),
        "service_address": request.build_absolute_uri(reverse(service.view, args=[service.path])) if service else "",
        "last_received": ago(health.last_received_at) if health.last_received_at else "",
        "clock": clock_in_words(connection),
        "former": former_address(connection),
        "former_secrets": former_secrets(connection),
        "health_url": reverse("telephony:connection_health", args=[connection.pk]) if may_change else "",
        "use": quota.use_today(connection_id=connection.pk),
        "quota": {"messages": conf.messages_per_minute(), "megabytes": conf.megabytes_per_day()},
        "steps": [(step, step.filled(address)) for step in vendor.steps] if may_change else [],
        "refused_count": health.refused_count,
        "refused_url": _deliveries_of(connection, state__exact="refused"),
        "failed_count": health.failed_count,
        "failed_url": _deliveries_of(connection, state__exact="failed"),
        "attention_count": health.attention_count,
        "attention_url": _deliveries_of(connection, needs_attention__exact=1),
        "deliveries_url": _deliveries_of(connection),
        "reconcile_url": reverse("telephony:reconcile_day", args=[connection.pk])
        if may_change and vendor.call_info is not None
        else "",
        "rotate_url": reverse("admin:telephony_connection_rotate", args=[connection.pk]) if may_change else "",
    }
