"""Sends a request, and follows where it is redirected to; each hop is judged anew."""

from __future__ import annotations

import time
from functools import partial
from urllib.parse import quote, urlencode

from telephony.http import transfer
from telephony.http.addresses import Address, parse
from telephony.http.failures import Failure, RequestFailed, failed
from telephony.http.transfer import Hop
from telephony.http.values import Check, Limits, Policy, Request, Response, Sink

USER_AGENT = "telephony"


def send(
    request: Request,
    *,
    policy: Policy,
    limits: Limits | None = None,
    sink: Sink | None = None,
    check: Check | None = None,
) -> Response:
    """Send it once and read the answer, whatever its status; never retried here.

    With a `sink` the body of a 2xx answer is handed to it in pieces as they arrive. `check` is called about once a
    second, and may end it all. Raises `RequestFailed`, and what these two raise.
    """
    limits = limits or Limits()
    ends_at = time.monotonic() + limits.total_seconds
    hop = _first_hop(request)
    _check(hop.address, policy)
    perform = partial(transfer.perform, policy=policy, limits=limits, sink=sink, check=check)
    response, location = perform(hop, seconds=limits.total_seconds)
    # A POST may be redirected once: to where the file is that it asked for.
    for _ in range(1 if request.redirects_to else limits.redirects):
        if not location:
            return response
        try:
            hop = _next_hop(request, hop.address.joined(location))
            _check(hop.address, policy, redirected=True, hosts=request.redirects_to)
            response, location = perform(hop, seconds=ends_at - time.monotonic())
        except RequestFailed as failure:
            # The first hop did.
            failure.may_have_arrived = True
            raise
    if location:
        raise failed(Failure.REDIRECTS, host=hop.address.host, may_have_arrived=True)
    return response


def _first_hop(request: Request) -> Hop:
    """Raises `RequestFailed` if something secret would go elsewhere."""
    address = parse(request.url)
    if request.has_secrets and not _is_own(address, request):
        raise failed(Failure.SECRET_ELSEWHERE, host=address.host)
    form = {**request.form, **request.secret_form}
    return Hop(
        address=address.with_query(request.query, request.secret_query),
        method=request.method,
        headers=_headers(request, with_secrets=True),
        body=request.body or request.secret_body or urlencode(form, quote_via=quote).encode(),
        follow=request.method == "GET" or bool(request.redirects_to),
    )


def _next_hop(request: Request, address: Address) -> Hop:
    """A redirect names its own query; headers that are secret go with it only to the connection's own host."""
    if request.redirects_to:
        return Hop(address=address, method="GET", headers=_headers(Request(url="")), body=b"", follow=True)
    with_secrets = bool(request.own_address) and _is_own(address, request)
    return Hop(
        address=address, method="GET", headers=_headers(request, with_secrets=with_secrets), body=b"", follow=True
    )


def _is_own(address: Address, request: Request) -> bool:
    return bool(request.own_address) and address.may_have_secrets_of(parse(request.own_address))


def _headers(request: Request, *, with_secrets: bool = False) -> list[bytes]:
    """For curl. `Expect` without a value switches off its waiting for leave to send a body."""
    headers = {"User-Agent": USER_AGENT, "Expect": "", **request.headers}
    if with_secrets:
        headers |= request.secret_headers
    lines = [f"{name}: {value}" if value else f"{name}:" for name, value in headers.items()]
    if not all(line.isprintable() for line in lines):
        raise failed(Failure.PROTOCOL)
    return [line.encode() for line in lines]


def _check(address: Address, policy: Policy, *, redirected: bool = False, hosts: tuple[str, ...] = ()) -> None:
    if address.scheme == "ftp" and (redirected or not policy.allow_ftp):
        raise failed(Failure.SCHEME, host=address.host)
    for allowed in (policy.hosts, hosts):
        if allowed and not any(address.host == host or address.host.endswith(f".{host}") for host in allowed):
            raise failed(Failure.FORBIDDEN_HOST, host=address.host)
