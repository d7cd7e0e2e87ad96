"""Who has no certificate that the machine trusts, for the name that was asked for, gets nothing."""

from __future__ import annotations

import datetime
import socket
import ssl
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from telephony.http import Failure, Request, RequestFailed, certificates, send
from tests.http.conftest import LOOPBACK
from tests.http.peers import Listener, Serve, answer, answering, redirect

Listen = Callable[..., Listener]
DAY = datetime.timedelta(days=1)


def certificate(folder: Path, *, name: str = "localhost", days: int = 1) -> Path:
    """A self-signed one for the name and 127.0.0.1, with its key in the same file; of yesterday if `days` is -1."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        names.append(x509.IPAddress(IPv4Address("127.0.0.1")))
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - 3 * DAY)
        .not_valid_after(now + days * DAY)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}{days}.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + built.public_bytes(serialization.Encoding.PEM)
    )
    return file


def encrypted(file: Path, serve: Serve) -> Serve:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    def serve_encrypted(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as channel:
            serve(channel)

    return serve_encrypted


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Makes the machine trust a certificate, as an administrator would."""

    def make(file: Path) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        certificates.bundle.cache_clear()

    yield make
    certificates.bundle.cache_clear()


def failure(url: str) -> RequestFailed:
    with pytest.raises(RequestFailed) as raised:
        send(Request(url=url), policy=LOOPBACK)
    return raised.value


def url_of(listener: Listener, host: str = "127.0.0.1") -> str:
    return f"https://{host}:{listener.port}/"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_trusted_certificate_is_accepted(host: str, tmp_path: Path, listen: Listen, trust: Callable) -> None:
    """Else the tests below would prove nothing."""
    file = certificate(tmp_path)
    trust(file)
    listener = listen(encrypted(file, answering(answer(b"fine"))))
    assert send(Request(url=url_of(listener, host)), policy=LOOPBACK).body == b"fine"


def test_an_unknown_certificate_is_refused_before_anything_is_sent(tmp_path: Path, listen: Listen) -> None:
    heard: list[bytes] = []
    listener = listen(encrypted(certificate(tmp_path), answering(answer(), heard=heard)))
    failed = failure(url_of(listener))
    assert (failed.failure, failed.permanent, failed.may_have_arrived) == (Failure.TLS, False, False)
    assert "certificate" in failed.text
    assert heard == []


def test_a_certificate_of_another_name_is_refused(tmp_path: Path, listen: Listen, trust: Callable) -> None:
    file = certificate(tmp_path, name="other.example")
    trust(file)
    listener = listen(encrypted(file, answering(answer())))
    assert failure(url_of(listener)).failure is Failure.TLS
    assert failure(url_of(listener, "localhost")).failure is Failure.TLS


def test_an_expired_certificate_is_refused(tmp_path: Path, listen: Listen, trust: Callable) -> None:
    file = certificate(tmp_path, days=-1)
    trust(file)
    failed = failure(url_of(listen(encrypted(file, answering(answer())))))
    assert failed.failure is Failure.TLS
    assert "expired" in failed.text


def test_a_redirect_to_an_unknown_certificate_is_refused(tmp_path: Path, listen: Listen) -> None:
    listener = listen(encrypted(certificate(tmp_path), answering(answer())))
    assert failure(listen(answering(redirect(url_of(listener)))).url).failure is Failure.TLS


def test_a_cut_inside_the_encryption_is_a_cut(tmp_path: Path, listen: Listen, trust: Callable) -> None:
    """Somebody on the way must not be able to shorten a file that has no announced length."""
    file = certificate(tmp_path)
    trust(file)

    def serve(channel: socket.socket) -> None:
        answering(b"HTTP/1.1 200 OK\r\n\r\nRIFF")(channel)
        assert isinstance(channel, ssl.SSLSocket)
        socket.socket(fileno=channel.detach()).close()

    assert failure(url_of(listen(encrypted(file, serve)))).failure is Failure.CUT


def test_what_does_not_speak_tls_is_told_apart(listen: Listen) -> None:
    listener = listen(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    assert failure(listener.url.replace("http", "https")).failure is Failure.TLS


def test_the_machines_certificates_go_first_and_certifi_serves_without(
    tmp_path: Path, trust: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust(tmp_path / "missing.pem")
    monkeypatch.setattr(certificates, "_BUNDLES", (str(tmp_path / "other.pem"),))
    assert certificates.bundle() == certifi.where()
    (tmp_path / "other.pem").touch()
    certificates.bundle.cache_clear()
    assert certificates.bundle() == str(tmp_path / "other.pem")


def test_a_bundle_that_can_not_be_read_is_said(tmp_path: Path, listen: Listen, trust: Callable) -> None:
    (tmp_path / "broken.pem").write_text("nonsense")
    trust(tmp_path / "broken.pem")
    listener = listen(encrypted(certificate(tmp_path), answering(answer())))
    assert failure(url_of(listener)).failure is Failure.TLS
