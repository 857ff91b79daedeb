"""How well soundtracks of known parts are split, with confidence intervals. Judges nothing.

Run by `python3 dev.py bench separation`. SI-SDR (Le Roux, Wisdom, Erdogan and Hershey, "SDR: Half-Baked or Well Done?", 2019)
of each stem, as improvement over the mixture: the mean and its 95 % confidence interval. Mixtures are of equal level, 5 s
long. Recordings come from ../shared/recordings: what is learned are other takes than what is mixed; long ones are halved.
Baselines: harmonic and percussive parts, and 16 atoms that learn themselves, grouped by their spectra (k-means), both in the
best of all orders. The limit is the ideal ratio mask.
"""

from __future__ import annotations

import itertools
import re
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import soundfile
from scipy.cluster.vq import kmeans2

from see2sound_addon.media.audio import read_clip
from see2sound_addon.media.soundtrack import open_soundtrack
from see2sound_addon.progress import no_progress
from see2sound_addon.separation import factors, parts
from see2sound_addon.separation.embedded import separate
from see2sound_addon.separation.separator import WantedStem
from see2sound_addon.separation.spectra import analyse, frame_size, synthesise
from see2sound_addon.sound.generator import synthesise as voice
from see2sound_addon.soundtracks.examples import examples_of
from see2sound_addon.spatial.layouts import find_layout
from see2sound_addon.spatial.panning import pan

RATE, SECONDS, LONG = 48000, 5.0, 1.2
RECORDINGS = Path(__file__).resolve().parents[2] / "shared" / "recordings"
VOICES = ("dog", "rain", "church bell", "car", "fountain", "crow", "hammering", "siren", "footsteps on gravel", "wind in trees",
          "telephone", "frog", "chainsaw", "applause", "clock", "ship horn")  # fmt: skip
NAMED = ("circular_saw", "cow", "jackhammer", "ship_horn", "smithy", "stream", "thunder_rolling", "wind", "fire_crackling",
         "tropical_bird", "steam_train_horn")  # fmt: skip
"""Recordings named by a class that has a procedural voice."""
Takes = tuple[list[np.ndarray], list[np.ndarray]]
"""What is learned from, and what is mixed."""


def main() -> None:
    """Print the tables."""
    print("SI-SDR improvement, dB, mean ± 95 %\n")
    if RECORDINGS.is_dir():
        known = recorded()
        table("two recordings", known, 2, 60)
        table("one of two recordings", known, 2, 40, 1)
        table("three recordings", known, 3, 40)
        table("two recordings, learned from procedural voices", named(), 2, 40)
    table("two procedural voices", voiced(), 2, 40)
    if RECORDINGS.is_dir():
        strangers("recordings", known, 40)
    strangers("procedural voices", voiced(), 40)
    speed()


def speed() -> None:
    """Times real time for a minute, with all that is learned before."""
    random, signals = np.random.default_rng(0), {name: voice(name, 60.0, 99, RATE).samples for name in VOICES[:3]}
    for count in (2, 3):
        for channels in (1, 2):
            names = VOICES[:count]
            mixture = sum(panned([0.1 * signals[name] for name in names], channels)) + 1e-4 * random.normal(size=(1, 60 * RATE))
            *_, seconds = split(mixture, {name: examples_of(name, RATE) for name in names})
            print(f"{count} sources, {'mono' if channels == 1 else 'stereo'}, a minute: {60.0 / seconds:.0f} times real time")


