"""Requests to a worker in the neural environment, and their results. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ..workers.messages import Request


@dataclass(frozen=True)
class Done:
    """The result of a task that returns nothing."""


@dataclass(frozen=True)
class RegionsFound:
    """`count`: of the masks in the file."""

    count: int


@dataclass(frozen=True)
class OutlineRegions(Request[RegionsFound]):
    """Masks of whatever stands out in a picture.

    `model`: the folder of SAM or SAM 2. `picture`: a file as large as the masks shall be. `out`: .npz that gets masks
    (n, height, width) and scores (n,).
    """

    task: ClassVar[str] = "regions"
    result: ClassVar[type] = RegionsFound
    model: Path
    picture: Path
    out: Path


@dataclass(frozen=True)
class ObjectsFound:
    """`boxes`: (x0, y0, x1, y1) in pixels, `scores` and the numbers of their `classes`, surest first."""

    boxes: list[list[float]]
    scores: list[float]
    classes: list[int]


@dataclass(frozen=True)
class DetectObjects(Request[ObjectsFound]):
    """Objects of `classes` in a picture. `model`: a detector's folder. `least`: the lowest score."""

    task: ClassVar[str] = "detection"
    result: ClassVar[type] = ObjectsFound
    model: Path
    picture: Path
    classes: list[str]
    least: float


@dataclass(frozen=True)
class OutlineBoxes(Request[RegionsFound]):
    """A mask in each box (x0, y0, x1, y1) in pixels of a picture. `model`: the folder of SAM or SAM 2.

    `out`: .npz that gets masks (n, height, width); one that fills little of its box is empty.
    """

    task: ClassVar[str] = "outlines"
    result: ClassVar[type] = RegionsFound
    model: Path
    picture: Path
    boxes: list[list[float]]
    out: Path


@dataclass(frozen=True)
class DepthEstimated:
    """`kind`: "metres" along the view's axis, or "relative": 1 / distance in an unknown unit.

    `field_of_view`: horizontal, radians, where the model sees it.
    """

    kind: str
    field_of_view: float | None


@dataclass(frozen=True)
class EstimateDepth(Request[DepthEstimated]):
    """How far everything in a picture is. `out`: .npy that gets (height, width) float32."""

    task: ClassVar[str] = "depth"
    result: ClassVar[type] = DepthEstimated
    model: Path
    picture: Path
    out: Path


@dataclass(frozen=True)
class PicturesLabelled:
    """`scores`: for each picture, how likely each class is; they add up to 1."""

    scores: list[list[float]]


@dataclass(frozen=True)
class LabelPictures(Request[PicturesLabelled]):
    """Which of `classes` each picture shows."""

    task: ClassVar[str] = "names"
    result: ClassVar[type] = PicturesLabelled
    model: Path
    pictures: list[Path]
    classes: list[str]


@dataclass(frozen=True)
class PicturesDescribed:
    """`captions`: one sentence for each picture."""

    captions: list[str]


@dataclass(frozen=True)
class DescribePictures(Request[PicturesDescribed]):
    """What each picture shows."""

    task: ClassVar[str] = "captions"
    result: ClassVar[type] = PicturesDescribed
    model: Path
    pictures: list[Path]


@dataclass(frozen=True)
class SoundGenerated:
    """`rate`: Hz. `take`: the number of the best one. `scores`: of all takes, if they were ranked."""

    rate: int
    take: int
    scores: list[float] | None


@dataclass(frozen=True)
class GenerateSound(Request[SoundGenerated]):
    """The best of several takes of a sound; a take is never longer than the model can make.

    `guidance`: None for the model's own. `ranking`: the folder of CLAP that chooses among takes, None to take the first.
    `out`: .npy that gets (n,) float32.
    """

    task: ClassVar[str] = "voice"
    result: ClassVar[type] = SoundGenerated
    model: Path
    prompt: str
    seconds: float
    out: Path
    negative: str = ""
    steps: int = 50
    guidance: float | None = None
    seed: int = 0
    takes: int = 1
    ranking: Path | None = None


@dataclass(frozen=True)
class TakesRanked:
    """`scores`: how well each take fits the prompt."""

    scores: list[float]


@dataclass(frozen=True)
class RankTakes(Request[TakesRanked]):
    """Compare takes of a sound with its prompt. `takes`: .npz with arrays (n,) named 0, 1 ... at `rate` Hz."""

    task: ClassVar[str] = "ranking"
    result: ClassVar[type] = TakesRanked
    model: Path
    prompt: str
    takes: Path
    rate: int


@dataclass(frozen=True)
class MemoryUsed:
    """`peak`: bytes that models and what they computed have taken at most; 0 where the system does not tell."""

    peak: int


@dataclass(frozen=True)
class ReportMemory(Request[MemoryUsed]):
    """The largest memory of the worker so far: the GPU's, else that of the process."""

    task: ClassVar[str] = "memory"
    result: ClassVar[type] = MemoryUsed


@dataclass(frozen=True)
class Status:
    """Versions, the device that will be used, its memory and the budget for models in bytes, and which models are loaded."""

    torch: str
    cuda_build: str | None
    transformers: str
    diffusers: str
    device: str
    device_name: str
    precision: str
    memory: int
    budget: int
    loaded: list[str]


@dataclass(frozen=True)
class ReportStatus(Request[Status]):
    """Look at the device and the loaded models."""

    task: ClassVar[str] = "status"
    result: ClassVar[type] = Status


@dataclass(frozen=True)
class FreeModels(Request[Done]):
    """Remove all models from memory."""

    task: ClassVar[str] = "free"
    result: ClassVar[type] = Done


@dataclass(frozen=True)
class EnvironmentFacts:
    """What the neural environment is. `problem`, `hint`: why it is not ready. `advice`: what would be better."""

    ready: bool
    problem: str = ""
    hint: str = ""
    advice: str = ""
    python: str = ""
    status: Status | None = None
