"""What writers of audio files share: checks, dither, and files that are whole or not there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

import numpy as np
import soundfile

from ..errors import See2SoundError
from ..media.files import check_place, not_writable, whole_file
from .formats import Signal


class AudioWriter(ABC):
    """Write an audio file block by block, completely or not at all. Errors: `folder-not-writable`, `not-finite`."""

    def __init__(self, path: Path, signal: Signal) -> None:
        self.path, self.signal = path, signal
        self._written = 0
        self._random = np.random.default_rng(signal.seed)
        check_place(path)
        self._place: AbstractContextManager[Path] = whole_file(path)

    @abstractmethod
    def open(self, partial: Path) -> None:
        """Begin the file."""

    @abstractmethod
    def append(self, block: np.ndarray) -> None:
        """Append (channels, n) float32."""

    @abstractmethod
    def close(self) -> None:
        """End the file."""

    def write(self, block: np.ndarray) -> None:
        """Append (channels, n) float32; integer formats clip values beyond full scale, so the caller must prevent them."""
        if not np.isfinite(block).all():
            raise See2SoundError(
                "not-finite",
                f"What would be written to {self.path.name} holds infinite values, or values that are not numbers.",
                "Report this, with the plan.",
            )
        self._written += block.shape[1]
        try:
            self.append(block)
        except (OSError, soundfile.LibsndfileError) as error:
            raise not_writable(self.path, OSError(str(error))) from error

    def quantised(self, block: np.ndarray) -> np.ndarray:
        """Integers (channels, n) with triangular dither of two steps' width (Lipshitz, Wannamaker, Vanderkooy 1992)."""
        scale = 2.0 ** (self.signal.bits - 1)
        dither = self._random.random(block.shape) - self._random.random(block.shape)
        return np.clip(np.rint(block * scale + dither), -scale, scale - 1.0).astype(np.int32)

    def __enter__(self) -> AudioWriter:
        partial = self._place.__enter__()
        try:
            self.open(partial)
        except (OSError, soundfile.LibsndfileError) as error:
            raise not_writable(self.path, error if isinstance(error, OSError) else OSError(str(error))) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self.close()
            if kind is None and self._written != self.signal.samples:
                raise ValueError(f"{self._written} samples were written where {self.signal.samples} were announced")
        except (OSError, ValueError) as failure:
            self._place.__exit__(type(failure), failure, failure.__traceback__)
            raise
        self._place.__exit__(kind, error, trace)
