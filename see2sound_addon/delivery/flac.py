"""Write FLAC files of up to 8 channels (RFC 9639)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from .writer import AudioWriter


class FlacWriter(AudioWriter):
    """24 or 16 bits with dither."""

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
