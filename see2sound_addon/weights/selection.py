"""Which files of a repository make up a model: each of its weights once, as safetensors, and nothing beside.

A repository often has the same weights several times: as pickles, in halves, in one piece beside the folders of a pipeline's
parts. What is taken is decided by the list of its files, before the first of them is downloaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ..errors import See2SoundError

SETTINGS = (".json", ".txt", ".model")
"""Suffixes of settings and vocabularies."""
WEIGHTS = ("model", "diffusion_pytorch_model")
"""What transformers and diffusers call weights."""
PIECE = re.compile(rf"(?:{'|'.join(WEIGHTS)})-(\d{{5}})-of-(\d{{5}})\.safetensors")
WITHOUT_WEIGHTS = ("Scheduler", "Tokenizer", "TokenizerFast", "FeatureExtractor", "Processor")
"""Ends of the names of classes that are settings only."""
PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".h5", ".msgpack")
PIPELINE = "model_index.json"
FOR_PEOPLE = ("README", "LICENSE", "LICENCE", "NOTICE")


@dataclass(frozen=True)
class Offered:
    """A file of a repository. `size`: bytes. `sha256`: hexadecimal, as the hub states it for large files, else "". `blob`: the
    hash by which git knows a small one, else ""."""

    name: str
    size: int
    sha256: str = ""
    blob: str = ""


def choose_files(repository: str, offered: list[Offered], index: dict[str, Any] | None) -> list[Offered]:
    """The files to download. `index`: the repository's model_index.json, None for a model that is no pipeline.

    Error: `weights-missing` where a part has no safetensors.
    """
    if index is None:
        return _part(repository, offered, "", True)
    top = [file for file in offered if _folder(file) == "" and (file.name == PIPELINE or _is_for_people(file.name))]
    chosen = list(top)
    for name, needs in _parts(index).items():
        chosen += _part(repository, offered, name, needs)
    return chosen


def _parts(index: dict[str, Any]) -> dict[str, bool]:
    """The folders that a pipeline names, and whether each must have weights."""
    parts = {}
    for name, value in index.items():
        if name.startswith("_") or not isinstance(value, list) or len(value) != 2 or not isinstance(value[1], str):
            continue
        parts[name] = not value[1].endswith(WITHOUT_WEIGHTS)
    return parts


def _part(repository: str, offered: list[Offered], folder: str, needs_weights: bool) -> list[Offered]:
    here = [file for file in offered if _folder(file) == folder]
    settings = [file for file in here if _is_settings(file.name) or _is_for_people(file.name)]
    if not needs_weights:
        return settings
    weights = _weights(here)
    if not weights:
        raise _missing(repository, here, folder)
    return settings + weights


def _weights(here: list[Offered]) -> list[Offered]:
    """Weights in one piece, or all their pieces with the index of them; nothing where they are not whole."""
    names = {PurePosixPath(file.name).name: file for file in here}
    for stem in WEIGHTS:
        if whole := names.get(f"{stem}.safetensors"):
            return [whole]
    for stem in WEIGHTS:
        pieces = {name: found for name in names if name.startswith(f"{stem}-") and (found := PIECE.fullmatch(name))}
        index = names.get(f"{stem}.safetensors.index.json")
        if (
            pieces
            and index
            and {int(found[1]) for found in pieces.values()} == set(range(1, int(next(iter(pieces.values()))[2]) + 1))
        ):
            return [index, *(names[name] for name in sorted(pieces))]
    return []


def _missing(repository: str, here: list[Offered], folder: str) -> See2SoundError:
    place = f"{folder} of {repository}" if folder else repository
    pickles = [PurePosixPath(file.name).name for file in here if PurePosixPath(file.name).suffix in PICKLES]
    why = f", only {pickles[0]}, a pickle, which can run code" if pickles else ""
    return See2SoundError("weights-missing", f"{place} has no whole weights as safetensors{why}.", "Choose another model.")


def _folder(file: Offered) -> str:
    folder = PurePosixPath(file.name).parent.as_posix()
    return "" if folder == "." else folder


def _is_settings(name: str) -> bool:
    return name.endswith(SETTINGS) and not name.endswith(".index.json")


def _is_for_people(name: str) -> bool:
    """Licences and descriptions, at the top."""
    path = PurePosixPath(name.upper())
    return path.parent.name == "" and path.stem in FOR_PEOPLE and path.suffix in ("", ".MD", ".TXT")
