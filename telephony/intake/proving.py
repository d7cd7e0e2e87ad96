"""Whether a message is its connection's: where it comes from, and the proof that its vendor knows of."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from telephony.domain.exceptions import HookRejected
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.intake import canary_mark
from telephony.models import Connection
from telephony.vendors.proofs import ProvedBy

FOREIGN = "It came from an address that is not among those of this connection's PBX."


def prove(connection: Connection, hook: Hook, profile: ConnectionProfile) -> ProvedBy:
    """By which secrets it is proved. Raises HookRejected, and whatever the vendor's code may raise.

    What comes from elsewhere is kept as a wrong signature is: the list may be the mistake.
    """
    if connection.sender_networks and not _is_from_there(connection, hook):
        raise HookRejected(FOREIGN, is_kept=True)
    return connection.vendor_object.prove(hook, profile)


def _is_from_there(connection: Connection, hook: Hook) -> bool:
    """Our own canary calls come from here."""
    try:
        address = ip_address(hook.remote_address)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    if any(address in ip_network(network) for network in connection.sender_networks):
        return True
    return canary_mark.run_of(hook.headers, connection_id=connection.pk, at=hook.received_at) is not None
