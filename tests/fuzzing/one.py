"""Fuzzes one target until its time is over or something breaks: `python -m tests.fuzzing.one NAME OPTION...`.

A process of its own, as libFuzzer wants it: started by __main__.py, with libFuzzer's options.
"""

from __future__ import annotations

import sys

import atheris

READERS = [
    *("telephony.vendors", "telephony.domain", "telephony.soap", "telephony.recordings.audio", "crm.imports"),
    "telephony.recordings.listening.ranges",
]
"""Packages whose ways the fuzzer looks for."""


def main(name: str, options: list[str]) -> None:
    import django

    with atheris.instrument_imports(include=READERS):
        django.setup()
        from tests.fuzzing.targets import targets

        target = targets()[name]
    atheris.Setup([name, *options], target.read)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
