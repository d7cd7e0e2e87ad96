"""Links that a hostile PBX could send: every way to write an address that leads inside, and what parsers disagree on.

Pure data: `LINKS` maps a name to a link; {port} is the victim's.
"""

from __future__ import annotations

from tests.http.notations import INSIDE, OTHERWISE_SPECIAL, SPECIAL_IPV6, ipv4_notations, ipv6_notations


def _literals() -> dict[str, str]:
    hosts = {
        f"{place} {notation}": host
        for place, text in INSIDE.items()
        for notation, host in {**ipv4_notations(text), **ipv6_notations(text)}.items()
    }
    for place, text in OTHERWISE_SPECIAL.items():
        notations = {**ipv4_notations(text), **ipv6_notations(text)}
        hosts |= {f"{place} {name}": notations[name] for name in ("dotted", "decimal", "mapped", "nat64", "6to4")}
    hosts |= {f"ipv6 {text}": f"[{text}]" for text in SPECIAL_IPV6}
    hosts |= {f"ipv6 {zone}": f"[fe80::1{zone}]" for zone in ("%lo", "%25lo", "%1", "%25eth0")}
    hosts |= {"ipv6 without brackets": "::1", "ipv6 in two pairs": "[[::1]]", "ipv6 in the future": "[v1.::1]"}
    return {name: f"http://{host}:{{port}}/x.wav" for name, host in hosts.items()}


