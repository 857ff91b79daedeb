"""The steps of the method that have backends, and the names of the backends that a job uses. Light."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

STEPS = ("detector", "segmenter", "labeller", "depth", "generator", "separator")


@dataclass(frozen=True)
class BackendNames:
    """The backend of each step, by name.

    `plugins`: files that register backends of other add-ons. `network`: an ONNX file that is the detector instead, with the
    segmenter and labeller that fit it. `voice_unknown`: whether objects get a sound that the network could not name.
    """

    detector: str = "embedded"
    segmenter: str = "saliency"
    labeller: str = "measures"
    depth: str = "ground"
    generator: str = "procedural"
    separator: str = "embedded"
    plugins: tuple[Path, ...] = ()
    network: Path | None = None
    voice_unknown: bool = False


EMBEDDED = BackendNames()
"""The backends that need no weights and no network."""
