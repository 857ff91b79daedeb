"""Requests for jobs, and their results: what operators, the shell and scripts ask for. Light."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from ..clips import MadeClip, WantedClip
from ..delivery.formats import Delivery
from ..findings import Box, Findings, Settings
from ..neural.choice import Choice
from ..neural.requests import Done, EnvironmentFacts
from ..projection import Camera
from ..soundtracks.facts import StemFacts, WantedSource
from ..steps import EMBEDDED, BackendNames
from ..weights.requests import ModelOffered
from ..workers.messages import Request


@dataclass(frozen=True)
class Models:
    """The neural models that a job uses. `python`: of the neural environment."""

    python: Path
    choice: Choice


@dataclass(frozen=True)
class Reconstruct(Request[Findings]):
    """`pipeline.reconstruct`; the result has no masks. `models`: None for the embedded backends."""

    task: ClassVar[str] = "reconstruct"
    result: ClassVar[type] = Findings
    picture: Path
    camera: Camera | None
    settings: Settings
    backends: BackendNames = EMBEDDED
    models: Models | None = None


@dataclass(frozen=True)
class Mark(Request[Findings]):
    """`pipeline.mark`; the result has no mask. `box`: as fractions of the picture; without a size it is a click."""

    task: ClassVar[str] = "mark"
    result: ClassVar[type] = Findings
    picture: Path
    box: Box
    camera: Camera | None
    settings: Settings
    backends: BackendNames = EMBEDDED


@dataclass(frozen=True)
class ClipsMade:
    """One for each clip that was wanted."""

    clips: list[MadeClip]


@dataclass(frozen=True)
class MakeClips(Request[ClipsMade]):
    """`pipeline.make_clips`."""

    task: ClassVar[str] = "make_clips"
    result: ClassVar[type] = ClipsMade
    wanted: list[WantedClip]
    backends: BackendNames = EMBEDDED
    models: Models | None = None


@dataclass(frozen=True)
class LibraryIndexed:
    """`recordings`: how many the library has now. `notes`: what could not be read."""

    added: int
    removed: int
    recordings: int
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class IndexLibrary(Request[LibraryIndexed]):
    """`sound.library.index.add_folder`, or `update` without a folder. `file`: the index."""

    task: ClassVar[str] = "index_library"
    result: ClassVar[type] = LibraryIndexed
    file: Path
    folder: Path | None = None


@dataclass(frozen=True)
class Mixed:
    """`true_peak`: dB re full scale, LOWEST for silence. `seconds`: of the mix."""

    true_peak: float
    seconds: float
    notes: list[str]


@dataclass(frozen=True)
class Mix(Request[Mixed]):
    """`pipeline.mix` of the file `plan`."""

    task: ClassVar[str] = "mix"
    result: ClassVar[type] = Mixed
    plan: Path
    layout: str
    out: Path
    delivery: Delivery
    sofa: Path | None = None
    backends: BackendNames = EMBEDDED


@dataclass(frozen=True)
class Exported:
    """What the user should know."""

    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Export(Request[Exported]):
    """`pipeline.export` of the file `plan`."""

    task: ClassVar[str] = "export"
    result: ClassVar[type] = Exported
    plan: Path
    output: str
    out: Path
    layout: str | None = None
    sofa: Path | None = None
    bake: bool = False
    frame_rate: float = 24.0
    backends: BackendNames = EMBEDDED


@dataclass(frozen=True)
class Split:
    """`stems`: those of the sources, then the bed's channels. `report`: the page about them."""

    stems: list[StemFacts]
    report: Path
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SplitSoundtrack(Request[Split]):
    """`pipeline.split_soundtrack`."""

    task: ClassVar[str] = "split_soundtrack"
    result: ClassVar[type] = Split
    file: Path
    out: Path
    wanted: list[WantedSource]
    backends: BackendNames = EMBEDDED


@dataclass(frozen=True)
class PutIntoFilm(Request[Exported]):
    """`outputs.film.put_into_film` with one track."""

    task: ClassVar[str] = "put_into_film"
    result: ClassVar[type] = Exported
    video: Path
    mix: Path
    out: Path
    name: str = ""
    language: str = ""
    codec: str = ""
    sound: str = "replace"
    spherical: bool = False


@dataclass(frozen=True)
class SceneTraced:
    """What the user should know."""

    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Trace(Request[SceneTraced]):
    """`pipeline.trace` of the file `plan` with the meshes of the file `geometry`; the traced plan goes to `out`."""

    task: ClassVar[str] = "trace"
    result: ClassVar[type] = SceneTraced
    plan: Path
    geometry: Path
    out: Path


LOWEST = -999.0
"""dB: JSON has no infinity."""


@dataclass(frozen=True)
class PartRendered:
    """What the user should know."""

    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RenderPart(Request[PartRendered]):
    """Samples `start` to `stop` of a plan's mix, as float32 (samples, channels) without a header in the file `out`."""

    task: ClassVar[str] = "render_part"
    result: ClassVar[type] = PartRendered
    plan: Path
    layout: str
    start: int
    stop: int
    out: Path
    sofa: Path | None = None


@dataclass(frozen=True)
class SetUpNeural(Request[EnvironmentFacts]):
    """`neural.environment.set_up`. The user has consented."""

    task: ClassVar[str] = "set_up_neural"
    result: ClassVar[type] = EnvironmentFacts
    folder: Path
    kind: str


@dataclass(frozen=True)
class DescribeNeural(Request[EnvironmentFacts]):
    """`neural.environment.describe`. `python`: one that the user has chosen, or None for that of the environment."""

    task: ClassVar[str] = "describe_neural"
    result: ClassVar[type] = EnvironmentFacts
    folder: Path
    python: Path | None


@dataclass(frozen=True)
class EyeGot:
    """The file of the detector."""

    file: Path


@dataclass(frozen=True)
class GetEye(Request[EyeGot]):
    """`weights.eyes.get_eye`. The user has consented."""

    task: ClassVar[str] = "get_eye"
    result: ClassVar[type] = EyeGot
    folder: Path
    name: str


@dataclass(frozen=True)
class AddEye(Request[EyeGot]):
    """Try a detector from disk, then copy it into the folder of detectors."""

    task: ClassVar[str] = "add_eye"
    result: ClassVar[type] = EyeGot
    folder: Path
    file: Path


@dataclass(frozen=True)
class ModelFetched:
    """Where it lies."""

    folder: Path


@dataclass(frozen=True)
class FetchModel(Request[ModelFetched]):
    """`neural.environment.fetch_model`. The user has consented. `model`: id of its card; `models`: folder of all models."""

    task: ClassVar[str] = "fetch_model"
    result: ClassVar[type] = ModelFetched
    folder: Path
    python: Path | None
    model: str
    models: Path


@dataclass(frozen=True)
class LookUpModel(Request[ModelOffered]):
    """`neural.environment.offer_model`. The user has consented to be online. `model`: id of its card."""

    task: ClassVar[str] = "look_up_model"
    result: ClassVar[type] = ModelOffered
    folder: Path
    python: Path | None
    model: str


@dataclass(frozen=True)
class FreeNeural(Request[Done]):
    """End the neural worker of this process, and with it all that it holds."""

    task: ClassVar[str] = "free_neural"
    result: ClassVar[type] = Done
