"""SIP phones beside the Asterisk, as scenarios of sipp: what each sends and waits for, message by message."""

from __future__ import annotations

from pathlib import Path

PORTS = {"101": 15161, "102": 15162, "103": 15163, "trunk": 15170}
_CALLED = "sip:[service]@[remote_ip]:[remote_port]"
_SDP = """v=0
o=user1 53655765 2353687637 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
"""
_SAME = "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]SIPpTag01[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n"
_CONTACT = "Contact: <sip:[local_ip]:[local_port];transport=[transport]>\n"
_NO_BODY = "Content-Length: 0\n"
_WITH_SDP = f"Content-Type: application/sdp\nContent-Length: [len]\n\n{_SDP}"
_BYE = f"""<recv request="BYE"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
{_NO_BODY}
]]></send>"""


def sound(path: Path, seconds: int = 2) -> None:
    """A tone in A-law at 8 kHz, so that the recording holds something: a square wave of 444 Hz."""
    high, low = b"\xaa" * 9, b"\x2a" * 9
    path.write_bytes((high + low) * (8000 * seconds // 18))


def _scenario(*steps: str) -> str:
    return '<?xml version="1.0" encoding="UTF-8" ?>\n<scenario name="phone">\n' + "\n".join(steps) + "\n</scenario>\n"


def _send(message: str, *, again: bool = False) -> str:
    attribute = ' retrans="500"' if again else ""
    return f"<send{attribute}><![CDATA[\n{message}\n]]></send>"


def _pause(seconds: float) -> str:
    return f'<pause milliseconds="{round(seconds * 1000)}"/>'


def answering(*, after: float = 0.5, sound_file: Path | None = None) -> str:
    """Rings, is answered, and talks until the other side hangs up."""
    return _scenario(
        '<recv request="INVITE"/>',
        _send(f"SIP/2.0 180 Ringing\n{_SAME}{_CONTACT}{_NO_BODY}"),
        _pause(after),
        _send(f"SIP/2.0 200 OK\n{_SAME}{_CONTACT}{_WITH_SDP}", again=True),
        '<recv request="ACK"/>',
        _playing(sound_file),
        _BYE,
    )


def ringing() -> str:
    """Rings until the other side gives up; the answer to the INVITE has that one's headers."""
    return _scenario(
        '<recv request="INVITE"><action>'
        '<ereg regexp="[0-9]+ INVITE" search_in="hdr" header="CSeq:" assign_to="cseq"/>'
        '<ereg regexp="SIP.*" search_in="hdr" header="Via:" assign_to="via"/></action></recv>',
        _send(f"SIP/2.0 180 Ringing\n{_SAME}{_CONTACT}{_NO_BODY}"),
        '<recv request="CANCEL"/>',
        _send(f"SIP/2.0 200 OK\n{_SAME}{_NO_BODY}"),
        _send(
            "SIP/2.0 487 Request Terminated\nVia: [$via]\n[last_From:]\n"
            f"[last_To:];tag=[pid]SIPpTag01[call_number]\n[last_Call-ID:]\nCSeq: [$cseq]\n{_NO_BODY}"
        ),
        '<recv request="ACK"/>',
        '<Reference variables="cseq,via"/>',
    )


def busy() -> str:
    return _scenario(
        '<recv request="INVITE"/>',
        _send(f"SIP/2.0 486 Busy Here\n{_SAME}{_NO_BODY}", again=True),
        '<recv request="ACK"/>',
    )


def _request(method: str, *, number: str, header: str, cseq: int, to: str = "", body: str = _NO_BODY) -> str:
    target = "[next_url]" if to else _CALLED
    return (
        f"{method} {target} SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
        f'From: "{number}" <sip:{number}@[local_ip]:[local_port]>;tag=[pid]SIPpTag00[call_number]\n'
        f"{to or 'To: <sip:[service]@[remote_ip]:[remote_port]>'}\nCall-ID: [call_id]\nCSeq: {cseq} {method}\n"
        f"Contact: <sip:{number}@[local_ip]:[local_port]>\nMax-Forwards: 70\n{header}\n{body}"
    )


def calling(number: str, *, talk: float = 2.0, from_phone: bool = False, sound_file: Path | None = None) -> str:
    """Calls, talks for so long, and hangs up; a refusal is taken as it is."""
    who = f"X-Phone: {number}" if from_phone else "X-Trunk: yes"
    return _scenario(
        _send(_request("INVITE", number=number, header=who, cseq=1, body=_WITH_SDP), again=True),
        *(f'<recv response="{code}" optional="true"/>' for code in (100, 180, 183)),
        *(f'<recv response="{code}" optional="true" next="refused"/>' for code in (404, 480, 486, 503, 603)),
        '<recv response="200" rrs="true"/>',
        _send(_request("ACK", number=number, header=who, cseq=1, to="[last_To:]")),
        _playing(sound_file),
        _pause(talk),
        _send(_request("BYE", number=number, header=who, cseq=2, to="[last_To:]"), again=True),
        '<recv response="200" next="over"/>',
        '<label id="refused"/>',
        _send(_request("ACK", number=number, header=who, cseq=1, to="[last_To:]").replace("[next_url]", _CALLED)),
        '<label id="over"/>',
        _pause(0.1),
    )


def giving_up(number: str, *, after: float = 1.5) -> str:
    """Calls, hears it ring, and hangs up."""
    who = "X-Trunk: yes"
    cancel = _request("CANCEL", number=number, header=who, cseq=1).replace("[branch]", "[branch-4]")
    ack = _request("ACK", number=number, header=who, cseq=1, to="[last_To:]")
    ack = ack.replace("[branch]", "[branch-7]").replace("[next_url]", _CALLED)
    return _scenario(
        _send(_request("INVITE", number=number, header=who, cseq=1, body=_WITH_SDP), again=True),
        '<recv response="100" optional="true"/>',
        '<recv response="180"/>',
        _pause(after),
        _send(cancel, again=True),
        '<recv response="200"/>',
        '<recv response="487"/>',
        _send(ack),
    )


def _playing(sound_file: Path | None) -> str:
    return f'<nop><action><exec rtp_stream="{sound_file},-1,8"/></action></nop>' if sound_file else "<nop/>"
