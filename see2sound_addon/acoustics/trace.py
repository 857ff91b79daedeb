"""Trace a scene: what its meshes do to the sound of each source on its way to the listener, as part of the plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..progress import Progress, no_progress
from ..soundscene import Detour, Occlusion, Reflection, SoundScene, Source, Tail, Traced
from . import around, curves, diffuse, hiding, mirrors
from .geometry import Geometry, check_geometry
from .inside import inside_notes
from .moments import Moments, moments_of, mouths_of, turns
from .owners import own_bodies
from .rays import World
from .stretches import first_choice, refined

LABEL = "Tracing acoustics"
BLUR = 2
"""Moments to either side over which what is seen is averaged, so that bars and leaves do not flutter."""
FADE = 3
"""Moments to either side over which images appear and vanish."""
FAINT = 20.0
"""dB at 500 Hz by which a way around another side may be weaker than the best one."""
NOTHING, INAUDIBLE = -120.0, -60.0
"""dB of what is not there, and of ways that are left out."""
LEAP = 0.3
"""A corner that moves by more than this share of its distance, from one moment to the next, is another one."""


def trace_acoustics(
    scene: SoundScene, geometry: Geometry, progress: Progress = no_progress, rays: int = diffuse.RAYS
) -> tuple[SoundScene, list[str]]:
    """The scene with what its meshes do to its sounds, and notes. `rays`: from each place, for the late sound.

    Errors: `geometry-empty`, `geometry-large`, `rays-missing`.
    """
    check_geometry(geometry)
    heard = [number for number, source in enumerate(scene.sources) if source.extent != "ambient"]
    moments = moments_of(scene, geometry)
    steps = 2 * len(heard) + 3
    progress(LABEL, 0, steps)
    world = World(geometry, own_bodies(geometry, scene.sources))
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
        traced, tails = _late(scene, world, faces, moments, [mouths[number] for number in heard], rays)
        for number, tail in zip(heard, tails, strict=True):
            sources[number] = replace(sources[number], tail=tail)
        notes = inside_notes(world, scene, geometry, moments.ears[0], {n: place[0] for n, place in mouths.items()})
    finally:
        world.close()
    progress(LABEL, steps, steps)
    return replace(scene, sources=sources, room=traced), notes


def _hide(scene: SoundScene, source: Source, number: int, world: World, moments: Moments, mouths: np.ndarray) -> Source:
    """A source with its occlusion, and its ways around what hides it."""
    found = hiding.hidden(world, moments.ears, mouths, _points(source, moments, mouths), moments.frames, number)
    share = np.clip(curves.smoothed(found.seen, moments.stretches, BLUR), 0.0, 1.0)
    seen = np.sqrt(share)[:, None]
    through = curves.smoothed(10.0 ** (-found.loss / 20.0), moments.stretches, BLUR)
    octaves = _decibels(seen + (1.0 - seen) * through)
    times, octaves = curves.lean(*curves.with_jumps(moments.times, octaves, moments.stretches), tolerance=0.02)
    steady = np.zeros(len(times))
    occlusion = Occlusion(times, steady, np.full(len(times), 20000.0), octaves if octaves.any() else octaves[:0])
    behind = np.flatnonzero(~found.centre)
    own = np.full(len(behind), number)
    ways = around.detours(world, moments.ears[behind], mouths[behind], moments.frames[behind], own)
    # Edges count from half hidden on: before a fence the straight way is enough.
    hidden = np.maximum(1.0 - 2.0 * share, 0.0)
    detours = _detours(ways, behind, moments, hidden, scene.speed_of_sound)
    return replace(source, occlusion=occlusion, detours=detours)


def _points(source: Source, moments: Moments, mouths: np.ndarray) -> np.ndarray:
    """(n, p, 3) where a source sounds, from its middle."""
    if source.extent == "area" and len(source.points):
        shape = np.concatenate([np.zeros((1, 3)), source.points])
        return np.asarray(np.einsum("nij,pj->npi", turns(source.path, moments.times), shape))
    radius = max(source.radius, hiding.SOFT) if source.extent == "area" else hiding.SOFT
    return hiding.spread_points(mouths - moments.ears, radius)


def _decibels(amplitude: np.ndarray) -> np.ndarray:
    return np.asarray(np.maximum(20.0 * np.log10(np.maximum(amplitude, 1e-6)), NOTHING))


def _detours(ways: around.Found, behind: np.ndarray, moments: Moments, hidden: np.ndarray, speed: float) -> list[Detour]:
    """The detours on each side, each as long as its corner stays the same. `hidden`: (n,) how much of each counts, 0 to 1."""
    loss = around.screen_loss(ways.longer, speed)
    weakness = np.where(ways.exists, loss[..., 2], np.inf)
    exists = ways.exists & (weakness <= weakness.min(axis=1, initial=np.inf, keepdims=True) + FAINT)
    found: list[Detour] = []
    for side in range(len(around.SIDES)):
        rows = np.flatnonzero(exists[:, side])
        runs = _runs(rows, ways.first[:, side], behind, moments)
        made = [_detour(ways, loss, side, run, behind, moments, hidden) for run in runs]
        found += [one for one in made if one.octaves.max() > INAUDIBLE]
    return found


def _runs(rows: np.ndarray, corners: np.ndarray, behind: np.ndarray, moments: Moments) -> list[np.ndarray]:
    """Rows of moments one after the other at which a corner (k, 3) stays the same."""
    if len(rows) == 0:
        return []
    at, corner = behind[rows], corners[rows]
    stretch = np.searchsorted([part.stop for part in moments.stretches], at, "right")
    leap = np.linalg.norm(np.diff(corner, axis=0), axis=1)
    steps = np.linalg.norm(np.diff(moments.ears[at], axis=0), axis=1)
    near = np.linalg.norm(corner[1:] - moments.ears[at[1:]], axis=1)
    same = (np.diff(at) == 1) & (np.diff(stretch) == 0) & (leap < LEAP * near + 2.0 * steps + 0.1)
    return np.split(rows, np.flatnonzero(~same) + 1)


def _detour(
    ways: around.Found, loss: np.ndarray, side: int, run: np.ndarray, behind: np.ndarray, moments: Moments, hidden: np.ndarray
) -> Detour:
    """A detour over a run of moments; it fades before and after it, its corners held."""
    at = behind[run]
    inside = next(part for part in moments.stretches if part.start <= at[0] < part.stop)
    begin, end = max(inside.start, at[0] - BLUR), min(inside.stop, at[-1] + 1 + BLUR)
    rows = run[np.clip(np.arange(begin, end) - at[0], 0, len(run) - 1)]
    whole = [slice(0, len(rows))]
    first, last, between = (
        curves.smoothed(values[rows, side], whole, min(BLUR, len(rows) // 2))
        for values in (ways.first, ways.last, ways.between)
    )
    octaves = _decibels(hidden[begin:end, None] * 10.0 ** (-loss[rows, side] / 20.0))
    # What begins or ends within the scene does so softly; at its edges and at cuts it is there at once.
    if begin > inside.start:
        octaves[0] = NOTHING
    if end < inside.stop:
        octaves[-1] = NOTHING
    times = moments.times[begin:end]
    if end == inside.stop < len(moments.times):
        times = np.append(times, moments.times[end] - curves.JUST_BEFORE)
        first, last, between, octaves = (np.append(v, v[-1:], axis=0) for v in (first, last, between, octaves))
    values = np.concatenate([first, last, between[:, None], octaves], axis=1)
    times, values = curves.lean(times, values)
    return Detour(times, values[:, :3], values[:, 3:6], values[:, 6], values[:, 7:])


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
    scene: SoundScene, world: World, faces: mirrors.Faces, moments: Moments, mouths: list[np.ndarray], rays: int
) -> tuple[Traced, list[Tail]]:
    """The surroundings along the listener's way, and the tail of each source."""
    large = faces.of >= 0
    places = np.stack(mouths, axis=1) if mouths else np.zeros((len(moments.times), 0, 3))

    def look(chosen: np.ndarray) -> diffuse.Late:
        return diffuse.late_sound(
            world, moments.ears[chosen], places[chosen], moments.frames[chosen], large, scene.speed_of_sound, scene.seed, rays
        )

    still = all(body.is_still for body in world.geometry.bodies)
    chosen, late = refined(first_choice(moments, places, still), moments, look)
    traced = Traced(moments.times[chosen], late.openness, late.path, late.absorption)
    tails = [Tail(late.level[:, n], late.decay[:, n], late.delay[:, n]) for n in range(places.shape[1])]
    return traced, tails
