"""Read ADM files back: objects of ITU-R BS.2076 with polar or Cartesian places, and beds of loudspeakers by name."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

import numpy as np

from ...errors import See2SoundError
from .cartesian import direction_of
from .elements import BED_CHANNELS, AudioObject, Bed, Programme

LARGEST_AXML = 2**27
"""Bytes of metadata that are read."""
MOST_BLOCKS = 2_000_000
"""Blocks of all objects together."""


@dataclass
class AdmFile:
    """`channels`: of the file, for each object; `bed_channels`: for each label of the bed. `begins`: the byte of the first
    sample; `frames`: how many there are."""

    programme: Programme
    channels: list[int]
    bed_channels: dict[str, int]
    count: int
    begins: int
    frames: int

    def signal(self, path: Path, channel: int) -> np.ndarray:
        """(n,) float32 of a channel."""
        size = self.programme.bits // 8
        raw = np.memmap(path, np.uint8, "r", self.begins, (self.frames, self.count, size))[:, channel]
        wide = np.zeros((self.frames, 4), np.uint8)
        wide[:, 4 - size :] = raw
        return (wide.view("<i4")[:, 0] / 2.0**31).astype(np.float32)


def read(path: Path) -> AdmFile:
    """Errors: `adm-unreadable`, `adm-none` for a file without metadata."""
    try:
        with path.open("rb") as file:
            chunks = dict(_chunks(file, path))
            form, lines = _held(file, chunks, b"fmt ", 64), _held(file, chunks, b"chna", 2**20)
            text = _held(file, chunks, b"axml", LARGEST_AXML)
        kind, count, rate, _, _, bits = struct.unpack("<HHIIHH", form[:16])
        if kind not in (1, 0xFFFE) or bits not in (16, 24, 32) or not count or b"data" not in chunks:
            raise _unreadable(path, "its samples are no integers")
        begins, size = chunks[b"data"]
        tracks = [struct.unpack("<H12s14s11sx", lines[at : at + 40]) for at in range(4, len(lines) - 39, 40)]
        packs = {pack.decode(): (number - 1, form.decode()) for number, _, form, pack in tracks}
        numbered = {form.decode(): number - 1 for number, _, form, _ in tracks}
        frames = size // (count * bits // 8)
        root = ElementTree.fromstring(text.strip(b"\0"))
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        programme, names = _programme(root, rate, bits, frames / rate, path)
        known = {label: numbered.get(f"AT_000100{end}_01") for label, end in BED_CHANNELS.items()}
        beds = {label: channel for label, channel in known.items() if channel is not None}
        channels = [packs[name][0] for name in names]
    except (OSError, ElementTree.ParseError, struct.error, KeyError, ValueError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error)) from error
    if beds:
        programme.bed = Bed("Bed")
    if max([*channels, *beds.values()], default=0) >= count:
        raise _unreadable(path, "it names channels that it does not have")
    return AdmFile(programme, channels, beds, count, begins, frames)


def is_adm(path: Path) -> bool:
    """Whether a file says what its channels are."""
    try:
        with path.open("rb") as file:
            return {b"chna", b"axml"} <= dict(_chunks(file, path)).keys()
    except (OSError, See2SoundError):
        return False


def _chunks(file: BinaryIO, path: Path) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Names of chunks, where their content begins, and its bytes."""
    head = file.read(12)
    if len(head) < 12 or head[:4] not in (b"RIFF", b"RF64", b"BW64") or head[8:] != b"WAVE":
        raise See2SoundError("adm-none", f"{path.name} is no WAV file.", "Choose an ADM file.")
    end, data_size = path.stat().st_size, None
    at = 12
    while at + 8 <= end:
        file.seek(at)
        name, size = struct.unpack("<4sI", file.read(8))
        if name == b"ds64":
            _, data_size = struct.unpack("<QQ", file.read(16))
        if name == b"data" and size == 0xFFFFFFFF and data_size is not None:
            size = data_size
        yield name, (at + 8, min(size, end - at - 8))
        at += 8 + size + size % 2


