"""Our own numbers as people know them: by the name that was given to each, and with spaces."""

from __future__ import annotations

from functools import cached_property

from telephony.domain import numbers
from telephony.models import Call, Connection, Line, MissedItem


class Lines:
    """The names of our numbers, for a whole page: one query, when the first is asked for."""

    def name(self, call: Call | MissedItem) -> str:
        """“Advertising”; without a name the number. Empty if the PBX did not tell it. Needs the call's connection."""
        return self.named(call.connection, call.our_number)

    def named(self, connection: Connection, number: str) -> str:
        """The same for a number of ours at this connection."""
        return self.label(connection.pk, number) or shown(number, connection.phone_region)

    def with_number(self, call: Call) -> str:
        """“Advertising (+7 495 123-45-67)”; without a name the number."""
        label = self.label(call.connection_id, call.our_number)
        number = shown(call.our_number, call.connection.phone_region)
        return f"{label} ({number})" if label else number

    def label(self, connection: int, number: str) -> str:
        """The name given to the number at this connection; empty for none."""
        return self._labels.get((connection, numbers.match_key(number)), "") if number else ""

    @cached_property
    def _labels(self) -> dict[tuple[int, str], str]:
        return {(row[0], row[1]): row[2] for row in Line.objects.values_list("connection_id", "match", "label")}


def shown(number: str, region: str) -> str:
    """A number of ours with spaces: +7 495 123-45-67; what is none as the PBX writes it."""
    e164 = numbers.to_e164(number, region) if number else None
    return numbers.shown(e164) if e164 else number
