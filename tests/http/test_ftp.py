"""FTP, where it is allowed: a data connection goes only where the control connection went."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pycurl
import pytest

from telephony.http import Failure, Limits, Policy, Request, RequestFailed, Response, send, transfer
from tests.http.conftest import GATEWAY, LOOPBACK, ONLY_GATEWAY
from tests.http.ftp import Ftp, bounce
from tests.http.peers import Listener, answering, redirect

POLICY = replace(LOOPBACK, allow_ftp=True)
GATEWAY_POLICY = replace(ONLY_GATEWAY, allow_ftp=True)
NO_EPSV = "502 What?"
QUICK = Limits(connect_seconds=2, total_seconds=3)
Listen = Callable[..., Listener]


@pytest.fixture
def bounced() -> Iterator[Listener]:
    """Listens on one address of this machine, which is not the gateway's."""
    listener = Listener(host="127.0.0.1")
    yield listener
    listener.close()


def fetch(
    listener: Listener, *, policy: Policy = POLICY, limits: Limits = QUICK, path: str = "/dir/x.wav", user: str = ""
) -> Response:
    link = listener.url.replace("http://", f"ftp://{user}") + path
    return send(Request(url=link), policy=policy, limits=limits)


def failure(listener: Listener, *, policy: Policy = POLICY, limits: Limits = QUICK) -> RequestFailed:
    with pytest.raises(RequestFailed) as raised:
        fetch(listener, policy=policy, limits=limits)
    return raised.value


@pytest.mark.parametrize("epsv", ["", NO_EPSV], ids=["EPSV", "PASV"])
def test_a_file_is_fetched(epsv: str, listen: Listen) -> None:
    ftp = Ftp(content=b"RIFF" * 50_000, epsv=epsv)
    response = fetch(listen(ftp.serve))
    assert (response.status, response.size, response.body) == (200, 200_000, b"RIFF" * 50_000)
    assert ftp.commands[:2] == ["USER anonymous", "PASS ftp@example.com"]
    assert "RETR x.wav" in ftp.commands


def test_a_file_goes_into_a_sink(listen: Listen) -> None:
    pieces: list[bytes] = []
    link = listen(Ftp(content=b"RIFF").serve).url.replace("http", "ftp") + "/x.wav"
    response = send(Request(url=link), policy=POLICY, limits=QUICK, sink=pieces.append)
    assert (b"".join(pieces), response.body, response.size) == (b"RIFF", b"", 4)


def test_user_and_password_of_the_link_are_used(listen: Listen) -> None:
    ftp = Ftp()
    assert fetch(listen(ftp.serve), user="pbx:p%40ss%20word@").status == 200
    assert ftp.commands[:2] == ["USER pbx", "PASS p@ss word"]


def test_without_leave_nothing_is_connected(listen: Listen) -> None:
    listener = listen(Ftp().serve)
    failed = failure(listener, policy=LOOPBACK)
    assert (failed.failure, failed.permanent, failed.may_have_arrived) == (Failure.SCHEME, True, False)
    assert listener.count() == 0


def test_a_redirect_never_leads_to_ftp(listen: Listen) -> None:
    ftp = listen(Ftp().serve)
    gateway = listen(answering(redirect(ftp.url.replace("http", "ftp") + "/x.wav")))
    with pytest.raises(RequestFailed) as raised:
        send(Request(url=gateway.url), policy=POLICY)
    assert raised.value.failure is Failure.SCHEME
    assert ftp.count() == 0


def test_a_control_connection_inside_is_refused(listen: Listen) -> None:
    listener = listen(Ftp().serve)
    assert failure(listener, policy=Policy(allow_ftp=True)).failure is Failure.FORBIDDEN_ADDRESS
    assert listener.count() == 0


def test_a_bounce_by_pasv_does_not_reach_the_victim(listen: Listen, bounced: Listener) -> None:
    listener = listen(Ftp(epsv=NO_EPSV, pasv=bounce(bounced.port)).serve, host=GATEWAY)
    failure(listener, policy=GATEWAY_POLICY)
    assert bounced.count() == 0


@pytest.mark.parametrize("epsv", ["229 Passive (|1|127.0.0.1|{port}|)", "229 Passive (||127.0.0.1|{port}|)"])
def test_a_bounce_by_epsv_does_not_reach_the_victim(epsv: str, listen: Listen, bounced: Listener) -> None:
    listener = listen(Ftp(epsv=epsv.replace("{port}", str(bounced.port))).serve, host=GATEWAY)
    failure(listener, policy=GATEWAY_POLICY)
    assert bounced.count() == 0


def believe_pasv(monkeypatch: pytest.MonkeyPatch) -> None:
    believing = tuple((name, 0 if name == pycurl.FTP_SKIP_PASV_IP else value) for name, value in transfer._FIXED)
    monkeypatch.setattr(transfer, "_FIXED", believing)


