"""Detectors that are files: their cards, where they lie, and which one is used.

An eye is "embedded" (no file), a card's name, the name of a file that was added, or a path of an ONNX file.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from ..errors import See2SoundError
from ..media.files import check_writable, not_writable, whole_file
from ..paths import is_file
from ..progress import Progress, no_progress
from .consent import check_online
from .fetch import fetch

EMBEDDED = "embedded"
ZOO = "https://media.githubusercontent.com/media/opencv/opencv_zoo/main/models"
MIRROR = "https://huggingface.co/opencv"
LARGEST = 512 * 2**20
"""Bytes of a detector that is read."""


@dataclass(frozen=True)
class EyeCard:
    """`file`: its name. `addresses`: where it can be downloaded, in the order in which they are tried. `size`: bytes.

    `precision`: average precision on COCO, as its repository states it.
    """

    name: str
    file: str
    addresses: tuple[str, ...]
    size: int
    sha256: str
    licence: str
    precision: float

    @property
    def megabytes(self) -> float:
        """Its size in MB."""
        return self.size / 1e6


def _card(name: str, folder: str, file: str, size: int, sha256: str, precision: float) -> EyeCard:
    addresses = (f"{ZOO}/{folder}/{file}", f"{MIRROR}/{folder}/resolve/main/{file}")
    return EyeCard(name, file, addresses, size, sha256, "Apache-2.0", precision)


EYES: dict[str, EyeCard] = {
    card.name: card
    for card in (
        _card(
            "light", "object_detection_nanodet", "object_detection_nanodet_2022nov.onnx", 3_800_954,
            "4b82da9944b88577175ee23a459dce2e26e6e4be573def65b1055dc2d9720186", 0.304,
        ),
        _card(
            "sharp", "object_detection_yolox", "object_detection_yolox_2022nov.onnx", 35_858_002,
            "c5c2d13e59ae883e6af3b45daea64af4833a4951c92d116ec270d9ddbe998063", 0.405,
        ),
    )
}  # fmt: skip
"""Detectors of OpenCV's model zoo (opencv/opencv_zoo)."""
BEST_FIRST = ("sharp", "light")


def installed(folder: Path) -> dict[str, Path]:
    """The detectors in a folder, by name: those of the cards, the best one first, then others."""
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    here = {path.name: path for path in paths if path.suffix.lower() == ".onnx" and is_file(path)}
    cards = {name: here.pop(EYES[name].file) for name in BEST_FIRST if EYES[name].file in here}
    return {**cards, **{path.stem: path for path in here.values() if path.stem not in (*EYES, EMBEDDED)}}


def find_eye(folder: Path, eye: str) -> Path | None:
    """The file of an eye, or None for the embedded one. "" is the best one that is installed.

    Errors: `eye-missing`, `eye-unknown`.
    """
    there = installed(folder)
    if eye == "":
        return next(iter(there.values()), None)
    if eye == EMBEDDED:
        return None
    if eye in there:
        return there[eye]
    if eye in EYES:
        raise See2SoundError(
            "eye-missing",
            f"The detector {eye!r} is not installed.",
            f"Run `see2sound eye get {eye}`, or click Get in the panel.",
        )
    path = Path(eye)
    if path.suffix.lower() != ".onnx":
        names = ", ".join([EMBEDDED, *EYES, *(name for name in there if name not in EYES)])
        raise See2SoundError("eye-unknown", f"There is no detector {eye!r}.", f"Use {names}, or the path of an .onnx file.")
    if not is_file(path):
        raise See2SoundError("eye-missing", f"There is no detector at {str(path)[:300]}.", "Check the path.")
    return path.absolute()  # workers have another current folder


def get_eye(folder: Path, name: str, progress: Progress = no_progress, online: bool = False) -> Path:
    """Download a detector; one that is there already is checked. Errors: `eye-unknown`, `offline`, those of `fetch`."""
    if name not in EYES:
        raise See2SoundError("eye-unknown", f"There is no detector {name!r} to download.", f"Use {' or '.join(EYES)}.")
    card = EYES[name]
    check_online(online, f"{card.file} is downloaded from github.com or huggingface.co.")
    check_writable(folder)
    path = folder / card.file
    fetch(card.addresses, path, card.size, card.sha256, progress)
    return path


def add_eye(folder: Path, file: Path) -> Path:
    """Copy a detector from disk into the folder. Errors: `eye-missing`, `eye-wrong`, `folder-not-writable`."""
    if not is_file(file):
        raise See2SoundError("eye-missing", f"There is no file at {str(file)[:300]}.", "Check the path.")
    if file.suffix.lower() != ".onnx" or file.stat().st_size > LARGEST:
        why = "it is not an .onnx file" if file.suffix.lower() != ".onnx" else f"it is larger than {LARGEST >> 20} MiB"
        raise See2SoundError(
            "eye-wrong", f"{file.name} cannot be used as a detector: {why}.", "Use a NanoDet or YOLOX as ONNX."
        )
    if file.stem.lower() in (*EYES, EMBEDDED):
        message = f"{file.name} has the name of another detector."
        raise See2SoundError("eye-wrong", message, "Rename the file first.")
    check_writable(folder)
    target = folder / file.name
    if target.resolve() != file.resolve():
        with whole_file(target) as partial:
            shutil.copyfile(file, partial)
    return target


def remove_eye(folder: Path, name: str) -> None:
    """Delete a detector from the folder. Errors: `eye-missing`, `folder-not-writable`."""
    there = installed(folder)
    if name not in there:
        raise See2SoundError("eye-missing", f"The detector {name!r} is not installed.", "`see2sound eye list` shows what is.")
    try:
        there[name].unlink()
    except OSError as error:
        raise not_writable(there[name], error) from error
