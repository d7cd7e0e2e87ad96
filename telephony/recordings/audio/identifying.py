"""What a file is, by its bytes: a server's header and a link's name say anything."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import BinaryIO

from telephony.recordings.audio import kinds
from telephony.recordings.audio.kinds import AudioKind
from telephony.recordings.audio.mpeg import adts_frames, mpeg_frames

HEAD_BYTES = 64 * 1024
FEWEST_FRAMES = 3
"""So many frames in a row are no accident, and fewer no sound."""
LONGEST_GARBAGE = 4096
"""Bytes before the first frame of MP3 that are put up with."""

MOST_TAGS = 16
"""ID3v2 tags in a row: a file can be made of nothing else."""

PLAIN_WAV_CODECS = {1: "PCM", 3: "float", 6: "A-law", 7: "mu-law"}
GSM_CODEC = 0x31
EXTENSIBLE = 0xFFFE

SHORTEST_G722 = 800
"""Bytes of a tenth of a second."""
FEWEST_SPACES = 0.05
"""Share of ASCII in a text of any language."""
FEWEST_LETTERS = 0.95
"""Share of letters, digits and the like in a text; a pure tone has 0.85."""
_LETTERS = frozenset(
    (
        *b"\t\n\r\f\x1b",
        *range(0x20, 0x7F),
        *b"\x85\x91\x92\x93\x94\x95\x96\x97\xa3\xa8\xab\xb3\xb8\xb9\xbb",
        *range(0xC0, 0x100),
    )
)
"""ASCII, and what windows-1251 and KOI8-R have of Cyrillic letters, dashes and quotes."""

OTHER_FORMATS = (
    *(b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\xfd7zXZ", b"(\xb5/\xfd"),
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM", b"%PDF", b"\xd0\xcf\x11\xe0"),
    *(b"\x7fELF", b"MZ", b"\x1aE\xdf\xa3", b"FLV\x01", b"SQLite format 3", b"\x00\x00\x01\xba", b"\xca\xfe\xba\xbe"),
    *(b"RIFF", b"FORM", b".snd", b"MThd", b"OggS", b"ID3"),
)
"""Beginnings of what is surely no headerless sound."""
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def identify(path: Path, *, claimed_name: str = "") -> AudioKind | None:
    """The kind of sound in this file; None if it is none, whatever it is called.

    Raw G.722 has no header, so it can't be told by its bytes: it is accepted when `claimed_name` (the link's
    path) ends in .g722, and the bytes are neither text (HTML, JSON) nor another known format.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        found = _by_signature(head) or _by_frames(file, head)
    if found is None and claimed_name.lower().endswith(".g722") and len(head) >= SHORTEST_G722:
        return None if _is_something_else(head) else kinds.G722
    return found


def _by_signature(head: bytes) -> AudioKind | None:
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return _wav(head)
    if head[:4] == b"OggS":
        return kinds.OGG
    if head[4:8] == b"ftyp":
        return kinds.M4A
    if head[:4] == b"fLaC":
        return kinds.FLAC
    if head.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return kinds.AMR
    return None


def _wav(head: bytes) -> AudioKind:
    at = head.find(b"fmt ", 12)
    codec = int.from_bytes(head[at + 8 : at + 10], "little") if at > 0 else 0
    if codec == EXTENSIBLE:
        codec = int.from_bytes(head[at + 32 : at + 34], "little")
    if codec == GSM_CODEC:
        return kinds.WAV_GSM
    return kinds.WAV if codec in PLAIN_WAV_CODECS else kinds.WAV_OTHER


def _by_frames(file: BinaryIO, head: bytes) -> AudioKind | None:
    """MP3 and AAC have no header, only frames; before them may be tags, and a little garbage."""
    start = _after_tags(file, head)
    if start:
        file.seek(start)
        head = file.read(HEAD_BYTES)
        if head[:4] == b"fLaC":
            return kinds.FLAC
    if adts_frames(head, 0) >= FEWEST_FRAMES:
        return kinds.AAC
    # Garbage is what an encoder pads with; text that happens to hold the bytes of frames is none.
    for offset in range(LONGEST_GARBAGE if start or head[:1] in (b"\x00", b"\xff") else 1):
        if mpeg_frames(head, offset) >= FEWEST_FRAMES:
            return kinds.MP3
    return None


def _after_tags(file: BinaryIO, head: bytes) -> int:
    """Where the sound begins behind ID3v2 tags, which may hold pictures of any size."""
    position = 0
    for _ in range(MOST_TAGS):
        if head[:3] != b"ID3" or len(head) < 10 or max(head[6:10]) >= 0x80:
            break
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        position += 10 + size + (10 if head[5] & 0x10 else 0)
        file.seek(position)
        head = file.read(10)
    return position


def _is_something_else(head: bytes) -> bool:
    return head.startswith((*OTHER_FORMATS, *BYTE_ORDER_MARKS)) or head[257:262] == b"ustar" or _is_text(head[:4096])


def _is_text(sample: bytes) -> bool:
    """Text is nearly all letters, with spaces among them; sound has all 256 bytes.

    A coded tone or silence repeats a few bytes, often without a control character; but it is no UTF-8, and of its
    bytes are either too few ASCII (silence) or too many neither ASCII nor a letter of any 8-bit Cyrillic (a tone).
    """
    if any(byte < 0x20 and byte not in b"\t\n\r\f\x1b" for byte in sample):
        return False
    if _is_utf8(sample):
        return True
    letters = sum(byte in _LETTERS for byte in sample) / len(sample)
    return letters > FEWEST_LETTERS and sum(byte < 0x7F for byte in sample) / len(sample) > FEWEST_SPACES


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)  # A letter may be cut at the end.
    except UnicodeDecodeError:
        return False
    return True
