"""Real time: a video against the clock, with the light detector where there is one, and how long the frames take that wait.

Run by `python3 dev.py bench live`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "support"))  # after our own folder, which has scenes too

from moving import film

from see2sound_addon.backends import Backends, with_network
from see2sound_addon.findings import Settings
from see2sound_addon.live.playing import Playback, Said
from see2sound_addon.live.session import Session
from see2sound_addon.media.moving import open_moving
from see2sound_addon.paths import usual_folder
from see2sound_addon.pipeline import CLIP_RATE
from see2sound_addon.spatial.head import default_head
from see2sound_addon.spatial.live import LiveMixer, TwoEars, TwoLoudspeakers
from see2sound_addon.weights.eyes import installed
from see2sound_addon.workers.process import give_way

SHARED = Path(__file__).resolve().parents[2] / "shared"
SIZE, RATE, SECONDS = (960, 540), 24, 20
RUNS, PREVIEWED = 5, 3
"""Of the preview, and seconds of each."""


def run() -> None:
    """Print the table of live runs, and what the preview takes."""
    preview()
    print("Live: 960 x 540, 24 frames a second, against the clock")
    eyes = [
        path for path in (SHARED / "weights" / "nanodet_m.onnx", *installed(usual_folder() / "eyes").values()) if path.is_file()
    ]
    backends = with_network(Backends(), eyes[0]) if eyes else Backends()
    print(f"  detector: {eyes[0].name if eyes else 'embedded'}")
    print(f"  {'':28} {'frames':>7} {'dropped':>8} {'blocks':>7} {'late':>5} {'median':>8} {'99 %':>8} {'sources':>8}")
    give_way(priority=5)
    with tempfile.TemporaryDirectory() as folder:
        for name, path in _videos(Path(folder)):
            report = Session(Settings(), backends, Path(folder)).run_file(open_moving(path), Path(folder) / "heard.wav")
            print(
                f"  {name:28} {report.frames:7d} {report.dropped:8d} {report.blocks:7d} {report.late:5d}"
                f" {1000 * report.delay(50):5.0f} ms {1000 * report.delay(99):5.0f} ms {len(report.sources):8d}"
            )
    print()


def preview() -> None:
    """Print what the live preview takes of one core."""
    print("Live preview: sources that all move, told of 100 times a second; share of one core")
    random = np.random.default_rng(0)
    for layout, hearing in (("binaural", TwoEars(default_head(CLIP_RATE))), ("stereo", TwoLoudspeakers())):
        for count, tails in ((1, 0), (24, 0), (24, 8)):
            playback = Playback(LiveMixer(hearing, CLIP_RATE))
            for number in range(count):
                playback.load(str(number), random.normal(0.0, 0.01, 10 * CLIP_RATE).astype(np.float32), True)
            shares = [_share(playback, count, tails) for _ in range(RUNS)]
            what = f"{layout}, {count} sources" + (f", {tails} reverberate" if tails else "")
            print(f"  {what:44} {np.median(shares):4.0%} ({min(shares):.0%} to {max(shares):.0%})")
    print()


def _said(seconds: float, number: int, tail: float) -> Said:
    """A source that goes around."""
    angle = seconds + number
    return Said(np.cos(angle), np.sin(angle), 0.2, 0.0, 0.3, 1.0, 0.0, tail, 1.0, 1.0, seconds)


def _share(playback: Playback, count: int, tails: int) -> float:
    """Of a core, over a few seconds of sound, orders included."""
    period = CLIP_RATE // 100
    begin = time.process_time()
    for step in range(100 * PREVIEWED):
        said = {str(number): _said(0.01 * step, number, 0.1 * (number < tails)) for number in range(count)}
        received = json.loads(json.dumps(said))
        playback.tell({name: Said(*one) for name, one in received.items()}, True)
        playback.frames(period)
    return (time.process_time() - begin) / PREVIEWED


def _videos(folder: Path) -> list[tuple[str, Path]]:
    found = [("painted, one object moves", _painted(folder))]
    if (SHARED / "pictures").is_dir():
        coaster = SHARED / "pictures" / "rollercoaster_video.mp4"
        found += [("roller coaster, camera pans", coaster), ("three pictures, camera sways", _swaying(folder))]
    return found


def _writer(path: Path) -> cv2.VideoWriter:
    return cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), RATE, SIZE)


def _painted(folder: Path) -> Path:
    path, out = folder / "painted.mp4", _writer(folder / "painted.mp4")
    for frame in film(5 * RATE, np.linspace(16, -16, 5 * RATE)):
        out.write(cv2.resize(frame.pixels, SIZE)[..., ::-1])
    out.release()
    return path


def _swaying(folder: Path) -> Path:
    """Cars, persons, a train and dogs, one picture after another: as many sources as are allowed."""
    names = ("times_square.png", "steam_train.png", "two_dogs.jpg")
    pictures = [cv2.imread(str(SHARED / "pictures" / name)) for name in names]
    path, out = folder / "swaying.mp4", _writer(folder / "swaying.mp4")
    count = SECONDS * RATE
    for number in range(count):
        picture = pictures[number * len(pictures) // count]
        scale = 1.15 * max(SIZE[0] / picture.shape[1], SIZE[1] / picture.shape[0])
        large = cv2.resize(picture, None, fx=scale, fy=scale)
        left = round((large.shape[1] - SIZE[0]) * (0.5 + 0.5 * np.sin(2 * np.pi * number / 160)))
        top = (large.shape[0] - SIZE[1]) // 2
        out.write(large[top : top + SIZE[1], left : left + SIZE[0]])
    out.release()
    return path


if __name__ == "__main__":
    run()
