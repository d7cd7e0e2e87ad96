"""The waveform of a recording."""

from __future__ import annotations

from itertools import pairwise

MOST_PEAKS = 800
RATE = 8000
"""Samples a second that are looked at."""
SHORTEST_PIECE = RATE // 50
SILENCE = 200
"""Of 32768: what is never louder is drawn as a flat line, not as mountains of noise."""


class Waveform:
    """Collects the loudest sample of evenly long pieces, of a recording whose length nobody knows yet.

    It begins with short pieces, and joins each with its neighbour whenever there are twice as many as wanted.
    """

    def __init__(self) -> None:
        self._loudest: list[int] = []
        self._piece_bytes = SHORTEST_PIECE * 2
        self._rest = b""

    def add(self, samples: bytes) -> None:
        """Mono, 16 bits in the machine's order, `RATE` a second."""
        data = memoryview(self._rest + samples)
        start = 0
        while len(data) - start >= self._piece_bytes:
            end = start + self._piece_bytes
            self._add_piece(data[start:end])
            start = end
        self._rest = bytes(data[start:])

    def peaks(self) -> list[int]:
        """At most `MOST_PEAKS` values from 0 to 100; the loudest is 100, unless all is silence."""
        found = [*self._loudest, *([_loudest(memoryview(self._rest))] if self._rest else [])]
        count = min(len(found), MOST_PEAKS)
        edges = [index * len(found) // count for index in range(count)] + [len(found)] if count else []
        joined = [max(found[start:end]) for start, end in pairwise(edges)]
        top = max(joined, default=0)
        return [0 if top < SILENCE else round(100 * value / top) for value in joined]

    def _add_piece(self, piece: memoryview) -> None:
        self._loudest.append(_loudest(piece))
        if len(self._loudest) == 2 * MOST_PEAKS:
            pairs = zip(self._loudest[::2], self._loudest[1::2], strict=True)
            self._loudest = [max(pair) for pair in pairs]
            self._piece_bytes *= 2


def _loudest(samples: memoryview) -> int:
    values = samples.cast("h")
    return max(abs(max(values)), abs(min(values)))
