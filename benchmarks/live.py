"""Real time: a video against the clock, with the light detector where there is one, and how long the frames take that wait.

Run by `python3 dev.py bench live`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "support"))  # after our own folder, which has scenes too

from moving import film

from see2sound_addon.backends import Backends, with_network
from see2sound_addon.findings import Settings
from see2sound_addon.live.session import Session
from see2sound_addon.media.moving import open_moving
from see2sound_addon.paths import usual_folder
from see2sound_addon.weights.eyes import installed
from see2sound_addon.workers.process import give_way

SHARED = Path(__file__).resolve().parents[2] / "shared"
SIZE, RATE, SECONDS = (960, 540), 24, 20


def run() -> None:
    """Print the table of live runs."""
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
