"""The built-in broker: kombu's folder of messages, made safe for a reader that comes in the middle of a write.

kombu 5 creates a message's file under its final name and then writes it. A worker that lists the folder in between
reads an empty message, and ends with an error. Here a message gets its name when it is whole.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Writes each message under another name, then renames it."""

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}"
        part = folder / f"{name}.part"
        part.write_text(dumps(payload))
        os.replace(part, folder / f"{name}.{queue}.msg")


class Transport(filesystem.Transport):
    """For `filesystem://`."""

    Channel = Channel
