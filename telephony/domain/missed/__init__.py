"""Who was missed and not yet talked to."""

from telephony.domain.missed.fold import fold_items, gave_up_in, number_key
from telephony.domain.missed.values import ClientCall, Decided, Decision, Item, Part, Place, Reason, State

__all__ = [
    "ClientCall",
    "Decided",
    "Decision",
    "Item",
    "Part",
    "Place",
    "Reason",
    "State",
    "fold_items",
    "gave_up_in",
    "number_key",
]
