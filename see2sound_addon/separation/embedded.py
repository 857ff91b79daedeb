"""The separator that needs no weights: factors for what sounds, covariances for where, in blocks of bounded length.

A first walk through the soundtrack, over some of its frames, finds which of the wanted sources are there and how each is
panned; a second makes their stems. Stems of neighbouring blocks fade into each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..media.soundtrack import Soundtrack
from ..progress import Progress
from . import parts
from .factors import fit, learn
from .space import LEAST as TINY
from .space import axis_of, images, normalised, refined, surest_covariance
from .spectra import OVERLAP, analyse, frame_size, synthesise

if TYPE_CHECKING:
    from .separator import Separation, WantedStem

BLOCK, FADE = 20.0, 1.0
"""Seconds of a block, and of its fade into the next."""
EVERY = 3
"""Frames from one that the first walk looks at to the next."""
STEPS = 3
"""Towards the powers that explain all channels."""
WINDOW = 2.0
"""Seconds over which the share of a source is taken."""
LEAST = 0.1
"""Share of the mixture that a source must have somewhere, or it is taken to be absent."""
AUDIBLE = 1e-4
"""Power of a window, relative to the strongest, from which on it counts."""
FLOOR = 1e-3
"""Power that is left of a source where it is known not to sound."""
LOW = 3
"""The low-frequency channel of a soundtrack with six or eight; it stays in the bed."""


def separate(soundtrack: Soundtrack, wanted: list[WantedStem], progress: Progress) -> Separation:
    """See `separator.Separator`. Without any wanted, what lasts and what strikes."""
    from .separator import Separation

    size = frame_size(soundtrack.rate)
    wanted, notes = _one_of_each(wanted)
    dictionaries = _dictionaries(wanted, size)
    names = [stem.name for stem in wanted] if wanted else list(parts.NAMES)
    panned = _panned(soundtrack.channels)
    if not wanted:
        even = np.tile(np.eye(len(panned)) / len(panned), (3, 1, 1))
        blocks = _stems(soundtrack, panned, size, [], [], even, [0, 1], 2, progress)
        axes = np.full((len(names), soundtrack.channels), soundtrack.channels**-0.5)
        return Separation(names, [True, True], axes, blocks, notes)
    shares, covariances = _look(soundtrack, panned, size, wanted, dictionaries, progress)
    there = [number for number, share in enumerate(shares) if share >= LEAST]
    notes += [f"{names[number]} is not heard in the soundtrack; its stem is empty."
              for number in range(len(names)) if number not in there]  # fmt: skip
    chosen = [wanted[number] for number in there]
    shapes = np.stack([covariances[number] for number in [*there, len(wanted)]])
    blocks = _stems(
        soundtrack, panned, size, chosen, [dictionaries[number] for number in there], shapes, there, len(names), progress
    )
    axes = np.zeros((len(names), soundtrack.channels))
    axes[:, panned] = [axis_of(covariance) for covariance in covariances[:-1]]
    return Separation(names, [number in there for number in range(len(names))], axes, blocks, notes)


def _panned(channels: int) -> list[int]:
    """The channels that sources are panned between."""
    return [number for number in range(channels) if channels not in (6, 8) or number != LOW]


def _one_of_each(wanted: list[WantedStem]) -> tuple[list[WantedStem], list[str]]:
    """Stems of one kind that nothing tells apart are one stem; notes."""
    kept: list[WantedStem] = []
    notes = []
    for stem in wanted:
        alike = [one for one in kept if one.kind == stem.kind and _told_alike(one, stem)]
        if alike:
            notes.append(f"{stem.name} cannot be told from {alike[0].name}, and is in the stem of it.")
        else:
            kept.append(stem)
    return kept, notes


def _told_alike(one: WantedStem, other: WantedStem) -> bool:
    """Whether neither direction nor time differs."""
    axes = one.axis is None or other.axis is None or float(one.axis @ other.axis) > 0.99
    times = len(one.times) == len(other.times) == 0 or (
        np.array_equal(one.times, other.times) and np.array_equal(one.weights, other.weights)
    )
    return bool(axes and times)


def _dictionaries(wanted: list[WantedStem], size: int) -> list[np.ndarray]:
    known: dict[str, np.ndarray] = {}
    for stem in wanted:
        if stem.kind not in known:
            known[stem.kind] = learn(np.concatenate([np.abs(analyse(one[None], size)[0]) for one in stem.examples], axis=1))
    return [known[stem.kind] for stem in wanted]


def _blocks(soundtrack: Soundtrack) -> list[tuple[int, int]]:
    """Begin and end of blocks in samples, each over FADE of the next."""
    fade = round(FADE * soundtrack.rate)
    step = max(round(BLOCK * soundtrack.rate * min(1.0, 2.0 / soundtrack.channels)), 4 * fade)
    begins = range(0, max(soundtrack.samples - fade, 1), step)
    return [(begin, min(begin + step + fade, soundtrack.samples)) for begin in begins]


def _moments(begin: int, count: int, size: int, rate: int, every: int = 1) -> np.ndarray:
    """Seconds of the middles of frames."""
    hop = size // OVERLAP
    return (begin + (np.arange(0, count, every) + 1.0) * hop - size / 2) / rate


def _powers(spectra: np.ndarray, wanted: list[WantedStem], dictionaries: list[np.ndarray], moments: np.ndarray) -> np.ndarray:
    """(sources, bins, frames) of each wanted source, and last of the rest."""
    magnitudes = np.sqrt((np.abs(spectra) ** 2).sum(axis=0))
    found = np.stack(fit(magnitudes, dictionaries)) ** 2 + TINY
    shared = {stem.kind: sum(one.kind == stem.kind for one in wanted) for stem in wanted}
    for number, stem in enumerate(wanted):
        found[number] /= shared[stem.kind] ** 2  # each of several of one kind has found all of them
        if len(stem.times):
            found[number] *= np.maximum(np.interp(moments, stem.times, stem.weights) ** 2, FLOOR).astype(np.float32)
    return found


def _look(
    soundtrack: Soundtrack, panned: list[int], size: int, wanted: list[WantedStem], dictionaries: list[np.ndarray],
    progress: Progress,
) -> tuple[np.ndarray, list[np.ndarray]]:  # fmt: skip
    """The first walk: the largest share of each source in a window; its covariance, and last that of the rest."""
    count = len(wanted)
    sums = [np.zeros((len(panned), len(panned))) for _ in range(count + 1)]
    windows: list[tuple[float, np.ndarray]] = []
    axes = [None if stem.axis is None or _is_only(stem, wanted) else stem.axis[panned] for stem in wanted] + [None]
    for begin, end in _blocks(soundtrack):
        progress("Listening to the soundtrack", begin, soundtrack.samples)
        spectra = analyse(soundtrack.read(begin, end)[panned], size)[:, :, ::EVERY]
        if not np.any(spectra):
            continue
        moments = _moments(begin, spectra.shape[2] * EVERY, size, soundtrack.rate, EVERY)[: spectra.shape[2]]
        powers = _powers(spectra, wanted, dictionaries, moments)
        shapes = np.stack([
            normalised(surest_covariance(spectra, powers[number], np.delete(powers, number, 0).sum(axis=0)) if axis is None
                       else np.outer(axis, axis))
            for number, axis in enumerate(axes)
        ])  # fmt: skip
        for number in range(count + 1):
            sums[number] += shapes[number] * powers[number].sum()
        if len(panned) > 1:
            powers = refined(spectra, powers, shapes, STEPS)
        windows += _shares(spectra, powers / powers.sum(axis=0), moments)
    if not windows:
        return np.zeros(count), [normalised(one) for one in sums]
    loudest = max(energy for energy, _ in windows)
    shares = np.max([share for energy, share in windows if energy > AUDIBLE * loudest], axis=0)
    return shares[:count], [normalised(one) for one in sums]


def _is_only(stem: WantedStem, wanted: list[WantedStem]) -> bool:
    """Of its kind: then what it sounds like tells it better than where the picture has it."""
    return sum(one.kind == stem.kind for one in wanted) == 1


def _shares(spectra: np.ndarray, shares: np.ndarray, moments: np.ndarray) -> list[tuple[float, np.ndarray]]:
    """For each window the energy of the mixture, and the share of each source in it."""
    power = (np.abs(spectra) ** 2).sum(axis=0)
    energy = power.sum(axis=0)
    parts_of = (power * shares).sum(axis=1)
    number = ((moments - moments[0]) / WINDOW).astype(int)
    found = []
    for one in np.unique(number):
        whole = float(energy[number == one].sum())
        if whole > 0.0:
            found.append((whole, parts_of[:, number == one].sum(axis=1) / whole))
    return found


def _stems(
    soundtrack: Soundtrack, panned: list[int], size: int, wanted: list[WantedStem], dictionaries: list[np.ndarray],
    shapes: np.ndarray, places: list[int], count: int, progress: Progress,
) -> Iterator[np.ndarray]:  # fmt: skip
    """The second walk: (count, channels, n) block by block; what is found goes to `places`."""
    fade = round(FADE * soundtrack.rate)
    tail = np.zeros((len(places), soundtrack.channels, 0), np.float32)
    for begin, end in _blocks(soundtrack):
        progress("Splitting the soundtrack", begin, soundtrack.samples)
        found = np.zeros((len(places), soundtrack.channels, end - begin), np.float32)
        signal = soundtrack.read(begin, end)[panned]
        if places and np.any(signal):
            found[:, panned] = _stems_of(signal, begin, size, soundtrack.rate, wanted, dictionaries, shapes, len(places))
        if tail.shape[2]:
            rise = ((np.arange(tail.shape[2]) + 0.5) / tail.shape[2]).astype(np.float32)
            found[..., : tail.shape[2]] = found[..., : tail.shape[2]] * rise + tail * (1.0 - rise)
        keep = found.shape[2] - (fade if end < soundtrack.samples else 0)
        tail = found[..., keep:]
        out = np.zeros((count, soundtrack.channels, keep), np.float32)
        out[places] = found[..., :keep]
        yield out


def _stems_of(
    signal: np.ndarray, begin: int, size: int, rate: int, wanted: list[WantedStem], dictionaries: list[np.ndarray],
    shapes: np.ndarray, count: int,
) -> np.ndarray:  # fmt: skip
    """(count, channels, n) of a block."""
    spectra = analyse(signal, size)
    moments = _moments(begin, spectra.shape[2], size, rate)
    if wanted:
        powers = _powers(spectra, wanted, dictionaries, moments)
    else:
        powers = parts.harmonic_percussive(np.sqrt((np.abs(spectra) ** 2).sum(axis=0)), rate, size) + TINY
    if wanted and len(signal) > 1:
        powers = refined(spectra, powers, shapes, STEPS)
    for number, stem in enumerate(wanted):
        for change in stem.changes:
            powers[number][:, (moments >= change.begin) & (moments <= change.end)] *= 10.0 ** (change.decibels / 10.0)
    return synthesise(images(spectra, powers, shapes, count), size, signal.shape[1])
