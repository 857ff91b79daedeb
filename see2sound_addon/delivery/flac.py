"""Write FLAC files of up to 8 channels (RFC 9639)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from ..errors import See2SoundError
from .formats import Signal
from .writer import AudioWriter

MASKS = {1: (0x4,), 2: (0x3,), 3: (0x7,), 4: (0x33,), 5: (0x37, 0x607), 6: (0x3F, 0x60F), 7: (0x70F,), 8: (0x63F,)}
"""The loudspeakers that a number of channels means (RFC 9639, section 9.1.3); the file cannot name others."""


class FlacWriter(AudioWriter):
    """24 or 16 bits with dither."""

    def __init__(self, path: Path, signal: Signal) -> None:
        if signal.mask and signal.mask not in MASKS.get(signal.channels, ()):
            raise See2SoundError(
                "format-impossible",
                f"FLAC takes {signal.channels} channels for other loudspeakers than those of this layout.",
                "Write a WAV file.",
            )
        super().__init__(path, signal)

    def open(self, partial: Path) -> None:
        """Begin the stream."""
        signal = self.signal
        self._file = soundfile.SoundFile(
            partial, "w", signal.rate, signal.channels, subtype=f"PCM_{signal.bits}", format="FLAC"
        )

    def append(self, block: np.ndarray) -> None:
        """Libsndfile takes integers left-aligned in 32 bits."""
        self._file.write(np.ascontiguousarray(self.quantised(block).T) * np.int32(2 ** (32 - self.signal.bits)))

    def close(self) -> None:
        """End the stream."""
        self._file.close()
