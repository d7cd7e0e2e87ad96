"""Which IP addresses may be connected to."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

# `is_global` differs between Python's versions and takes multicast for global; this is what it may lack of IANA's
# registries of special-purpose addresses. Ways to write an IPv4 address as an IPv6 one (mapped, compatible, 6to4,
# Teredo, local NAT64) lie here or outside the one block that is handed out.
_SPECIAL_IPV4 = [ip_network(text) for text in ("0.0.0.0/8", "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/3")]
_HANDED_OUT_IPV6 = IPv6Network("2000::/3")
_SPECIAL_IPV6 = [ip_network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
_NAT64 = IPv6Network("64:ff9b::/96")


def is_allowed(text: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    """A numeric address is globally routable, or in one of the networks that an administrator listed."""
    address = ip_address(text)
    return any(address in network for network in networks) or is_public(address)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Globally routable, by unicast, and not another way to write an address that is not."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _SPECIAL_IPV4)
    if address in _NAT64:
        # In a network without IPv4 all IPv4 hosts have such an address.
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and address in _HANDED_OUT_IPV6 and not any(address in net for net in _SPECIAL_IPV6)


_OWN = [
    ip_network(text)
    for text in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10"),
        *("fc00::/7", "fe80::/10", "::1/128"),
    )
]
_SMALLEST_OF_OTHERS = {4: 24, 6: 48}
"""Public addresses of a company's own network: not more of them than one site has."""


def is_internal(network: IPv4Network | IPv6Network) -> bool:
    """Whether this can be somebody's own network: not half of the internet, nor a provider's."""
    if any(network.version == own.version and network.subnet_of(own) for own in _OWN):  # type: ignore[arg-type]
        return True
    return network.prefixlen >= _SMALLEST_OF_OTHERS[network.version]


def internal(texts: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    """Those of these networks that are internal: what was listed before too wide ones were refused allows nothing."""
    return tuple(network for network in map(ip_network, texts) if is_internal(network))
