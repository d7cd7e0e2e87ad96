"""`manage.py startvendor SLUG`: the folder of a new vendor, whose tests run and say what is to be filled in."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from telephony import vendors
from telephony.management.starting import SLUG, NewVendor

DEFAULT = Path(vendors.__file__).parent
DONE = """\
{folder} is made:
{files}

1. Add this line to TELEPHONY_VENDORS in the settings:
     {line}
2. Run `pytest tests/vendors tests/simulator/test_messages.py tests/messages/test_spoiled_fields.py
   tests/telephony/test_probes.py`: one test fails, as long as {slug}-example.expected.json is not filled in.
   (Without `-k {slug}`: tables of all vendors are one test each, and name the row that failed.)
3. Put the PBX's own messages into payloads/, say what each means, and make parsing.py read them.
   telephony/vendors/README.md goes on from here; `grep -r "FILL IN"` shows what is left.
"""


class Command(BaseCommand):
    help = "Makes the folder of a new PBX vendor: code that runs, a payload, a simulator, a README to fill in."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="small letters, digits and _; stands in addresses for good")
        parser.add_argument("--label", default="", help="the PBX's name as its maker writes it (the slug)")
        parser.add_argument(
            "--folder", type=Path, default=DEFAULT, help="where its folder is made: a package (telephony/vendors)"
        )

    def handle(self, *, slug: str, label: str, folder: Path, **options: object) -> None:
        if not SLUG.fullmatch(slug):
            raise CommandError("slug: a small letter, then small letters, digits and _; 30 at most.")
        if slug in vendors.installed() or (folder / slug).exists():
            raise CommandError(f"slug: there is a vendor or a folder {slug} already.")
        if any(sign in label for sign in "\"'\\$\n`"):
            raise CommandError("label: quotes, backslashes and $ can't stand in it.")
        new = NewVendor(slug=slug, label=label or slug.capitalize(), package=_package_in(folder, slug))
        try:
            files = new.write(folder / slug)
        except OSError as error:
            raise CommandError(f"folder: {error.strerror}: {error.filename}") from None
        listed = "\n".join(f"  {path.relative_to(folder / slug)}" for path in files)
        self.stdout.write(DONE.format(folder=folder / slug, files=listed, line=new.line, slug=slug))


def _package_in(folder: Path, slug: str) -> str:
    """Dotted name: by the packages around it, up to the first folder that is none."""
    parts, place = [slug], folder.resolve()
    while (place / "__init__.py").exists() and place.name.isidentifier():
        parts.insert(0, place.name)
        place = place.parent
    return ".".join(parts)
