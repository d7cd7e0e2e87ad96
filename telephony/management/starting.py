"""The folder of a new vendor: what it holds, and how its names are made of the slug."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

FILES = Path(__file__).parent / "new_vendor"
SLUG = re.compile(r"[a-z][a-z0-9_]{1,29}")
PLACES = {"example.http": "payloads", "example.expected.json": "payloads", "required.json": "payloads"}
"""Of those files that stand in a folder within the vendor's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVendor:
    slug: str
    label: str
    """The PBX's name as its maker writes it."""
    package: str
    """Dotted name of the vendor's package."""

    @property
    def class_name(self) -> str:
        return "".join(part.capitalize() for part in self.slug.split("_"))

    @property
    def line(self) -> str:
        """What is added to TELEPHONY_VENDORS."""
        return f'"{self.package}.vendor.{self.class_name}",'

    def write(self, folder: Path) -> list[Path]:
        """Make the folder, which must not be there, and return its files. Raises OSError."""
        (folder / "payloads").mkdir(parents=True)
        written = [folder / "__init__.py"]
        written[0].touch()
        names = {"slug": self.slug, "label": self.label, "package": self.package, "class_name": self.class_name}
        for source in sorted(FILES.glob("*.txt")):
            name = source.name.removesuffix(".txt")
            path = folder / PLACES.get(name, "") / name.replace("example", f"{self.slug}-example")
            text = Template(source.read_text(encoding="utf-8")).safe_substitute(names)
            if name.endswith(".http"):
                head, _, body = text.partition("\n\n")
                text = head.replace("\n", "\r\n") + "\r\n\r\n" + body
            path.write_bytes(text.encode())
            written.append(path)
        return written
