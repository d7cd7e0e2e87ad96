"""Excel files as jobs: a page orders one, a worker writes it, its owner fetches it within a day.

    kinds       what can be exported; each app registers its own
    ordering    orders, and who may fetch what
    files       the folder in which they lie, and what is swept from it
    writing     a worker's part
    views       the page with one's exports, and the file

Writing a workbook costs seconds of CPU for ten thousands of rows: in a request it would keep a thread from everybody
else. CSV is streamed as it is read, and needs none of this.
"""

from __future__ import annotations

from telephony.call_log.exports.files import sweep
from telephony.call_log.exports.kinds import Kind, Refused, register
from telephony.call_log.exports.ordering import forget_files
from telephony.call_log.exports.writing import write_due

__all__ = ["Kind", "Refused", "forget_files", "register", "sweep", "write_due"]
