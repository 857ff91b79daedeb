"""Read moving pictures frame by frame: videos, animated GIF, APNG and WebP, and numbered pictures.

Only one frame is in memory at a time. Times are those of the file, so a variable frame rate is kept.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from ..errors import See2SoundError
from ..paths import is_file
from .pictures import (
    PILLOW_FAULTS,
    PILLOW_FORMATS,
    VIDEOS,
    on_grey,
    one_line,
    open_error,
    open_video,
    read_picture,
    scaled,
    unreadable,
    working_size,
)
from .spherical import is_spherical

ANIMATIONS = (".gif", ".png", ".apng", ".webp")
"""Files that may have several frames."""
USUAL_RATE = 24.0
"""Frames a second of numbered pictures, and of files that do not tell."""
SLOWEST, FASTEST = 0.01, 10000.0
"""Frames a second that are believed."""
SHORTEST_HOLD, USUAL_HOLD = 0.011, 0.1
"""Seconds: GIFs with shorter holds are shown at this pace by all browsers."""
AHEAD = 2.0
"""Seconds before a range at which reading begins, for a jump lands on a key frame."""
BAD_FRAMES = 30
"""Frames in a row that may be damaged before a video counts as ended."""
MISSING_END = 0.6
"""Seconds that the end of a video may miss of what its header promises."""
PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr", ".hdr", ".bmp", ".webp", ".tga")
"""Files of numbered sequences."""
ROUNDED = 0.25
"""Frames: times in files are rounded."""
MOST_GAPS = 3
"""Gaps of a sequence that are named."""


@dataclass(frozen=True)
class Frame:
    """`time`: seconds from the beginning of the file. `pixels`: (height, width, 3) uint8 RGB as displayed."""

    time: float
    pixels: np.ndarray


@dataclass
class MovingPicture:
    """A moving picture that can be read.

    `size`: (width, height) as displayed. `rate`: mean frames a second. `seconds`: how long it plays, as far as the file tells.
    `frames`: how many it has, as far as the file tells. `notes`: for the user; `read` adds to them.
    `spherical`: whether its metadata say that it shows all directions.
    """

    path: Path
    size: tuple[int, int]
    rate: float
    seconds: float
    frames: int
    spherical: bool = False
    notes: list[str] = field(default_factory=list)
    files: list[tuple[int, Path]] = field(default_factory=list)

    def read(self, first: int = 1, last: int | None = None) -> Iterator[Frame]:
        """The frames from number `first` to `last`, counted from 1 at the mean rate, to the end without `last`.

        What cannot be decoded is left out, and said in `notes`. Errors: `frames-none` if there is no frame in the range,
        `picture-*`.
        """
        start = (first - 1 - ROUNDED) / self.rate
        stop = float("inf") if last is None else (last - ROUNDED) / self.rate
        frames = _numbered(self) if self.files else _video(self, start) if _is_video(self.path) else _animation(self)
        count = 0
        for frame in frames:
            if frame.time >= stop:
                break
            if frame.time >= start:
                count += 1
                yield self._same_size(frame)
        if not count:
            where = "" if first == 1 and last is None else f" between {first} and {last or 'its end'}"
            raise See2SoundError(
                "frames-none", f"{self.path.name} has no frame{where} that can be decoded.",
                "Choose another range." if where else "Export it again.",
            )  # fmt: skip

    def _same_size(self, frame: Frame) -> Frame:
        """A frame of another size is scaled to that of the file, for directions are fractions of a picture."""
        size = working_size(self.path, self.size)
        if frame.pixels.shape[1::-1] == size:
            return frame
        self._say("The size of the picture changes on the way; its frames were scaled to one size.")
        return Frame(frame.time, cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA))

    def _say(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)


def is_moving(path: str | os.PathLike[str]) -> bool:
    """Whether a path names a moving picture: a video, an animation of several frames, a folder or a pattern with #."""
    path = Path(path)
    if _is_video(path) or path.is_dir() or _is_pattern(path):
        return True
    if path.suffix.lower() not in ANIMATIONS or not is_file(path):
        return False
    try:
        with _pillow(path) as image:
            return getattr(image, "n_frames", 1) > 1
    except See2SoundError:
        return False  # the reader of stills says what is wrong with it


