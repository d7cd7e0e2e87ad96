"""What is to be done in Mobilon's cabinet."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.vendors.steps import ADDRESS, Step

STEPS = (
    Step(
        _("In the settings of the virtual PBX, enter this address for calls; leave the placeholders as they are."),
        ADDRESS,
        ("Виртуальная АТС", "Настройки"),
        "Веб-адрес",
    ),
    Step(_("For names on phones, have the integration with 1C switched on, with the user name and password above.")),
)
