"""Neural backends: the same Protocols as the embedded ones, answered by a worker in the neural environment."""

from __future__ import annotations

import os
import zlib
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import numpy as np
from PIL import Image
from scipy.signal import resample_poly

from ..backends import Backends
from ..errors import Cancelled, See2SoundError
from ..findings import Box
from ..lexicon.lookup import level_of
from ..media.scratch import temporary_folder
from ..progress import Progress, no_progress
from ..projection import Camera, Perspective
from ..sound.generator import SHORTEST, GeneratedClip
from ..sound.joining import FADE, join, seamless
from ..sound.levels import fit_level
from ..vision.classes import CLASSES, class_in, sounding_classes
from ..vision.depth import FAR, Measured, depth_from_ground
from ..vision.detectors import Detection, Detector
from ..vision.fusion import object_of, outline_in
from ..vision.labeller import KNOWN, Guess, Labeller
from ..vision.regions import Region, make_region
from ..vision.segmenter import segment_by_detections
from ..vision.superpixels import shrink
from ..vision.view import View
from ..weights.cards import CARDS
from ..workers.messages import Request, Result
from ..workers.process import Worker
from .choice import Choice
from .requests import (
    DescribePictures,
    DetectObjects,
    EstimateDepth,
    GenerateSound,
    LabelPictures,
    OutlineBoxes,
    OutlineRegions,
    RankTakes,
)

OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
MARGIN = 0.15
"""Of a region's box: the border around it that a labeller is shown."""
SURE = 0.12
"""Likelihood from which on a name is taken; there are more than a hundred classes."""
LEAST_DETECTION = 0.25
MOST_NAMED = 12
"""Outlines of a picture that are named."""
MOST_PIECES = 12
LONGEST_CAPTION = 200
"""Characters of a caption that are read."""
METRIC_DOUBT = 0.33
"""Standard deviation of the logarithm of a metric model's distances. Assumed: half of them within a factor of 1.25."""
ALIGNED = 0.25
"""Share of the ground that must agree with a relative depth before it is believed."""


