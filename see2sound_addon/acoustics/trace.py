"""Trace a scene: what its meshes do to the sound of each source on its way to the listener, as part of the plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..progress import Progress, no_progress
from ..soundscene import Occlusion, Reflection, SoundScene, Source, Tail, Traced
from . import around, curves, diffuse, hiding, mirrors
from .geometry import Geometry, check_geometry
from .inside import inside_notes
from .moments import Moments, moments_of, mouths_of, turns
from .owners import own_bodies
from .rays import World
from .runs import BLUR, decibels, detours_over_time
from .stretches import first_choice, refined

LABEL = "Tracing acoustics"
LONGEST_PATH = 1e5
"""Metres that plans say at most of a mean free path."""
AROUND_CUT = 0.005
"""Seconds before and after a cut between which the late sound goes over into that of the next shot."""
FADE = 3
"""Moments to either side over which images appear and vanish."""


def trace_acoustics(scene: SoundScene, geometry: Geometry, progress: Progress = no_progress) -> tuple[SoundScene, list[str]]:
    """The scene with what its meshes do to its sounds, and notes.

    Errors: `geometry-empty`, `geometry-large`, `geometry-wrong`, `rays-missing`.
    """
    check_geometry(geometry)
    heard = [number for number, source in enumerate(scene.sources) if source.extent != "ambient"]
    moments = moments_of(scene, geometry)
    steps = 2 * len(heard) + 3
    progress(LABEL, 0, steps)
    world = World(geometry, own_bodies(geometry, scene.sources), moments.ears.mean(axis=0))
    try:
        mouths = {number: mouths_of(scene, scene.sources[number], moments) for number in heard}
        sources = list(scene.sources)
        faces = mirrors.large_faces(world, np.concatenate([moments.ears, *mouths.values()]))
        for done, number in enumerate(heard):
            progress(LABEL, 1 + 2 * done, steps)
            sources[number] = _hide(scene, sources[number], number, world, moments, mouths[number])
            progress(LABEL, 2 + 2 * done, steps)
            sources[number] = _reflect(sources[number], number, world, faces, moments, mouths[number])
        progress(LABEL, steps - 2, steps)
        traced, tails = _late(scene, world, faces, moments, mouths)
        for number, tail in tails.items():
            sources[number] = replace(sources[number], tail=tail)
        notes = inside_notes(world, scene, moments.ears[0], {number: place[0] for number, place in mouths.items()})
    finally:
        world.close()
    progress(LABEL, steps, steps)
    return replace(scene, sources=sources, room=traced), notes


def _hide(scene: SoundScene, source: Source, number: int, world: World, moments: Moments, mouths: np.ndarray) -> Source:
    """A source with its occlusion, and its ways around what hides it."""
    shape = source.extent == "area" and len(source.points) > 0
    points = _points(source, moments, mouths, shape)
    found = hiding.hidden(world, moments.ears, mouths, points, moments.frames, number, shape)
    share = np.clip(curves.smoothed(found.seen, moments.stretches, BLUR), 0.0, 1.0)
    seen = np.sqrt(share)[:, None]
    through = curves.smoothed(10.0 ** (-found.loss / 20.0), moments.stretches, BLUR)
    octaves = decibels(seen + (1.0 - seen) * through)
    times, octaves = curves.lean(*curves.with_jumps(moments.times, octaves, moments.stretches), tolerance=0.02)
    steady = np.zeros(len(times))
    occlusion = Occlusion(times, steady, np.full(len(times), 20000.0), octaves if octaves.any() else octaves[:0])
    behind = np.flatnonzero(~found.centre)
    own = np.full(len(behind), number)
    ways = around.detours(world, moments.ears[behind], mouths[behind], moments.frames[behind], own)
    # Edges count from half hidden on: before a fence the straight way is enough.
    hidden = np.maximum(1.0 - 2.0 * share, 0.0)
    detours = detours_over_time(ways, behind, moments, mouths, hidden, scene.speed_of_sound)
    return replace(source, occlusion=occlusion, detours=detours)


def _points(source: Source, moments: Moments, mouths: np.ndarray, shape: bool) -> np.ndarray:
    """(n, p, 3) where a source sounds, from its middle. `shape`: whether it has points of its own."""
    if shape:
        return np.asarray(np.einsum("nij,pj->npi", turns(source.path, moments.times), source.points))
    radius = max(source.radius, hiding.SOFT) if source.extent == "area" else hiding.SOFT
    return hiding.spread_points(mouths - moments.ears, radius)


def _reflect(source: Source, number: int, world: World, faces: mirrors.Faces, moments: Moments, mouths: np.ndarray) -> Source:
    """A source with its mirror images."""
    tracks = mirrors.images(world, faces, moments.ears, mouths, moments.frames, number)
    reflections = []
    for track in tracks:
        gain = np.clip(curves.smoothed(track.seen, moments.stretches, FADE), 0.0, 1.0)
        times, gain = curves.lean(*curves.with_jumps(moments.times, gain, moments.stretches))
        reflections.append(Reflection(track.matrix, track.offset, track.absorption, times, gain))
    return replace(source, reflections=reflections)


def _late(
    scene: SoundScene, world: World, faces: mirrors.Faces, moments: Moments, mouths: dict[int, np.ndarray]
) -> tuple[Traced, dict[int, Tail]]:
    """The surroundings along the listener's way, and the tail of each source, by its number."""
    large = faces.of >= 0
    places = np.stack([*mouths.values()], axis=1) if mouths else np.zeros((len(moments.times), 0, 3))

    def look(chosen: np.ndarray) -> diffuse.Late:
        return diffuse.late_sound(
            world, moments.ears[chosen], places[chosen], moments.frames[chosen], large, scene.speed_of_sound, scene.seed
        )

    still = all(body.is_still for body in world.geometry.bodies)
    chosen, late = refined(first_choice(moments, places, still), moments, look)
    times, rows = _with_cuts(chosen, moments)
    traced = Traced(times, late.openness[rows], np.minimum(late.path[rows], LONGEST_PATH), late.absorption[rows])
    tails = {}
    for column, number in enumerate(mouths):
        delay = late.delay[:, column]
        if scene.sources[number].synchronous:  # its direct sound needs no time
            way = np.linalg.norm(places[chosen, column] - moments.ears[chosen], axis=1)
            delay = np.maximum(delay - way / scene.speed_of_sound, 0.0)
        tails[number] = Tail(late.level[rows, column], late.decay[rows, column], delay[rows])
    return traced, tails


def _with_cuts(chosen: np.ndarray, moments: Moments) -> tuple[np.ndarray, np.ndarray]:
    """Times of the chosen moments, and their rows, each held until the cut that follows it: there the engine cross-fades."""
    times, rows = moments.times[chosen].tolist(), list(range(len(chosen)))
    for stretch in moments.stretches[:0:-1]:
        place, cut = int(np.searchsorted(chosen, stretch.start)), moments.times[stretch.start]
        if 0 < place < len(chosen):
            times[place] += AROUND_CUT * (chosen[place] == stretch.start)
            times.insert(place, max(cut - AROUND_CUT, times[place - 1] + 1e-6))
            rows.insert(place, place - 1)
    return np.array(times), np.array(rows)
