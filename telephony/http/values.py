"""What is asked, of whom, within which bounds, and what came back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

Sink = Callable[[bytes], None]
"""Takes a body's pieces as they arrive. What it got is worthless if `RequestFailed` is raised afterwards."""
Check = Callable[[], None]
"""Raises whatever is to end a request in its middle."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Request:
    """One request to a PBX. What is in a `secret_...` field goes only to the connection's own hosts."""

    url: str
    """http or https, or, of recordings, ftp; user name and password only in an ftp address."""
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    """Appended to the address, percent-encoded."""
    secret_query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    secret_headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    """Sent as application/x-www-form-urlencoded; only with POST."""
    secret_form: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    """Sent as it is, instead of a form; `headers` name its type."""
    secret_body: bytes = b""
    """The same, where a secret stands in it."""
    redirects_to: tuple[str, ...] = ()
    """Hosts (and their subdomains) to which one redirect may lead although this is no GET; asked there by GET, without
    any secret."""
    lane: str = ""
    """Which of its vendor's limits a minute it counts in (`Vendor.pace`)."""
    is_harmless: bool = False
    """It only asks or logs in: having arrived it has changed nothing, and it may be sent again."""
    own_address: str = ""
    """The address in the connection's settings that this request belongs to: its host may get the secrets."""

    def __repr__(self) -> str:
        """Nothing of the address: a vendor's link may hold a token."""
        return f"<Request {self.method}>"

    @property
    def has_secrets(self) -> bool:
        return bool(self.secret_query or self.secret_headers or self.secret_form or self.secret_body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Whom a connection may talk to."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Allowed besides globally routable addresses: what an administrator listed."""
    hosts: tuple[str, ...] = ()
    """If given, only these hosts and their subdomains (lower case, IDNA)."""
    allow_ftp: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds, bytes, bytes a second."""

    connect_seconds: float = 5
    """For the name and the connection, encryption included, of each hop."""
    total_seconds: float = 10
    """For everything, redirects included."""
    longest: int = 1_000_000
    """Most bytes of the body (as received, and as decoded). Of answers other than 2xx the first 64 KiB are read."""
    slowest: int = 100
    """Below this many bytes a second for `slow_seconds` the request is given up."""
    slow_seconds: int = 20
    redirects: int = 3
    """Followed for GET only: any other method may not be repeated (but see `Request.redirects_to`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    status: int
    """HTTP status; of a successful FTP transfer 200, of one without a file 404, of a refused login 401, else 503."""
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case; of the last hop; none of FTP."""
    body: bytes = field(repr=False)
    """Empty if it went into a sink."""
    size: int
    """Bytes of the body."""

    @property
    def text(self) -> str:
        """The body as text, whatever its bytes: UTF-8, else windows-1251."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self.body.decode("cp1251", "replace")