def _held(file: BinaryIO, chunks: dict[bytes, tuple[int, int]], name: bytes, most: int) -> bytes:
    if name not in chunks:
        raise See2SoundError("adm-none", "The file does not say what its channels are: it is no ADM.", "Choose an ADM file.")
    at, size = chunks[name]
    if size > most:
        raise ValueError(f"its {name.decode()} chunk has {size} bytes")
    file.seek(at)
    return file.read(size)


def _programme(root: ElementTree.Element, rate: int, bits: int, seconds: float, path: Path) -> tuple[Programme, list[str]]:
    """All objects, and the packs that they are."""
    found = root.find(".//audioProgramme")
    formats = {one.get("audioChannelFormatID", "")[3:]: one for one in root.iter("audioChannelFormat")}
    objects, names, blocks = [], [], 0
    for one in root.iter("audioObject"):
        pack = one.findtext("audioPackFormatIDRef", "")
        if not pack.startswith("AP_0003") or pack[3:] not in formats:
            continue
        begin = _seconds(one.get("start", "00:00:00.0"))
        end = begin + _seconds(one.get("duration", "")) if one.get("duration") else seconds
        elements = list(formats[pack[3:]].iter("audioBlockFormat"))
        blocks += len(elements)
        if blocks > MOST_BLOCKS:
            raise ValueError(f"it has more than {MOST_BLOCKS} blocks")
        if elements:
            objects.append(_object(one.get("audioObjectName", ""), begin, end, elements))
            names.append(pack)
    name = path.stem if found is None else found.get("audioProgrammeName", path.stem)
    return Programme(name, seconds, rate, bits, objects), names


def _object(name: str, begin: float, end: float, blocks: list[ElementTree.Element]) -> AudioObject:
    """Knots at the ends of blocks; a first place, and one that is jumped to, is also a knot at its block's beginning."""
    times, directions, gains, jumps, widths = [], [], [], [], []
    for number, block in enumerate(blocks):
        start = begin + _seconds(block.get("rtime", "00:00:00.0"))
        lasts = _seconds(block.get("duration", "")) if block.get("duration") else end - start
        jump = block.findtext("jumpPosition", "0").strip() == "1"
        ends = [start, start + lasts] if number == 0 or jump else [start + lasts]
        for knot, time in enumerate(ends):
            times.append(time)
            directions.append(_direction(block))
            gains.append(_gain(block))
            widths.append(float(block.findtext("width", "0")))
            jumps.append(jump and knot == 0 and number > 0)
    divergence = float(blocks[0].findtext("objectDivergence", "0"))
    columns = (np.array(times), np.array(directions), np.array(gains), np.array(jumps, bool), np.array(widths))
    kept = np.concatenate([np.diff(columns[0]) > 0.0, [True]])
    at, ways, levels, jumped, wide = (column[kept] for column in columns)
    return AudioObject(name, begin, end, at, ways, levels, jumped, wide, divergence)


def _gain(block: ElementTree.Element) -> float:
    """Linear; BS.2076-2 allows dB, too."""
    gain = block.find("gain")
    if gain is None:
        return 1.0
    value = float(gain.text or "1")
    return float(10.0 ** (value / 20.0)) if gain.get("gainUnit") == "dB" else value


def _direction(block: ElementTree.Element) -> np.ndarray:
    place = {one.get("coordinate"): float(one.text or 0.0) for one in block.findall("position")}
    if "X" in place:
        return direction_of(np.array([[place["X"], place["Y"], place.get("Z", 0.0)]]))[0]
    azimuth, elevation = np.radians(place["azimuth"]), np.radians(place["elevation"])
    return np.array([np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)])


def _seconds(text: str) -> float:
    hours, minutes, rest = text.partition("S")[0].split(":")
    return 3600.0 * int(hours) + 60.0 * int(minutes) + float(rest)


def _unreadable(path: Path, why: str) -> See2SoundError:
    return See2SoundError("adm-unreadable", f"{path.name} cannot be read as ADM: {why[:200]}.", "Export it again.")
