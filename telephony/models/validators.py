"""What the columns of a connection may hold."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from zoneinfo import available_timezones

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from telephony.http.networks import is_internal

EARLIEST_YEAR, LATEST_YEAR = 1970, 2200
_time_zones = cache(available_timezones)  # It walks through a folder of hundreds of files.


def validate_time_zone(value: str) -> None:
    if value not in _time_zones():
        raise ValidationError(_("%(value)s is no time zone; write it like Europe/Moscow."), params={"value": value})


def validate_moment(value: datetime) -> None:
    """One that a database can hold in every time zone; the year 1 was once a task that nobody could list."""
    if not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
        raise ValidationError(_("Give a moment between the years 1970 and 2200."))


def validate_phone_region(value: str) -> None:
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ValidationError(_("%(value)s is no country code; write it like RU."), params={"value": value})


def validate_phone_regions(value: Any) -> None:
    for text in _texts(value):
        validate_phone_region(text)


def validate_sender_networks(value: Any) -> None:
    for text in _texts(value):
        _network(text)


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError:
        raise ValidationError(
            _("%(value)s is no network; write it like 192.168.1.0/24."), params={"value": text}
        ) from None


def validate_networks(value: Any) -> None:
    for text in _texts(value):
        network = _network(text)
        if not is_internal(network):
            raise ValidationError(
                _("%(value)s is far more than a network of your own; write that one alone, like 192.168.1.0/24."),
                params={"value": text},
            )


def validate_hosts(value: Any) -> None:
    for text in _texts(value):
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", text):
            raise ValidationError(_("%(value)s is no host name; write it like pbx.example.ru."), params={"value": text})


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValidationError(_("Give a list of texts."))
    return value