NAMES = [
    *("localhost", "LOCALHOST", "LocalHost", "localhost.", "localhost..", "x.localhost", "a.b.localhost", ".localhost"),
    *("loc\u00adalhost", "ｌocalhost", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "localhoſt", "local%68ost", "localhost%00", "-localhost"),
    *("localhost%2f", "localhost%23", "loca\u200dlhost", "x..localhost", "localhost%0a"),
]
PARSERS_DISAGREE = {
    "user": "http://good.example@{own}/",
    "user and password": "http://good.example:80@{own}/",
    "user without name": "http://@{own}/",
    "password without name": "http://:secret@{own}/",
    "two users": "http://good.example@good.example@{own}/",
    "user with slash": "http://good.example%2f@{own}/",
    "user with fragment": "http://good.example%23@{own}/",
    "user like a host": "http://{own}@127.0.0.1:{port}/",
    "backslash before user": "http://good.example\\@{own}/",
    "backslash after user": "http://{own}\\@good.example/",
    "backslashes for slashes": "http:\\\\{own}\\x",
    "backslash and slash": "http:/\\{own}/",
    "fragment before user": "http://{own}#@good.example/",
    "question before user": "http://{own}?@good.example/",
    "slash before user": "http://{own}/@good.example/",
    "semicolon before user": "http://{own};@{own}/",
    "two ports": "http://{own}:80/",
    "port before user": "http://good.example:{port}@{own}/",
    "space in user": "http://good.example @{own}/",
    "tab in scheme": "ht\ttp://{own}/",
    "newline in scheme": "http:\n//{own}/",
    "tab in host": "http://127.0\t.0.1:{port}/",
    "newline in host": "http://127.0.0\n.1:{port}/",
    "carriage return in host": "http://127.0.0\r.1:{port}/",
    "nul in host": "http://127.0.0.1\x00.good.example:{port}/",
    "header in host": "http://{own}\r\nX-Header: 1\r\n/",
    "header in path": "http://{own}/\r\nX-Header: 1",
    "request in path": "http://{own}/ HTTP/1.1\r\n\r\nGET /",
    "leading space": " http://{own}/",
    "trailing space": "http://{own}/ ",
    "leading control": "\x01http://{own}/",
    "byte order mark": "\ufeffhttp://{own}/",
    "delete": "http://127.0.0.1\x7f:{port}/",
    "no-break space": "http://127.0.0.1\u00a0:{port}/",
    "line separator": "http://{own}/\u2028",
    "lone surrogate": "http://{own}/\ud800",
    "three slashes": "http:///{own}/",
    "four slashes": "http:////{own}/",
    "one slash": "http:/{own}/",
    "no slash": "http:{own}/",
    "no scheme": "//{own}/",
    "no scheme, no slashes": "{own}/",
    "only a path": "/x.wav",
    "empty": "",
    "only a scheme": "http://",
    "scheme twice": "http://http://{own}/",
    "full-width colon": "http：//{own}/",
    "full-width slash in host": "http://{own}／good.example/",
    "full-width question in host": "http://{own}？good.example/",
    "account-of in host": "http://{own}℀.good.example/",
    "full-width at": "http://good.example＠{own}/",
    "port zero": "http://127.0.0.1:0/",
    "port too large": "http://127.0.0.1:65536/",
    "port wraps": "http://127.0.0.1:{wrapped}/",
    "port with zeros": "http://127.0.0.1:0{port}/",
    "port with sign": "http://127.0.0.1:+{port}/",
    "port with space": "http://127.0.0.1: {port}/",
    "port of letters": "http://127.0.0.1:http/",
    "port empty": "http://127.0.0.1:/",
    "port full-width": "http://127.0.0.1:８０/",
    "port by colon twice": "http://127.0.0.1::{port}/",
    "host of dots": "http://.:{port}/",
    "host of a dash": "http://-:{port}/",
    "brace in host": "http://{{own}}:{port}/",
    "comma in host": "http://127.0.0.1,good.example:{port}/",
    "glob in host": "http://127.0.0.[1-3]:{port}/",
    "label too long": "http://" + "a" * 64 + ".example:{port}/",
    "name too long": "http://" + "a." * 130 + "example:{port}/",
    "umlaut label too long": "http://" + "ä" * 64 + ".example:{port}/",
    "umlaut name without a label": "http://ä..example:{port}/",
    "umlaut name too long": "http://" + "ä." * 200 + "example:{port}/",
    "link too long": "http://{own}/" + "a" * 9000,
}
SCHEMES = {
    **{
        scheme: f"{scheme}://{{own}}/x"
        for scheme in (
            *(
                "ftp",
                "ftps",
                "gopher",
                "gophers",
                "dict",
                "ldap",
                "ldaps",
                "smb",
                "smbs",
                "tftp",
                "telnet",
                "ws",
                "wss",
            ),
            *("sftp", "scp", "ssh", "imap", "imaps", "pop3", "pop3s", "smtp", "smtps", "rtsp", "rtmp", "mqtt", "redis"),
            *("git", "svn", "nfs", "http+unix", "https+x", "httpx", "h2", "ipfs"),
        )
    },
    "file": "file:///etc/hostname",
    "file of a host": "file://localhost/etc/hostname",
    "FILE": "FILE:///etc/hostname",
    "file without slashes": "file:/etc/hostname",
    "a path of this machine": "/etc/hostname",
    "a relative path": "../../etc/hostname",
    "jar": "jar:http://{own}/!/x",
    "url:": "url:http://{own}/",
    "view-source": "view-source:http://{own}/",
    "data": "data:audio/wav;base64,UklGRg==",
    "javascript": "javascript:alert(1)",
    "mailto": "mailto:a@{own}",
    "gopher that talks to redis": "gopher://{own}/_%2a1%0d%0a%248%0d%0aflushall%0d%0a",
    "dict that talks to memcached": "dict://{own}/stats",
    "ftp with a user": "ftp://user:secret@{own}/x.wav",
    "https": "https://{own}/",
}


def _links() -> dict[str, str]:
    links = _literals()
    links |= {f"name {name!a}": f"http://{name}:{{port}}/x.wav" for name in NAMES}
    links |= {f"parser: {name}": link for name, link in PARSERS_DISAGREE.items()}
    links |= {f"scheme: {name}": link for name, link in SCHEMES.items()}
    return links


LINKS = _links()


def aimed(link: str, port: int) -> str:
    """The link, at the victim's port."""
    link = link.replace("{own}", f"127.0.0.1:{port}").replace("{wrapped}", str(port + 65_536))
    return link.replace("{port}", str(port))