def open_moving(path: str | os.PathLike[str], rate: float = USUAL_RATE) -> MovingPicture:
    """Read what a moving picture is.

    `path`: a file, a pattern such as frame_####.exr, or a folder of numbered pictures. `rate`: frames a second of numbered
    pictures. Errors: `picture-missing`, `picture-unreadable`, `picture-too-small`, `picture-too-long`, `frames-none`.
    """
    path = Path(path)
    if path.is_dir() or _is_pattern(path):
        return _open_numbered(path, rate)
    if not is_file(path):
        raise See2SoundError("picture-missing", f"There is no picture at {str(path)[:300]}.", "Check the path.")
    return _open_video(path) if _is_video(path) else _open_animation(path)


def _is_pattern(path: Path) -> bool:
    return "#" in path.name and not is_file(path)


def _is_video(path: Path) -> bool:
    return path.suffix.lower() in VIDEOS


# Videos ---------------------------------------------------------------------------------------------------------------------


def _open_video(path: Path) -> MovingPicture:
    with open_video(path) as video:
        there, frame = _next(video)
        if not there:
            raise unreadable(path, "it has no frame that could be decoded")
        size = (int(frame.shape[1]), int(frame.shape[0]))
        told, count = video.get(cv2.CAP_PROP_FPS), video.get(cv2.CAP_PROP_FRAME_COUNT)
    working_size(path, size)
    seconds = count / told if told > 0.0 and count > 0.0 else 0.0
    rate = told if SLOWEST <= told <= FASTEST else USUAL_RATE
    if rate > 480.0:  # a clock of milliseconds rather than a rate, as Matroska files with a variable one tell
        rate = _measured_rate(path)
    return MovingPicture(path, size, rate, seconds, max(1, round(seconds * rate)), is_spherical(path))


def _measured_rate(path: Path, frames: int = 240) -> float:
    """The mean rate of the first frames."""
    with open_video(path) as video:
        times: list[float] = []
        while len(times) < frames and video.grab():
            times.append(video.get(cv2.CAP_PROP_POS_MSEC) / 1000.0)
    span = times[-1] - times[0] if times else 0.0
    return (len(times) - 1) / span if span > 0.0 else USUAL_RATE


def _next(video: cv2.VideoCapture) -> tuple[bool, np.ndarray]:
    """The next frame that can be decoded."""
    for _ in range(BAD_FRAMES):
        if not video.grab():
            continue
        there, frame = video.retrieve()
        if there and frame is not None:
            return True, frame
    return False, np.zeros((0, 0, 3), np.uint8)


def _video(moving: MovingPicture, start: float) -> Iterator[Frame]:
    with open_video(moving.path) as video:
        if not _jump(video, start):
            with open_video(moving.path) as whole:
                yield from _decoded(moving, whole, start)
            return
        yield from _decoded(moving, video, start)


def _jump(video: cv2.VideoCapture, start: float) -> bool:
    """Go to a little before a time; whether that is where the video is now."""
    if start <= AHEAD:
        return True
    video.set(cv2.CAP_PROP_POS_MSEC, 1000.0 * (start - AHEAD))
    return bool(video.grab()) and video.get(cv2.CAP_PROP_POS_MSEC) / 1000.0 <= start


def _decoded(moving: MovingPicture, video: cv2.VideoCapture, start: float) -> Iterator[Frame]:
    last, bad, damaged = -1.0, 0, 0
    while bad < BAD_FRAMES:
        if not video.grab():
            bad += 1
            continue
        time = video.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
        if time <= last:  # some files tell the same time twice, or none
            time = last + 1.0 / moving.rate
        last = time
        damaged, bad = damaged + bad, 0
        if time < start:
            continue
        there, frame = video.retrieve()
        if there:
            yield Frame(time, np.ascontiguousarray(scaled(frame, _fitting(moving, frame))[..., ::-1]))
    if damaged:
        moving._say(f"{damaged} frames are damaged; they were left out.")
    missing = moving.seconds - (last + 1.0 / moving.rate)
    if moving.seconds and missing > max(MISSING_END, 2.0 / moving.rate):
        moving._say(f"The video can be read up to {last:.1f} s of {moving.seconds:.1f} s; the rest is damaged or missing.")
        moving.seconds = last + 1.0 / moving.rate


