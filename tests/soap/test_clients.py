"""SOAP clients that nobody here wrote load the WSDL and call the operations."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.servers import Server
from tests.services import missing
from tests.soap.messages import KEY, NUMBER, PASSWORD, USER

pytestmark = pytest.mark.slow
PATHS = ("VATS", "ImportTasks", "VATScalls")
EVENT = json.dumps({"uuid": "1.1", "state": "START", "from": NUMBER, "direction": "incoming"})
NAME = "VIP:Ренессанс Капитал"

PHP = """
error_reporting(E_ALL);
[$_, $wsdl, $user, $password, $number, $key, $event] = $argv;
$options = ['login' => $user, 'password' => $password, 'cache_wsdl' => WSDL_CACHE_NONE, 'soap_version' => SOAP_1_1];
$client = new SoapClient($wsdl, $options);
preg_match('/SayName \\\\{\\\\s+string (\\\\w+);/', implode("\\n", $client->__getTypes()), $found);
$answers = [
    $client->SayName([$found[1] => $number])->return,
    $client->SayName([$found[1] => '84951234567'])->return,
    $client->IncomingCall(['NumFrom' => $number, 'Key' => $key])->return,
    $client->Event(['Data' => $event])->return,
];
$bare = new SoapClient(null, ['location' => strtok($wsdl, '?'), 'uri' => 'http://test'] + $options);
$answers[] = $bare->SayName(new SoapParam($number, 'number'));
try {
    $bare->Delete();
} catch (SoapFault $fault) {
    $answers[] = $fault->getMessage();
}
try {
    new SoapClient($wsdl, $options) and (new SoapClient($wsdl, ['password' => 'x'] + $options))->SayName([]);
} catch (SoapFault $fault) {
    $answers[] = $fault->getMessage();
}
echo json_encode($answers, JSON_UNESCAPED_UNICODE);
"""


def wsdl(server: Server, path: str) -> str:
    return f"{server.url}/telephony/ws/{path}?wsdl"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_zeep(soap_server: Server, path: str) -> None:
    zeep = pytest.importorskip("zeep")
    import requests

    session = requests.Session()
    session.auth = (USER.encode(), PASSWORD.encode())
    client = zeep.Client(wsdl(soap_server, path), transport=zeep.Transport(session=session))
    assert client.service.SayName(NUMBER) == NAME
    assert not client.service.SayName("84951234567")
    assert client.service.IncomingCall(NumFrom=NUMBER, Key=KEY) == "1"
    assert client.service.Event(Data=EVENT) == "1"
    with pytest.raises(zeep.exceptions.Fault, match="Data: The body is no JSON"):
        client.service.Event(Data="no JSON")
    session.auth = (USER, "wrong")
    with pytest.raises(zeep.exceptions.Fault, match="password is wrong"):
        client.service.SayName(NUMBER)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_suds(soap_server: Server, path: str) -> None:
    suds = pytest.importorskip("suds.client")
    from suds.transport.http import HttpAuthenticated

    class Transport(HttpAuthenticated):  # type: ignore[misc]
        def addcredentials(self, request: Any) -> None:
            """As it does itself, but in UTF-8."""
            from tests.soap.messages import authorization

            request.headers["Authorization"] = authorization()

    client = suds.Client(wsdl(soap_server, path), transport=Transport(), cache=None)
    assert client.service.SayName(NUMBER) == NAME
    assert not client.service.SayName("84951234567")
    assert client.service.IncomingCall(NUMBER, KEY) == "1"
    assert client.service.Event(EVENT) == "1"
    with pytest.raises(suds.WebFault, match="Data: The body is no JSON"):
        client.service.Event("no JSON")


@pytest.mark.parametrize("path", PATHS)
def test_php(soap_server: Server, path: str) -> None:
    php = shutil.which("php")
    if php is None or b"soap" not in subprocess.run([php, "-m"], capture_output=True, check=True).stdout:
        missing("PHP with its soap extension (Debian's php-cli and php-soap)")
    arguments = (wsdl(soap_server, path), USER, PASSWORD, NUMBER, KEY, EVENT)
    done = subprocess.run([php, "-r", PHP, "--", *arguments], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == [
        NAME,
        "",
        "1",
        "1",
        NAME,
        "There is no operation Delete; there are SayName, IncomingCall, Event.",
        "User name or password is wrong or missing.",
    ]
