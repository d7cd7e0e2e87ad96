"""Spyne, made to import on every Python that the project runs on. Everything of Spyne comes from here.

Spyne 2.14.0, the last release (2022), does not import on Python 3.12 and newer: the copy of `six` inside it finds
modules in a way that Python 3.12 removed (Spyne's issues 700, 708, 711), so the real `six` takes its place. It also
imports `cgi`, which Python 3.13 no longer has: there `legacy-cgi` provides it, and before, Python warns of it.
"""

from __future__ import annotations

import operator
import sys
import warnings

import six  # type: ignore[import-untyped]
from six.moves import collections_abc, http_cookies, urllib  # type: ignore[import-untyped]

_COPY = "spyne.util.six"
_USED_MODULES = {
    "": six,
    ".moves": six.moves,
    ".moves.collections_abc": collections_abc,
    ".moves.http_cookies": http_cookies,
    ".moves.urllib": urllib,
    ".moves.urllib.parse": urllib.parse,
    ".moves.urllib.request": urllib.request,
    ".moves.urllib.error": urllib.error,
}

# Spyne's copy has this function, six never had it.
six.get_function_name = operator.attrgetter("__name__")
for _name, _module in _USED_MODULES.items():
    sys.modules.setdefault(_COPY + _name, _module)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from spyne import Application, Fault, MethodContext, Service, Unicode, rpc
    from spyne.interface.wsdl import Wsdl11
    from spyne.protocol.soap import Soap11
    from spyne.server import ServerBase

__all__ = ["Application", "Fault", "MethodContext", "ServerBase", "Service", "Soap11", "Unicode", "Wsdl11", "rpc"]
