"""Frame headers of MPEG audio (ISO 11172-3, 13818-3) and of AAC in ADTS (ISO 13818-7)."""

from __future__ import annotations

BIT_RATES = {  # (MPEG-1, layer): kbit/s by index
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
"""By version: 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5."""
ENOUGH = 8
"""Frames; more are not looked at."""


def mpeg_frames(data: bytes, offset: int) -> int:
    """How many whole frames of one version, layer and sample rate follow one another here, as far as it matters."""
    first, count = b"", 0
    while (length := _mpeg_length(data[offset : offset + 4])) and offset + length <= len(data) and count < ENOUGH:
        kind = bytes((data[offset + 1] & 0xFE, data[offset + 2] & 0x0C))
        if first and kind != first:
            break
        first, count, offset = kind, count + 1, offset + length
    return count


def adts_frames(data: bytes, offset: int) -> int:
    """The same for AAC."""
    count = 0
    while (length := _adts_length(data[offset : offset + 7])) and offset + length <= len(data) and count < ENOUGH:
        count, offset = count + 1, offset + length
    return count


def _mpeg_length(header: bytes) -> int:
    """Bytes of the frame that begins with this header; 0 if it is none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    rate_index, sample_index, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or layer == 4 or rate_index in (0, 15) or sample_index == 3:
        return 0
    bit_rate = BIT_RATES[version == 3, layer][rate_index] * 1000
    sample_rate = SAMPLE_RATES[version][sample_index]
    if layer == 1:
        return (12 * bit_rate // sample_rate + padding) * 4
    samples = 1152 if layer == 2 or version == 3 else 576
    return samples // 8 * bit_rate // sample_rate + padding


def _adts_length(header: bytes) -> int:
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0:
        return 0
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length >= 7 and header[2] >> 2 & 15 < 13 else 0
