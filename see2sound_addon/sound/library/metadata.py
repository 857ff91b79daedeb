"""What a recording says of itself: its name, its tags, its length and its level."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

import numpy as np
import soundfile

from ...errors import See2SoundError
from ...lexicon.lookup import explain, words_in
from ..circle import active_rms

LONGEST_MEASURED = 30.0
"""Seconds that are read to measure the level."""
LARGEST_CHUNK = 1 << 20
"""Bytes of a chunk of metadata."""
LONGEST_TEXT = 2000
"""Characters that are kept of one text."""
MOST_CHUNKS = 200
UNTOLD = frozenset(
    ("default", "sound", "sfx", "fx", "audio", "mono", "stereo", "wav", "tak", "edit", "final", "mix", "export", "track", "fil")
)
"""Words of file names that tell nothing, without their endings."""
LICENCE_FILES = ("license", "licence", "copying", "license.txt", "licence.txt", "copying.txt", "license.md", "licence.md")


@dataclass(frozen=True)
class Recording:
    """Facts of a recording. `level`: dB RMS re full scale while it sounds. `words`: in the singular, without verbs' endings."""

    seconds: float
    channels: int
    rate: int
    level: float
    words: frozenset[str]
    name: str
    licence: str


def describe(path: Path) -> Recording:
    """Read the facts of a recording. Error: `clip-unreadable`, `clip-empty`."""
    try:
        with soundfile.SoundFile(path) as file:
            if file.frames == 0:
                raise See2SoundError("clip-empty", f"{path.name} has no samples.", "Remove it, or export it again.")
            tags = file.copy_metadata()
            count = min(file.frames, int(LONGEST_MEASURED * file.samplerate))
            samples = file.read(count, dtype="float32", always_2d=True).mean(axis=1)
            seconds, channels, rate = file.frames / file.samplerate, file.channels, file.samplerate
    except soundfile.LibsndfileError as error:
        raise See2SoundError("clip-unreadable", f"{path.name} cannot be read: {_short(error)}.", "Export it as WAV.") from error
    rms = active_rms(np.nan_to_num(samples), rate)
    texts = [tags.get(key, "") for key in ("title", "comment", "genre", "album")] + _chunks(path)
    licence = tags.get("license", "") or tags.get("copyright", "") or _licence_beside(path.parent)
    names = [_from_file_name(path.stem), *(text[:LONGEST_TEXT] for text in texts)]
    words = frozenset(word for name in names for word in words_in(name) if len(word) > 1 and word not in UNTOLD)
    level = 20.0 * float(np.log10(max(rms, 1e-6)))
    return Recording(seconds, channels, rate, level, words, explain(_from_file_name(path.stem)).name, licence[:LONGEST_TEXT])


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[-120:].rstrip(".")


def _from_file_name(stem: str) -> str:
    """A file's name in words; a category of the Universal Category System in front is spelled out."""
    stem = re.sub(r"[._-]\d+$", "", stem)
    found = re.match(r"([A-Z]{2,4})([A-Z][a-z]+)?(?=[_ -])", stem)
    if found and found.group(1) in _categories():
        return f"{_categories()[found.group(1)]} {found.group(2) or ''} {stem[found.end() :]}"
    return stem


@lru_cache(1)
def _categories() -> dict[str, str]:
    text = Path(__file__).with_name("ucs.tsv").read_text(encoding="utf-8")
    return dict(line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))


@lru_cache(512)
def _licence_beside(folder: Path) -> str:
    """The first line of a licence that lies beside a recording."""
    try:
        for path in sorted(folder.iterdir()):
            if path.name.lower() in LICENCE_FILES and path.is_file():
                with open(path, encoding="utf-8", errors="replace") as file:
                    lines = (line.strip() for line in file.read(LONGEST_TEXT).splitlines())
                return next((line for line in lines if line), "")
    except OSError:
        return ""
    return ""


def _chunks(path: Path) -> list[str]:
    """The texts of a WAV's bext and iXML chunks (EBU Tech 3285; Gallery's iXML), of a broken file what can be read."""
    if path.suffix.lower() not in (".wav", ".wave", ".bwf"):
        return []
    texts: list[str] = []
    try:
        with open(path, "rb") as file:
            if file.read(4) not in (b"RIFF", b"RF64") or len(file.read(8)) < 8:
                return []
            for _ in range(MOST_CHUNKS):
                texts += _chunk(file)
    except (EOFError, OSError, struct.error):
        pass  # the end of the file
    return texts


def _chunk(file: BinaryIO) -> list[str]:
    """The texts of the next chunk. EOFError at the end."""
    head = file.read(8)
    if len(head) < 8:
        raise EOFError
    kind, size = struct.unpack("<4sI", head)
    if kind == b"data" and size == 0xFFFFFFFF:
        raise EOFError  # RF64: its length is elsewhere, and what follows is seldom text
    if kind not in (b"bext", b"iXML") or size > LARGEST_CHUNK:
        file.seek(size + size % 2, 1)
        return []
    body = file.read(size)
    file.seek(size % 2, 1)
    return [_text(body[:256])] if kind == b"bext" else _texts_of_ixml(body)


def _text(data: bytes) -> str:
    return data.split(b"\0")[0].decode("utf-8", "replace").strip()


def _texts_of_ixml(data: bytes) -> list[str]:
    """Description, scene and category; a document that declares entities is not read."""
    if b"<!" in data:
        return []
    try:
        root = ElementTree.fromstring(data.rstrip(b"\0 \r\n"))
    except ElementTree.ParseError:
        return []
    wanted = {"NOTE", "SCENE", "CATEGORY", "SUBCATEGORY", "FXNAME", "DESCRIPTION", "KEYWORDS", "BEXT_BWF_DESCRIPTION"}
    return [(node.text or "")[:LONGEST_TEXT] for node in root.iter() if node.tag in wanted]
