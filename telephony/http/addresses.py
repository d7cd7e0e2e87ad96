"""Addresses, read so strictly that no two readers could differ about the host.

What is sent to curl is put together again from the parts that were checked, never the text that came in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, unquote, urlencode, urljoin

from telephony.http.failures import Failure, RequestFailed, failed

LONGEST = 8000
LONGEST_HOST = 253
_DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_NOT_PLAIN = re.compile(r"[\x00-\x1f\x7f-\xa0\\\u2028\u2029\ud800-\udfff]|^\s|\s$")
_PARTS = re.compile(
    r"(?P<scheme>[a-z]+)://"
    r"(?:(?P<user>[\w.~!$&'()*+,;=%-]+)(?::(?P<password>[\w.~!$&'()*+,;=:%-]*))?@)?"
    r"(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<name>[^\s\[\]/?#@:%]+))"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.IGNORECASE | re.ASCII,
)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_SEPARATORS = "/:@!$&'()*+,;=~%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a request goes. Its repr holds nothing that may be secret."""

    scheme: str
    host: str
    """A name in lower case and ASCII, or an IP address as its standard writes it."""
    port: int
    path: str = field(repr=False)
    query: str = field(repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """Without user name and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}{'?' if self.query else ''}{self.query}"

    def with_query(self, *more: Mapping[str, str]) -> Address:
        encoded = [urlencode(part, quote_via=quote) for part in more]
        return replace(self, query="&".join(part for part in (self.query, *encoded) if part))

    def joined(self, location: str) -> Address:
        """Where a redirect leads; raises `RequestFailed` like `parse`."""
        check_plain(location)
        try:
            target = urljoin(self.url, location)
        except ValueError:
            raise failed(Failure.BAD_ADDRESS) from None
        return parse(target)

    def may_have_secrets_of(self, own: Address) -> bool:
        """It is the same host and port, and no less encrypted."""
        same = (self.host, self.port) == (own.host, own.port)
        return same and (self.scheme == "https" or self.scheme == own.scheme == "http")


def is_same_host(address: str, own: str) -> bool:
    """Whether what was meant for the second may go to the first: the same host and port, no less encrypted."""
    try:
        return parse(address).may_have_secrets_of(parse(own))
    except RequestFailed:
        return False


def check_plain(text: str) -> None:
    if not text or len(text) > LONGEST or _NOT_PLAIN.search(text):
        raise failed(Failure.BAD_ADDRESS)


def parse(text: str) -> Address:
    """Read an http, https or ftp address. Raises `RequestFailed`: BAD_ADDRESS, SCHEME."""
    check_plain(text)
    named = _SCHEME.match(text)
    if named and named[1].lower() not in _DEFAULT_PORTS:
        raise failed(Failure.SCHEME)
    parts = _PARTS.fullmatch(text)
    if parts is None:
        raise failed(Failure.BAD_ADDRESS)
    scheme, port = parts["scheme"].lower(), int(parts["port"] or 0)
    address = Address(
        scheme=scheme,
        host=_ipv6(parts["ipv6"]) if parts["ipv6"] else _host(parts["name"]),
        port=port or _DEFAULT_PORTS[scheme],
        path=quote(parts["path"] or "/", safe=_SEPARATORS),
        query=quote(parts["query"] or "", safe=_SEPARATORS + "?[]"),
        user=unquote(parts["user"] or ""),
        password=unquote(parts["password"] or ""),
    )
    if port > 65535 or (address.user and scheme != "ftp") or (scheme == "ftp" and not _names_a_file(address)):
        raise failed(Failure.BAD_ADDRESS)
    return address


def _names_a_file(address: Address) -> bool:
    """FTP's commands are lines: nothing in the address may end one, list a folder or choose another transfer."""
    path = unquote(address.path)
    plain = all(character.isprintable() for character in path + address.user + address.password)
    return plain and not address.query and not path.endswith("/") and ";" not in path


def _ipv6(text: str) -> str:
    try:
        return str(IPv6Address(text))
    except AddressValueError:
        raise failed(Failure.BAD_ADDRESS) from None


def _host(name: str) -> str:
    """A host's name or IPv4 address, in ASCII and lower case."""
    host = name.lower() if name.isascii() else _idna(name.lower())
    labels = host.split(".")
    if len(host) > LONGEST_HOST or not all(map(_LABEL.fullmatch, labels)):
        raise failed(Failure.BAD_ADDRESS)
    if _NUMBER.fullmatch(labels[-1]):
        # Everything that a resolver could take for a number, but only one way to write it.
        try:
            return str(IPv4Address(host))
        except AddressValueError:
            raise failed(Failure.BAD_ADDRESS) from None
    return host


def _idna(host: str) -> str:
    """The name in ASCII; full-width digits, other full stops and invisible letters don't come back the same."""
    try:
        encoded = host[: LONGEST_HOST + 1].encode("idna").decode()
        honest = encoded.encode().decode("idna") == host
    except UnicodeError:
        honest = False
    if not honest:
        raise failed(Failure.BAD_ADDRESS)
    return encoded
