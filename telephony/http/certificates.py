"""Whose certificates are trusted."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path

import certifi

# curl's wheel looks only where Red Hat keeps them.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


@cache
def bundle() -> str:
    """The machine's file of trusted certificates (SSL_CERT_FILE goes first), else certifi's."""
    places = (ssl.get_default_verify_paths().cafile, *_BUNDLES)
    return next((place for place in places if place and Path(place).is_file()), certifi.where())
