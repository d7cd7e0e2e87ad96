"""What somebody has to do in the PBX's own pages, step by step."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

ADDRESS = "{address}"
"""Stands for the connection's whole address in a template."""


@dataclass(frozen=True, slots=True)
class Step:
    text: str | Promise
    """A sentence or two, translated."""
    template: str = ""
    """What is copied there: an address or a whole body, with `{address}` where the connection's address stands."""
    menu: tuple[str, ...] = ()
    """The way through the PBX's pages, in the words that stand there: it is drawn."""
    field: str = ""
    """What the field is called there that the template, or a value, goes into or comes from."""

    def filled(self, address: str) -> str:
        """The template for this address."""
        return self.template.replace(ADDRESS, address)
