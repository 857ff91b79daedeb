"""Abstract base classes of scenes and sources for scripts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from .. import pipeline
from ..delivery.formats import Delivery
from ..planfile import carry_files, write_plan
from ..progress import Progress, no_progress
from ..soundscene import SoundScene

File = str | PathLike[str]


class Source(ABC):
    """A source of a scene. What is set here takes effect at once, but for the prompt, which the next `generate` uses."""

    @property
    @abstractmethod
    def id(self) -> str:
        """Its name in plans and file names."""

    @property
    @abstractmethod
    def label(self) -> str:
        """What it is. A new label with a usual size moves the source to a fitting distance, and becomes the prompt."""

    @label.setter
    @abstractmethod
    def label(self, label: str) -> None: ...

    @property
    @abstractmethod
    def prompt(self) -> str:
        """How it sounds; "silent" is no sound."""

    @prompt.setter
    @abstractmethod
    def prompt(self, prompt: str) -> None: ...

    @property
    @abstractmethod
    def extent(self) -> str:
        """Its spatial extent: "point", "area" or "ambient"."""

    @extent.setter
    @abstractmethod
    def extent(self, extent: str) -> None: ...

    @property
    @abstractmethod
    def position(self) -> np.ndarray:
        """(3,) in the world, metres, at the beginning."""

    @position.setter
    @abstractmethod
    def position(self, position: np.ndarray) -> None: ...

    @property
    @abstractmethod
    def clip(self) -> Path | None:
        """The file of its sound."""


@dataclass(frozen=True)
class MixResult:
    """`loudness`: LUFS, None for silence. `true_peak`: dB re full scale. `notes`: for the user."""

    path: Path
    loudness: float | None
    true_peak: float
    notes: list[str]


class Scene(ABC):
    """Sources, and a listener."""

    @property
    @abstractmethod
    def sources(self) -> list[Source]:
        """All sources, as they are now."""

    @abstractmethod
    def plan(self) -> tuple[SoundScene, list[str]]:
        """What sounds where and when, and notes on what is left out."""

    def save_plan(self, path: File) -> list[str]:
        """Write the plan with copies of its clips, for `see2sound render`; return notes.

        Errors: those of `plan`, `folder-missing`.
        """
        plan, notes = self.plan()
        write_plan(carry_files(plan, Path(path)), Path(path))
        return notes

    def mix(
        self,
        path: File,
        layout: str = "binaural",
        delivery: Delivery = Delivery(),
        sofa: File | None = None,
        progress: Progress = no_progress,
    ) -> MixResult:
        """Render what the listener hears into a file. Errors: those of `plan` and of `pipeline.mix`."""
        plan, notes = self.plan()
        report = pipeline.mix(plan, layout, path, progress, delivery, sofa)
        levels = report.levels
        return MixResult(report.path, levels.loudness, levels.true_peak, list(dict.fromkeys(notes + report.notes)))

    def export(
        self,
        path: File,
        output: str,
        layout: str | None = None,
        bake: bool = False,
        sofa: File | None = None,
        progress: Progress = no_progress,
    ) -> list[str]:
        """Write objects ("adm", "adm-atmos"), "stems", "reaper" or a "page"; returns notes.

        Errors: those of `plan` and of `pipeline.export`.
        """
        plan, notes = self.plan()
        exported = pipeline.export(plan, output, path, progress, layout, sofa, bake)
        return list(dict.fromkeys(notes + exported.notes))