class Neural:
    """The worker and what it is asked; a context manager. `python`: of the neural environment."""

    def __init__(self, python: str | os.PathLike[str], choice: Choice, progress: Progress = no_progress) -> None:
        self.choice, self.progress = choice, progress
        self._worker = Worker(python, OFFLINE)
        self._folder = ExitStack()
        self._scratch = self._folder.enter_context(temporary_folder())
        self._seen: tuple[object, list[Detection]] = None, []
        self._regions: tuple[object, list[Region]] = None, []

    def __enter__(self) -> Neural:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the worker, and with it every model in memory."""
        self._worker.close()
        self._folder.close()

    def backends(self, usual: Backends = Backends()) -> Backends:
        """Neural ones where a model is chosen, `usual` ones elsewhere."""
        choice = self.choice
        return replace(
            usual,
            detector=self._detector(usual),
            segmenter=self.fuse if choice.detection else self.segment if choice.regions else usual.segmenter,
            labeller=self._labeller(usual),
            depth=self.depth if choice.depth else usual.depth,
            generator=self.generate if choice.voice else usual.generator,
            ranker=self.rank if choice.ranks_others else usual.ranker,
            takes=choice.takes if choice.ranks_others else usual.takes,
        )

    def _detector(self, usual: Backends) -> Detector:
        """What finds objects by their names: a model for that, or outlines and labels together."""
        if self.choice.detection:
            return self.find
        if not self.choice.regions:
            return usual.detector
        return self.find_by_outlines if self.choice.names else no_detections

    def _labeller(self, usual: Backends) -> Labeller:
        """What names regions: their finder's name, else a model, else the usual labeller."""
        choice = self.choice
        if not (choice.names or choice.captions or choice.detection or choice.regions):
            return usual.labeller

        def label(view: View, region: Region) -> Guess:
            if region.kind in KNOWN and region.kind != "unknown":
                return usual.labeller(view, region)
            if region.kind in CLASSES:
                return CLASSES[region.kind]
            found = self.name(view, region) if choice.names else self.describe(view, region) if choice.captions else None
            return found or usual.labeller(view, region)

        return label

    def ask(self, request: Request[Result]) -> Result:
        """Send a request to the worker and wait for the result. Errors: those of the task, and those of `workers.process`."""
        try:
            return self._worker.ask(request, self.progress)
        except Cancelled:
            raise
        except See2SoundError as error:
            if error.code == "cancelled":
                raise Cancelled from error
            raise

    def folder(self, model: str) -> Path:
        """Where a model lies."""
        return Path(self.choice.models) / model if model in CARDS and self.choice.models else Path(model).absolute()

    def segment(self, view: View, detections: list[Detection], most: int) -> list[Region]:
        """`Segmenter`: outlined by the model, ordered by how much they stand out."""
        names = {one.box: one.label for one in detections}
        regions = []
        for region in self._outlined(view.small):
            patches = view.patches.labels[region.mask]
            # A background that is one smooth surface is a region too, but no source.
            worth = float(view.salient[patches].mean()) * (1.0 - float(view.plain[patches].mean()))
            regions.append(make_region(region.mask, region.score * worth, names.get(region.box, "")))
        return _apart(sorted(regions, key=lambda region: -region.score), most)

    def find_by_outlines(self, pixels: np.ndarray) -> list[Detection]:
        """`Detector`: what is outlined, by its likeliest name."""
        regions = _apart(self._outlined(shrink(pixels)), MOST_NAMED)
        named = self._likeliest(pixels, [region.box for region in regions])
        found = [
            Detection(name, region.box, score)
            for region, (name, score) in zip(regions, named, strict=True)
            if score >= SURE and object_of(name) is not None
        ]
        return sorted(found, key=lambda one: -one.score)

    def _outlined(self, small: np.ndarray) -> list[Region]:
        """What the model for outlines sees in a small picture, surest first. The last picture is kept: a detector and a
        segmenter ask for the same one."""
        key = self.choice.regions, _key(small)
        if key != self._regions[0]:
            out = self._scratch / "regions.npz"
            self.ask(OutlineRegions(self.folder(self.choice.regions), self._picture(small), out))
            with np.load(out) as found:
                scored = zip(found["masks"], np.clip(found["scores"], 0.0, 1.0), strict=True)
                regions = [make_region(mask, float(score)) for mask, score in scored]
            self._regions = key, sorted(regions, key=lambda region: -region.score)
        return self._regions[1]

    def find(self, pixels: np.ndarray) -> list[Detection]:
        """`Detector`: objects of the sounding classes. The last picture is kept: it is often asked for twice."""
        key = self.choice.detection, _key(pixels)
        if key != self._seen[0]:
            classes, (height, width) = sounding_classes(), pixels.shape[:2]
            model, picture = self.folder(self.choice.detection), self._picture(pixels)
            found = self.ask(DetectObjects(model, picture, classes, LEAST_DETECTION))
            self._seen = (
                key,
                [
                    Detection(classes[number], (x0 / width, y0 / height, x1 / width, y1 / height), score)
                    for (x0, y0, x1, y1), score, number in zip(found.boxes, found.scores, found.classes, strict=True)
                ],
            )
        return self._seen[1]

    def fuse(self, view: View, detections: list[Detection], most: int) -> list[Region]:
        """`Segmenter`: what was detected, as of the light detector; areas by their outlines, objects by SAM if it is chosen."""
        areas = [one for one in detections if CLASSES[one.label].extent == "area"]
        objects = [one for one in detections if one not in areas]
        height, width = view.small.shape[:2]
        surfaces = [make_region(outline_in(view.small, one.box), one.score, one.label) for one in areas]
        regions = _apart(segment_by_detections(view, objects, most) + surfaces, most)
        named = [region for region in regions if not region.is_bed and object_of(region.kind) is not None]
        if not self.choice.regions or not named:
            return regions
        boxes = [(np.array(region.box) * [width, height, width, height]).tolist() for region in named]
        out = self._scratch / "outlines.npz"
        self.ask(OutlineBoxes(self.folder(self.choice.regions), self._picture(view.small), boxes, out))
        with np.load(out) as found:
            outlined = {id(region): mask for region, mask in zip(named, found["masks"], strict=True) if mask.any()}
        return [
            make_region(outlined[id(region)], region.score, region.kind) if id(region) in outlined else region
            for region in regions
        ]

    def name(self, view: View, region: Region) -> Guess | None:
        """The likeliest of all classes, or None where none is sure."""
        ((name, score),) = self._likeliest(view.pixels, [region.box])
        return CLASSES[name] if score >= SURE else None

    def _likeliest(self, pixels: np.ndarray, boxes: list[Box]) -> list[tuple[str, float]]:
        """The likeliest of all classes in each box, and how likely it is."""
        if not boxes:
            return []
        names = list(CLASSES)
        crops = [self._crop(pixels, box, f"crop_{number}") for number, box in enumerate(boxes)]
        rows = np.array(self.ask(LabelPictures(self.folder(self.choice.names), crops, names)).scores)
        return [(names[int(row.argmax())], float(row.max())) for row in rows]

    def describe(self, view: View, region: Region) -> Guess | None:
        """The class that a caption names, or None; its words become the prompt."""
        asked = DescribePictures(self.folder(self.choice.captions), [self._crop(view.pixels, region.box)])
        return class_in(self.ask(asked).captions[0][:LONGEST_CAPTION])

    def depth(self, view: View, camera: Camera, camera_height: float) -> np.ndarray | Measured:
        """`DepthEstimator`: metric models as they measure, relative ones brought into line with the ground."""
        out = self._scratch / "depth.npy"
        estimated = self.ask(EstimateDepth(self.folder(self.choice.depth), self._picture(view.small), out))
        predicted = np.load(out).astype(np.float64)
        ground = depth_from_ground(view, camera, camera_height).astype(np.float64)
        slant = slants(camera, *view.small.shape[:2])
        if estimated.kind == "metres":
            seen, lens = estimated.field_of_view, camera.projection
            if seen is not None and isinstance(lens, Perspective):  # measured for the focal length that the model believes in
                predicted = predicted * lens.focal / (0.5 / np.tan(seen / 2.0))
            return Measured(np.clip(predicted * slant, 0.05, FAR).astype(np.float32), METRIC_DOUBT)
        fitted = fit_to_ground(predicted, ground / slant, view)
        return (ground if fitted is None else np.clip(fitted * slant, 0.05, FAR)).astype(np.float32)

    def generate(self, prompt: str, duration: float, seed: int, rate: int) -> GeneratedClip:
        """`SoundGenerator`: as many pieces as it takes, joined, and its end led over into its beginning."""
        if duration < SHORTEST:
            raise See2SoundError("duration-invalid", f"A clip cannot last {duration:g} s.", f"Use {SHORTEST:g} s or more.")
        length, fade = round(duration * rate), round(FADE * rate)
        pieces: list[np.ndarray] = []
        while sum(map(len, pieces)) - max(0, len(pieces) - 1) * fade < length + fade and len(pieces) < MOST_PIECES:
            pieces.append(self._piece(prompt, duration + FADE, seed + len(pieces), rate))
        whole = join(pieces, fade)
        if len(whole) < length:  # a voice that will not go on, such as a word of speech, is said again
            whole = join([whole] * -(-(length + fade) // max(1, len(whole) - fade)), fade)
        level = level_of(prompt)
        samples, reference = fit_level(seamless(whole, length), level, rate)
        name = Path(self.choice.voice).name
        notes = [f"{len(pieces)} pieces were joined."] if len(pieces) > 1 else []
        return GeneratedClip(samples, name, level, reference, notes)

    def rank(self, prompt: str, takes: list[np.ndarray], rate: int) -> list[float]:
        """`Ranker`: how well takes of any origin fit the prompt."""
        path = self._scratch / "takes.npz"
        np.savez(path, **{str(number): take for number, take in enumerate(takes)})  # type: ignore[arg-type]
        return self.ask(RankTakes(self.folder(self.choice.ranking), prompt, path, rate)).scores

    def _piece(self, prompt: str, seconds: float, seed: int, rate: int) -> np.ndarray:
        out, choice = self._scratch / "voice.npy", self.choice
        generated = self.ask(GenerateSound(
            self.folder(choice.voice), prompt, seconds, out, choice.negative, choice.steps, choice.guidance, seed,
            choice.takes if choice.ranking else 1,
            self.folder(choice.ranking) if choice.ranking else None,
        ))  # fmt: skip
        samples, own = np.load(out).astype(np.float64), generated.rate
        common = int(np.gcd(own, rate))
        return np.asarray(samples if own == rate else resample_poly(samples, rate // common, own // common), np.float32)

    def _picture(self, pixels: np.ndarray, name: str = "picture") -> Path:
        path = self._scratch / f"{name}.png"
        Image.fromarray(pixels).save(path)
        return path

    def _crop(self, pixels: np.ndarray, box: Box, name: str = "picture") -> Path:
        height, width = pixels.shape[:2]
        x0, y0, x1, y1 = box
        wide, high = MARGIN * (x1 - x0), MARGIN * (y1 - y0)
        left, top = int(max(0.0, x0 - wide) * width), int(max(0.0, y0 - high) * height)
        right, bottom = int(np.ceil(min(1.0, x1 + wide) * width)), int(np.ceil(min(1.0, y1 + high) * height))
        return self._picture(pixels[top:bottom, left:right], name)


def _key(pixels: np.ndarray) -> tuple[int, tuple[int, ...]]:
    return zlib.crc32(np.ascontiguousarray(pixels).tobytes()), pixels.shape


def no_detections(pixels: np.ndarray) -> list[Detection]:
    """`Detector` for segmenters that look for themselves."""
    return []


def _apart(regions: list[Region], most: int) -> list[Region]:
    """The first of regions that do not lie in each other."""
    kept: list[Region] = []
    for region in regions:
        size = region.mask.sum()
        if all((region.mask & other.mask).sum() <= 0.5 * min(size, other.mask.sum()) for other in kept):
            kept.append(region)
        if len(kept) == most:
            break
    return kept


def slants(camera: Camera, height: int, width: int) -> np.ndarray:
    """(height, width): how much longer each pixel's ray is than its depth along the view's axis."""
    _, directions = camera.rays(height, width)
    return 1.0 / np.maximum(-directions[..., 2], 1e-6)


def fit_to_ground(inverse: np.ndarray, ground: np.ndarray, view: View) -> np.ndarray | None:
    """Depths along the axis in metres from `inverse` ones of unknown scale and offset (height, width), so that they agree
    with the `ground`'s wherever that is seen; None where they do not.

    1 / depth = a * inverse + b by random pairs of pixels below the horizon: objects that stand there do not agree.
    """
    rows, columns = np.nonzero((ground < 0.5 * FAR) & (np.arange(len(ground))[:, None] > view.horizon.row * len(ground)))
    if len(rows) < 50:
        return None
    random = np.random.default_rng(0)
    chosen = random.choice(len(rows), min(2000, len(rows)), replace=False)
    x, y = inverse[rows[chosen], columns[chosen]], 1.0 / ground[rows[chosen], columns[chosen]]
    pairs = random.integers(0, len(x), (500, 2))
    run = x[pairs[:, 1]] - x[pairs[:, 0]]
    good = np.abs(run) > 1e-9
    a = (y[pairs[good, 1]] - y[pairs[good, 0]]) / run[good]
    b = y[pairs[good, 0]] - a * x[pairs[good, 0]]
    if not (a > 0.0).any():
        return None
    a, b = a[a > 0.0], b[a > 0.0]
    agree = np.abs(a[:, None] * x + b[:, None] - y) < 0.1 * y
    best = agree[agree.sum(axis=1).argmax()]
    if best.mean() < ALIGNED or np.ptp(x[best]) < 1e-9:
        return None
    slope, offset = np.polyfit(x[best], y[best], 1)
    return np.asarray(1.0 / np.maximum(slope * inverse + offset, 1.0 / FAR)) if slope > 0.0 else None