def recorded() -> dict[str, Takes]:
    """Classes of recordings."""
    groups: dict[str, list[np.ndarray]] = defaultdict(list)
    for path in sorted(RECORDINGS.glob("*.ogg")):
        if found := re.match(r"(.*)\.\d\.ogg", path.name):
            groups[found.group(1)].append(read_clip(path, RATE).samples)
    known = {
        name: (takes[: -(-len(takes) // 2)], takes[-(-len(takes) // 2) :]) for name, takes in groups.items() if len(takes) > 1
    }
    for path in [*sorted((RECORDINGS / "reference").iterdir()), RECORDINGS / "default_furnace_active.ogg"]:
        samples = read_clip(path, RATE).samples
        if len(samples) > 1.4 * RATE:
            known[path.stem] = ([samples[: len(samples) // 2]], [samples[len(samples) // 2 :]])
    return known


def named() -> dict[str, Takes]:
    """Recordings beside the procedural voices of their classes."""
    files = {path.stem: path for path in (RECORDINGS / "reference").iterdir()}
    return {
        name: (examples_of(name.replace("_", " "), RATE), [read_clip(files[name], RATE).samples])
        for name in NAMED
        if name in files
    }


def voiced() -> dict[str, Takes]:
    """Procedural voices; what is mixed has another seed."""
    return {name: (examples_of(name, RATE), [voice(name, SECONDS, 99, RATE).samples]) for name in VOICES}


def table(title: str, known: dict[str, Takes], count: int, mixtures: int, wanted: int | None = None) -> None:
    """One table: mono, and stereo with sources 60 degrees apart (all, from left to right). `wanted`: how many are named."""
    names = sorted(known)
    for channels in (1, 2):
        random = np.random.default_rng(count)
        gains: dict[str, list[float]] = defaultdict(list)
        worst, heard, spent = -np.inf, [], 0.0
        for _ in range(mixtures):
            chosen = [names[number] for number in random.choice(len(names), count, replace=False)]
            images = panned([laid(known[name][1], random) for name in chosen], channels)
            mixture = sum(images)
            stems, bed, there, seconds = split(mixture, {name: known[name][0] for name in chosen[:wanted]})
            spent += seconds
            heard += there
            worst = max(worst, loudness(mixture - sum(stems) - bed) - loudness(mixture))
            score(gains, "named classes", [stems], images[:wanted], mixture)
            score(gains, "harmonic-percussive", orders(baseline_parts(mixture), count), images, mixture, wanted)
            score(gains, "unsupervised", orders(baseline_atoms(mixture, count), count), images, mixture, wanted)
            score(gains, "ideal ratio mask", [ideal(mixture, images)], images, mixture, wanted)
        place = "mono" if channels == 1 else "stereo"
        print(f"{title}, {place}: {mixtures} mixtures, {mixtures * SECONDS / spent:.0f} times real time; "
              f"{100 * np.mean(heard):.0f} % of the sources found; stems and bed {worst:.0f} dB off at worst")  # fmt: skip
        for name, values in gains.items():
            mean, sure = np.mean(values), 1.96 * np.std(values) / np.sqrt(len(values))
            print(f"  {name:20} {mean:6.1f} ± {sure:.1f}")
        print()


def strangers(title: str, known: dict[str, Takes], mixtures: int) -> None:
    """How often the stem of a class that is not there stays empty, beside one or two that are; two are in each mixture."""
    names, random = sorted(known), np.random.default_rng(3)
    for wanted in (1, 2):
        empty = []
        for _ in range(mixtures):
            *chosen, absent = [names[number] for number in random.choice(len(names), 3, replace=False)]
            mixture = sum(panned([laid(known[name][1], random) for name in chosen], 1))
            _, _, there, _ = split(mixture, {name: known[name][0] for name in [*chosen[:wanted], absent]})
            empty.append(not there[-1])
        print(f"{title}, mono, {wanted} of two named and one that is absent: {100 * np.mean(empty):.0f} % stay empty")


def laid(takes: list[np.ndarray], random: np.random.Generator) -> np.ndarray:
    """(n,) of one level: a long take again and again, short ones at random moments."""
    signal = np.zeros(round(SECONDS * RATE))
    if min(len(take) for take in takes) > LONG * RATE:
        signal[:] = np.resize(takes[0], len(signal))
    else:
        at = random.exponential(0.3)
        while at < SECONDS:
            take, begin = takes[random.integers(len(takes))], int(at * RATE)
            size = min(len(take), len(signal) - begin)
            signal[begin : begin + size] += take[:size] * random.uniform(0.6, 1.0)
            at += max(0.25, random.exponential(0.6))
    return np.asarray(0.1 * signal / max(np.sqrt(np.mean(signal**2)), 1e-9))


def panned(signals: list[np.ndarray], channels: int) -> list[np.ndarray]:
    """(channels, n) of each."""
    if channels == 1:
        return [signal[None] for signal in signals]
    angles = np.radians(np.linspace(30.0, -30.0, len(signals)))
    places = np.stack([np.cos(angles), np.sin(angles), np.zeros(len(angles))], axis=1)
    gains = pan(places, np.ones(len(places)), find_layout("stereo"))
    return [np.outer(gain, signal) for gain, signal in zip(gains, signals, strict=True)]


def split(mixture: np.ndarray, examples: dict[str, list[np.ndarray]]) -> tuple[list[np.ndarray], np.ndarray, list[bool], float]:
    """Stems, bed, whether each was found, and seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mixture.wav")
        soundfile.write(path, mixture.T.astype(np.float32), RATE, "FLOAT")
        begun = time.perf_counter()
        with open_soundtrack(path) as soundtrack:
            found = separate(soundtrack, [WantedStem(name, name, takes) for name, takes in examples.items()], no_progress)
            stems = np.concatenate(list(found.blocks), axis=2)
            spent = time.perf_counter() - begun
            bed = soundtrack.read(0, soundtrack.samples) - stems.sum(axis=0)
    return list(stems), bed, found.heard, spent


def masked(mixture: np.ndarray, powers: list[np.ndarray]) -> list[np.ndarray]:
    """The mixture by the share of each power."""
    size = frame_size(RATE)
    spectra, whole = analyse(mixture.astype(np.float32), size), sum(powers) + 1e-20
    return [synthesise(spectra * (power / whole), size, mixture.shape[1]) for power in powers]


def magnitudes(signal: np.ndarray) -> np.ndarray:
    """(bins, frames) over all channels."""
    return np.asarray(np.sqrt((np.abs(analyse(signal.astype(np.float32), frame_size(RATE))) ** 2).sum(axis=0)))


def baseline_parts(mixture: np.ndarray) -> list[np.ndarray]:
    """Harmonic, percussive and the rest."""
    return masked(mixture, list(parts.harmonic_percussive(magnitudes(mixture), RATE, frame_size(RATE)) + 1e-20))


def baseline_atoms(mixture: np.ndarray, count: int) -> list[np.ndarray]:
    """Atoms that learn themselves, in `count` groups of like spectra."""
    observed = magnitudes(mixture)
    atoms = factors.learn(observed)[:, :16]
    found = factors.fit(observed, [atoms[:, [number]] for number in range(atoms.shape[1])])[:-1]
    _, groups = kmeans2(np.log10(atoms.T + 1e-6), count, seed=0, minit="++")
    return masked(mixture, [sum((found[n] ** 2 for n in np.flatnonzero(groups == group)), np.zeros_like(observed)) + 1e-20
                            for group in range(count)])  # fmt: skip


def ideal(mixture: np.ndarray, images: list[np.ndarray]) -> list[np.ndarray]:
    """By the true powers."""
    return masked(mixture, [magnitudes(image) ** 2 for image in images])


def orders(found: list[np.ndarray], count: int) -> list[list[np.ndarray]]:
    """All ways to give parts to sources."""
    return [list(order) for order in itertools.permutations(found, count)]


def score(
    gains: dict[str, list[float]],
    name: str,
    tries: list[list[np.ndarray]],
    images: list[np.ndarray],
    mixture: np.ndarray,
    wanted: int | None = None,
) -> None:
    """Note the improvements of the best of several tries."""
    all_of = [
        [distortion(stem, image) - distortion(mixture, image) for stem, image in zip(one, images, strict=True)] for one in tries
    ]
    gains[name] += max(all_of, key=np.mean)[:wanted]


def distortion(found: np.ndarray, true: np.ndarray) -> float:
    """SI-SDR, dB, of all channels together; an empty stem counts as the mixture at -30 dB."""
    found, true = found.ravel().astype(float), true.ravel()
    if not found.any():
        return -30.0
    part = (found @ true) / (true @ true) * true
    return float(10.0 * np.log10((part @ part + 1e-12) / (np.sum((found - part) ** 2) + 1e-12)))


def loudness(signal: np.ndarray) -> float:
    """DB."""
    return float(10.0 * np.log10(np.mean(signal**2) + 1e-30))


if __name__ == "__main__":
    main()