def _fitting(moving: MovingPicture, frame: np.ndarray) -> tuple[int, int]:
    return working_size(moving.path, (int(frame.shape[1]), int(frame.shape[0])))


# Animations -----------------------------------------------------------------------------------------------------------------


@contextmanager
def _pillow(path: Path) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(path, formats=PILLOW_FORMATS) as image:
                yield image
        except See2SoundError:
            raise
        except PILLOW_FAULTS as error:
            raise open_error(path, error) from error


def _open_animation(path: Path) -> MovingPicture:
    holds = []
    with _pillow(path) as image:
        size, count = image.size, getattr(image, "n_frames", 1)
        working_size(path, size)
        for number in range(count):
            image.seek(number)
            image.load()  # a WebP knows how long it is shown only then
            holds.append(_hold(image))
    seconds = sum(holds)
    return MovingPicture(path, size, count / seconds, seconds, count)


def _hold(image: Image.Image) -> float:
    """Seconds that a frame is shown."""
    seconds = float(image.info.get("duration") or 0.0) / 1000.0
    return seconds if seconds >= SHORTEST_HOLD else USUAL_HOLD


def _animation(moving: MovingPicture) -> Iterator[Frame]:
    time, target = 0.0, working_size(moving.path, moving.size)
    with Image.open(moving.path, formats=PILLOW_FORMATS) as image:
        for number in range(moving.frames):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    image.seek(number)
                    pixels = on_grey(image)
            except PILLOW_FAULTS as error:
                moving._say(f"Frame {number + 1} and those after it are damaged: {one_line(error)}.")
                return
            yield Frame(time, np.ascontiguousarray(scaled(pixels, target)))
            time += _hold(image)


# Numbered pictures ----------------------------------------------------------------------------------------------------------


def _open_numbered(path: Path, rate: float) -> MovingPicture:
    files = _files_of(path)
    if not files:
        what = f"{str(path)[:300]} names no pictures."
        raise See2SoundError("frames-none", what, "Give a pattern such as frame_####.png, or a folder of numbered pictures.")
    first = read_picture(files[0][1])
    span = files[-1][0] - files[0][0] + 1
    moving = MovingPicture(path, (first.width, first.height), rate, span / rate, span, files=files)
    gaps = [(a + 1, b - 1) for (a, _), (b, _) in zip(files, files[1:], strict=False) if b > a + 1]
    if gaps:
        named = ", ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in gaps[:MOST_GAPS])
        moving._say(f"Pictures are missing in the sequence: {named}{', ...' if len(gaps) > MOST_GAPS else ''}.")
    return moving


def _files_of(path: Path) -> list[tuple[int, Path]]:
    """The numbered pictures of a folder or a pattern, in order. In a folder, the longest sequence."""
    folder, pattern = (path, None) if path.is_dir() else (path.parent, _expression(path.name))
    sequences: dict[tuple[str, str], list[tuple[int, Path]]] = {}
    if not folder.is_dir():
        return []
    for file in folder.iterdir():
        found = (pattern or _NUMBERED).fullmatch(file.name)
        if found and (pattern is not None or file.suffix.lower() in PICTURES) and is_file(file):
            sequences.setdefault((found.group(1), found.group(3)), []).append((int(found.group(2)), file))
    longest = max(sequences.values(), key=len, default=[])
    return sorted({number: (number, file) for number, file in sorted(longest)}.values())


_NUMBERED = re.compile(r"(.*?)(\d+)(\.[^.]+)")


def _expression(name: str) -> re.Pattern[str]:
    """What the names of a pattern look like: #### is a number of at least four digits."""
    before, hashes, after = re.fullmatch(r"(.*?)(#+)([^#]*)", name).groups()  # type: ignore[union-attr]
    return re.compile(rf"({re.escape(before)})(\d{{{len(hashes)},}})({re.escape(after)})")


def _numbered(moving: MovingPicture) -> Iterator[Frame]:
    first = moving.files[0][0]
    for number, file in moving.files:
        try:
            pixels = read_picture(file).pixels
        except See2SoundError as error:
            if number == first:
                raise
            moving._say(f"{error.message} It was left out.")
            continue
        yield Frame((number - first) / moving.rate, pixels)
