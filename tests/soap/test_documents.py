"""The documents' own curl commands, pasted with another address and other credentials, get the documents' answers."""

from __future__ import annotations

import subprocess

import pytest
from lxml import etree

from tests.servers import Server
from tests.services import missing
from tests.soap.messages import authorization

pytestmark = pytest.mark.proof

SAY_NAME = r"""curl -X POST -H "Content-Type: text/xml" \
     -H "Authorization: Basic U09BUDoxMjM=" \
     -H "Cache-Control: no-cache" \
     -d '<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
    <soap:Body>
        <SayName xmlns="http://test">
            <number>89235292926</number>
        </SayName>
    </soap:Body>
</soap:Envelope>
' "http://<ваш ip>:8080/telephony/ws/VATS"
"""
SAY_NAME_IN_THE_OTHER_DOCUMENT = SAY_NAME.replace("ws/VATS", "ws/ImportTasks")
SAY_NAME_ANSWER = """<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
    <soap:Body>
        <m:SayNameResponse xmlns:m="http://test">
            <m:return xmlns:xs="http://www.w3.org/2001/XMLSchema"
                    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">VIP:Ренессанс Капитал</m:return>
        </m:SayNameResponse>
    </soap:Body>
</soap:Envelope>
"""
INCOMING_CALL = r"""curl -X POST -H "Authorization: Basic U09BUDoxMjM=" -H "Content-Type: text/xml" -H "Cache-Control: no-cache" -d '<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
    <soap:Body>
        <IncomingCall xmlns="http://VATS">
            <NumFrom>89235292926</NumFrom>
            <Key>gW3cyUJAtl50PhF</Key>
        </IncomingCall>
    </soap:Body>
</soap:Envelope>
' "http://<ваш ip>/telephony/ws/VATS"
"""  # noqa: E501
INCOMING_CALL_ANSWER = """<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
    <soap:Body>
        <m:IncomingCallResponse xmlns:m="http://VATS">
            <m:return xmlns:xs="http://www.w3.org/2001/XMLSchema"
                    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">1</m:return>
        </m:IncomingCallResponse>
    </soap:Body>
</soap:Envelope>
"""


def paste(command: str, server: Server, *options: str, login: str = "") -> bytes:
    """What the command prints, with our address and credentials in the place of the documents'."""
    for example in ("http://<ваш ip>:8080", "http://<ваш ip>"):
        command = command.replace(example, server.url)
    command = command.replace("Basic U09BUDoxMjM=", login or authorization())
    command = command.replace("curl ", f"curl -sS {' '.join(options)} ")
    try:
        done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=10, check=False)
    except FileNotFoundError:
        missing("bash")
    if done.returncode == 127:
        missing("curl")
    assert done.returncode == 0, done.stderr
    return done.stdout


def facts(xml: bytes | str) -> list[tuple[str, str | None, dict[str | None, str], str]]:
    """Each element in order: name with namespace, prefix, the namespaces declared there, text."""
    root = etree.fromstring(xml)
    return [(str(one.tag), one.prefix, dict(one.nsmap), (one.text or "").strip()) for one in root.iter()]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (SAY_NAME, SAY_NAME_ANSWER),
        (SAY_NAME_IN_THE_OTHER_DOCUMENT, SAY_NAME_ANSWER),
        (INCOMING_CALL, INCOMING_CALL_ANSWER),
    ],
    ids=["SayName", "SayName in the other document", "IncomingCall"],
)
def test_the_documents_commands_get_the_documents_answers(soap_server: Server, command: str, answer: str) -> None:
    printed = paste(command, soap_server)
    assert facts(printed) == facts(answer)
    assert not printed.startswith(b"<?xml")


def test_the_head_of_the_answer(soap_server: Server) -> None:
    head = paste(SAY_NAME, soap_server, "-D", "-", "-o", "/dev/null").decode().lower()
    assert head.startswith("http/1.1 200 ")
    assert "content-type: text/xml; charset=utf-8" in head


def test_the_documents_own_credentials_are_a_401(soap_server: Server) -> None:
    head = paste(SAY_NAME, soap_server, "-D", "-", "-o", "/dev/null", login="Basic U09BUDoxMjM=").decode().lower()
    assert head.startswith("http/1.1 401 ")
    assert 'www-authenticate: basic realm="1c"' in head
