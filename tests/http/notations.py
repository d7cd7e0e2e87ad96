"""Addresses that lead inside, and the ways to write them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

INSIDE = {
    "loopback": "127.0.0.1",
    "loopback-other": "127.8.9.10",
    "this-network": "0.0.0.0",
    "lan-10": "10.0.0.1",
    "lan-172": "172.16.0.1",
    "lan-192": "192.168.1.1",
    "cgnat": "100.64.0.1",
    "metadata": "169.254.169.254",
}
OTHERWISE_SPECIAL = {
    "lan-172-last": "172.31.255.254",
    "cgnat-last": "100.127.255.254",
    "metadata-alibaba": "100.100.100.200",
    "link-local": "169.254.0.1",
    "this-network-host": "0.1.2.3",
    "ietf": "192.0.0.8",
    "documentation-1": "192.0.2.1",
    "documentation-2": "198.51.100.1",
    "documentation-3": "203.0.113.1",
    "benchmark": "198.18.0.1",
    "benchmark-last": "198.19.255.254",
    "relay-6to4": "192.88.99.1",
    "multicast": "224.0.0.1",
    "ssdp": "239.255.255.250",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
}
SPECIAL_IPV6 = [
    "::1",
    "0:0:0:0:0:0:0:1",
    "0000:0000:0000:0000:0000:0000:0000:0001",
    "::0:1",
    "::",
    "fe80::1",
    "fe80::a9fe:a9fe",
    "febf::1",
    "fc00::1",
    "fd00:ec2::254",
    "fd12:3456:789a::1",
    "fec0::1",
    "ff01::1",
    "ff02::1",
    "ff0e::1",
    "100::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "64:ff9b:1::1",
    "4000::1",
    "::ffff:0:127.0.0.1",
]


def ipv4_notations(text: str) -> dict[str, str]:
    """The hosts that some resolver or browser takes for the address."""
    a, b, c, d = (int(part) for part in text.split("."))
    number = int(IPv4Address(text))
    dots = str.maketrans
    return {
        "dotted": text,
        "decimal": str(number),
        "hex": f"0x{number:08x}",
        "hex-capitals": f"0X{number:08X}",
        "hex-padded": f"0x00000000{number:08x}",
        "octal": f"0{number:o}",
        "overflow": str(number + 2**32),
        "dotted-octal": f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        "dotted-octal-padded": f"0000{a:o}.0000{b:o}.0000{c:o}.0000{d:o}",
        "dotted-hex": f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
        "mixed": f"0x{a:x}.0{b:o}.{c}.{d}",
        "zero-padded": f"{a:03}.{b:03}.{c:03}.{d:03}",
        "two-parts": f"{a}.{number & 0xFFFFFF}",
        "three-parts": f"{a}.{b}.{number & 0xFFFF}",
        "hex-two-parts": f"0x{a:x}.{number & 0xFFFFFF}",
        "trailing-dot": f"{text}.",
        "five-parts": f"{text}.0",
        "percent-encoded": "".join(f"%{ord(character):02x}" for character in text),
        "percent-dots": text.replace(".", "%2e"),
        "full-width": text.translate(dots("0123456789", "０１２３４５６７８９")),
        "circled": text.translate(dots("123456789", "①②③④⑤⑥⑦⑧⑨")),
        "ideographic-stops": text.replace(".", "。"),
        "full-width-stops": text.replace(".", "．"),
        "soft-hyphen": text.replace(".", "\u00ad."),
        "bracketed": f"[{text}]",
    }


def ipv6_notations(text: str) -> dict[str, str]:
    """The IPv6 hosts that hold the IPv4 address."""
    number = int(IPv4Address(text))
    groups = f"{number >> 16:x}:{number & 0xFFFF:x}"
    teredo = IPv6Address((0x20010000 << 96) | (number << 64) | (number ^ 0xFFFFFFFF))
    return {
        "mapped": f"[::ffff:{text}]",
        "mapped-groups": f"[::ffff:{groups}]",
        "mapped-long": f"[0:0:0:0:0:FFFF:{groups}]",
        "compatible": f"[::{text}]",
        "compatible-groups": f"[::{groups}]",
        "nat64": f"[64:ff9b::{text}]",
        "nat64-groups": f"[64:ff9b::{groups}]",
        "nat64-local": f"[64:ff9b:1::{groups}]",
        "6to4": f"[2002:{groups}::1]",
        "teredo": f"[{teredo}]",
        "isatap": f"[fe80::5efe:{text}]",
    }
