"""XML that nobody vouches for: nothing in it is followed, loaded or expanded."""

from __future__ import annotations

import re

from lxml import etree

DECLARATION = re.compile(r"^\s*<\?xml\s[^>]{0,200}\?>")
"""Of a text that is decoded already: what it says of bytes is true no more."""
DOCUMENT_TYPE = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def strictly(text: str) -> etree._Element:
    """Raises `XMLSyntaxError` for what is not well-formed."""
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    root = etree.fromstring(text.encode(), parser)
    # libxml2 tells this, and forgets to fail, where a namespace's name after it is no absolute address.
    for told in parser.error_log.filter_types(etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE):
        raise etree.XMLSyntaxError(told.message, told.type, told.line, told.column)  # type: ignore[call-arg]
    return root


def text_of(element: etree._Element) -> str:
    """Whatever text stands in it, without the blanks around."""
    return "".join(map(str, element.itertext())).strip()