def test_the_gate_alone_would_hold_a_bounce(listen: Listen, bounced: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where every address of this machine is allowed: a data connection has no business elsewhere."""
    believe_pasv(monkeypatch)
    listener = listen(Ftp(epsv=NO_EPSV, pasv=bounce(bounced.port)).serve, host=GATEWAY)
    assert failure(listener, policy=POLICY).failure is Failure.FORBIDDEN_ADDRESS
    assert bounced.count() == 0


def test_without_guard_the_bounce_reaches_the_victim(listen: Listen, bounced: Listener) -> None:
    """Else the tests above would prove nothing."""
    listener = listen(Ftp(epsv=NO_EPSV, pasv=bounce(bounced.port)).serve, host=GATEWAY)
    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, listener.url.replace("http", "ftp") + "/x.wav")
    curl.setopt(pycurl.FTP_SKIP_PASV_IP, 0)
    curl.setopt(pycurl.WRITEFUNCTION, lambda _: None)
    with pytest.raises(pycurl.error):
        curl.perform()
    curl.close()
    assert bounced.count() == 1


def test_a_data_connection_to_a_service_of_the_same_host_is_refused(listen: Listen) -> None:
    """Curl asks by PASV when EPSV's port is refused; a service's port is no data port either way."""
    listener = listen(Ftp(epsv="229 Passive (|||22|)", pasv=bounce(22)).serve)
    assert failure(listener).failure is Failure.FORBIDDEN_ADDRESS


@pytest.mark.parametrize(
    ("refuse", "login", "status"),
    [
        ("550 No such file.", "230 Come in.", 404),
        ("450 Busy.", "230 Come in.", 503),
        ("", "530 Wrong password.", 401),
    ],
)
def test_refusals_are_statuses(refuse: str, login: str, status: int, listen: Listen) -> None:
    response = fetch(listen(Ftp(refuse=refuse, login=login).serve))
    assert (response.status, response.size) == (status, 0)


def test_a_file_announced_too_large_is_not_begun(listen: Listen) -> None:
    ftp = Ftp(size=10_000)
    assert failure(listen(ftp.serve), limits=replace(QUICK, longest=9_999)).failure is Failure.TOO_LARGE
    assert not any(command.startswith("RETR") for command in ftp.commands)


def test_of_a_file_no_more_than_announced_is_read(listen: Listen) -> None:
    ftp = Ftp(content=b"x" * 200_000, size=10)
    assert fetch(listen(ftp.serve), limits=replace(QUICK, longest=100_000)).size == 10


def test_a_file_of_unknown_size_is_cut_off(listen: Listen) -> None:
    ftp = Ftp(content=b"x" * 200_000, says_size=False)
    assert failure(listen(ftp.serve), limits=replace(QUICK, longest=100_000)).failure is Failure.TOO_LARGE


def test_a_file_shorter_than_announced_is_cut(listen: Listen) -> None:
    failed = failure(listen(Ftp(content=b"x" * 10, size=100).serve))
    assert (failed.failure, failed.permanent) == (Failure.CUT, False)


def test_a_transfer_that_stops_is_given_up(listen: Listen) -> None:
    failed = failure(listen(Ftp(size=100, pause=True).serve), limits=Limits(total_seconds=0.5))
    assert failed.failure is Failure.TIMEOUT


@pytest.mark.parametrize(
    "path",
    ["", "/", "/dir/", "/x.wav;type=d", "/x.wav?y", "/x%0d%0aDELE%20y", "/x%00y", "/x\ny", "/x%e2%80%a8y", "/x%7fy"],
)
@pytest.mark.parametrize("user", ["", "a:b@"])
def test_what_names_no_file_is_refused(path: str, user: str, listen: Listen) -> None:
    listener = listen(Ftp().serve)
    with pytest.raises(RequestFailed) as raised:
        fetch(listener, path=path, user=user)
    assert raised.value.failure is Failure.BAD_ADDRESS
    assert listener.count() == 0


@pytest.mark.parametrize("user", ["a%0d%0aDELE:b@", "a:b%0a@", "a:%00@", "@", ":b@", "a@b@"])
def test_a_user_that_would_be_a_command_is_refused(user: str, listen: Listen) -> None:
    listener = listen(Ftp().serve)
    with pytest.raises(RequestFailed) as raised:
        fetch(listener, user=user)
    assert raised.value.failure is Failure.BAD_ADDRESS
    assert listener.count() == 0


def test_secrets_never_go_by_ftp(listen: Listen) -> None:
    listener = listen(Ftp().serve)
    link = listener.url.replace("http", "ftp") + "/x.wav"
    request = Request(url=link, secret_headers={"Authorization": "canary"}, own_address=listener.url)
    with pytest.raises(RequestFailed) as raised:
        send(request, policy=POLICY)
    assert raised.value.failure is Failure.SECRET_ELSEWHERE
    assert listener.count() == 0
