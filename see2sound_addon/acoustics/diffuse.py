"""The late sound: rays from the listener, scattered by every surface that they meet, count what each source sends them.

From each point that a ray meets, every source in sight adds its share ("diffuse rain", Schröder, "Physically based real-time
auralization", 2011, chapter 5). All surfaces scatter as Lambert's law says. By reciprocity, what the listener's rays collect
from a source is what the source's sound brings to the listener.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..materials import BANDS
from .rays import World
from .through import GAP

RAYS = 1024
"""From each place of the listener."""
MOST_BOUNCES = 100
MISSING = 0.05
"""Share of the rays that may have ended, by their bounces, up to where a decay is complete."""
BIN = 0.005
"""Seconds."""
LONGEST = 8.0
"""Seconds that rays are followed."""
SPENT = 1e-5
"""Of its energy, below which a ray ends."""
NEAREST, NEAR_SHARE = 0.5, 0.2
"""Metres, and share of the distance from listener to source: no surface counts as nearer to a source, or a single ray that
meets the ground beside it would outweigh all others."""
FOLLOWED = 2
"""Reflections off large faces that are images of their own, and so do not count here."""
QUIET, SHORTEST = -120.0, 0.05
"""dB and seconds of a tail that is not there."""
FAINT = -55.0
"""dB: a tail that is weaker, as of far houses in open country, is none."""
LIKELY, CERTAIN = 1.5, 60
"""A decay may last this many times as long as statistics say for the listener's room, unless sound came in that many bins: then
it may be that of another room."""
LONGEST_DECAY = 40.0
"""Seconds."""
PIECES = 20
"""Of a decay, for its slope."""
FEW = 20
"""Bins with sound from which on a line is laid through a decay; of fewer, the mean delay tells it."""
FIT_FROM, FIT_TO = -3.0, -16.0
"""dB of the decay through which a straight line is laid."""
AT_ONCE = 128
"""Places times sources."""


@dataclass
class Late:
    """What k places of the listener receive from s sources.

    `level`: (k, s, bands), `decay`: (k, s, bands) and `delay`: (k, s), see `soundscene.Tail`. `openness`, `path`: (k,) and
    `absorption`: (k, bands), see `soundscene.Traced`.
    """

    level: np.ndarray
    decay: np.ndarray
    delay: np.ndarray
    openness: np.ndarray
    path: np.ndarray
    absorption: np.ndarray


@dataclass
class Counted:
    """What rays have counted: `energy` (k, s, bands, bins) relative to the source's at 1 m in the free field, for bins of BIN
    seconds from the emission on; `complete` (k,) seconds up to which nearly all rays were followed; the rest as in `Late`."""

    energy: np.ndarray
    complete: np.ndarray
    openness: np.ndarray
    path: np.ndarray
    absorption: np.ndarray


def late_sound(
    world: World, ears: np.ndarray, mouths: np.ndarray, frames: np.ndarray, large: np.ndarray, speed: float, seed: int,
    rays: int = RAYS,
) -> Late:  # fmt: skip
    """What `ears` (k, 3) receive from `mouths` (k, s, 3) at frames (k,). `large`: (triangles,) of large flat faces."""
    step = max(1, AT_ONCE // max(1, mouths.shape[1]))
    parts = []
    for begin in range(0, len(ears), step):
        part = slice(begin, begin + step)
        counted = count_rays(world, ears[part], mouths[part], frames[part], large, speed, seed, rays)
        longest = LIKELY * statistical_decay(counted, speed)
        fits = [
            [fit(one, complete, most) for one in place]
            for place, complete, most in zip(counted.energy, counted.complete, longest, strict=True)
        ]
        level, decay, delay = (np.array([[one[n] for one in place] for place in fits]) for n in range(3))
        shape = (*mouths[part].shape[:2], len(BANDS))
        parts.append(
            Late(
                level.reshape(shape), decay.reshape(shape), delay.reshape(shape[:2]),
                counted.openness, counted.path, counted.absorption,
            )
        )  # fmt: skip
    return Late(*(np.concatenate([getattr(part, name) for part in parts]) for name in Late.__dataclass_fields__))


def count_rays(
    world: World, ears: np.ndarray, mouths: np.ndarray, frames: np.ndarray, large: np.ndarray, speed: float, seed: int,
    rays: int = RAYS,
) -> Counted:  # fmt: skip
    """Send rays from `ears` (k, 3) and count what they collect from `mouths` (k, s, 3)."""
    count, sources = mouths.shape[:2]
    bins = int(LONGEST / BIN)
    energy = np.zeros((count, sources, len(BANDS), bins))
    random = np.random.default_rng(seed)
    kept = 1.0 - np.array([surface.absorption for surface in world.geometry.surfaces])
    place = np.repeat(np.arange(count), rays)
    origin = ears[place]
    direction = np.tile(_sphere(rays, random), (count, 1))  # the same for all places, so that they are alike where these are
    power, way = np.ones((len(place), len(BANDS))), np.zeros(len(place))
    followed = np.ones(len(place), bool)
    alive = np.arange(len(place))
    met, paths, taken = np.zeros(count), np.zeros(count), np.zeros((count, len(BANDS)))
    lost: np.ndarray = np.zeros(count)
    for bounce in range(1, MOST_BOUNCES + 1):
        chances = np.tile(random.uniform(size=(rays, 2)), (count, 1))
        hits = world.cast(origin[alive], direction[alive], frames[place[alive]])
        there = np.isfinite(hits.distance)
        if bounce == 1:
            lost = np.bincount(place[alive[~there]], minlength=count)
        alive, distance, triangle, normal = alive[there], hits.distance[there], hits.triangle[there], hits.normal[there]
        if len(alive) == 0:
            break
        surface = world.surface[triangle]
        met += np.bincount(place[alive], minlength=count)
        paths += np.bincount(place[alive], distance, count)
        np.add.at(taken, place[alive], 1.0 - kept[surface])
        way[alive] += distance
        power[alive] *= kept[surface]
        followed[alive] &= large[triangle]
        normal = normal * -np.sign(np.einsum("ki,ki->k", normal, direction[alive]))[:, None]
        origin[alive] += distance[:, None] * direction[alive] + 1e-3 * normal
        counted = alive if bounce > FOLLOWED else alive[~followed[alive]]
        normals = normal if bounce > FOLLOWED else normal[~followed[alive]]
        _rain(
            world, energy, origin[counted], normals, power[counted], way[counted], place[counted], ears, mouths, frames,
            speed, rays,
        )  # fmt: skip
        direction[alive] = _scattered(normal, chances[alive])
        alive = alive[(power[alive].max(axis=1) > SPENT) & (way[alive] < LONGEST * speed)]
    ended = np.full(len(place), LONGEST)
    ended[alive] = way[alive] / speed  # what was still under way at the last bounce
    complete = np.quantile(ended.reshape(count, rays), MISSING, axis=1)
    hits_made = np.maximum(met, 1.0)
    return Counted(energy, complete, lost / rays, paths / hits_made, taken / hits_made[:, None])


def _rain(
    world: World, energy: np.ndarray, points: np.ndarray, normals: np.ndarray, power: np.ndarray, way: np.ndarray,
    place: np.ndarray, ears: np.ndarray, mouths: np.ndarray, frames: np.ndarray, speed: float, rays: int,
) -> None:  # fmt: skip
    """Add what the sources send to points (m, 3) that rays have met.

    Of the power 4 pi of a source with intensity 1 at 1 m, a ray carries 4 pi / rays; a Lambert surface sends the share
    cos / (pi r²) of it on to each m² at a distance r.
    """
    sources, bins = mouths.shape[1], energy.shape[3]
    row, source = np.repeat(np.arange(len(points)), sources), np.tile(np.arange(sources), len(points))
    to = mouths[place].reshape(-1, 3) - points[row]
    distance = np.linalg.norm(to, axis=1)
    cosine = np.einsum("ki,ki->k", to, normals[row]) / np.maximum(distance, 1e-9)
    moment = ((way[row] + distance) / speed / BIN).astype(int)
    faces = np.flatnonzero((cosine > 0.0) & (moment < bins))
    row, source, distance, cosine, moment = row[faces], source[faces], distance[faces], cosine[faces], moment[faces]
    seen = world.free(points[row], mouths[place[row], source], frames[place[row]], source, GAP)
    row, source, distance, cosine, moment = row[seen], source[seen], distance[seen], cosine[seen], moment[seen]
    nearest = np.maximum(NEAREST, NEAR_SHARE * np.linalg.norm(mouths - ears[:, None], axis=2))
    weight = 4.0 / rays * cosine / np.maximum(distance, nearest[place[row], source]) ** 2
    cell = ((place[row] * sources + source) * len(BANDS))[:, None] + np.arange(len(BANDS))
    cell = cell * bins + moment[:, None]
    flat = energy.reshape(-1)
    flat += np.bincount(cell.ravel(), (weight[:, None] * power[row]).ravel(), len(flat))


def _sphere(count: int, random: np.random.Generator) -> np.ndarray:
    """(count, 3) directions, evenly spread on a spiral that is turned at random."""
    turn = 2.0 * np.pi * ((np.arange(count) * 0.6180339887498949 + random.uniform()) % 1.0)
    height = 1.0 - 2.0 * (np.arange(count) + 0.5) / count
    across = np.sqrt(1.0 - height**2)
    return np.stack([across * np.cos(turn), across * np.sin(turn), height], axis=1)


def _scattered(normals: np.ndarray, chances: np.ndarray) -> np.ndarray:
    """(k, 3) directions by Lambert's law around normals (k, 3): the normal, and a point of the unit sphere."""
    turn, height = 2.0 * np.pi * chances[:, 0], 2.0 * chances[:, 1] - 1.0
    across = np.sqrt(1.0 - height**2)
    made = normals + np.stack([across * np.cos(turn), across * np.sin(turn), height], axis=1)
    length = np.linalg.norm(made, axis=1, keepdims=True)
    return np.where(length > 1e-6, made / np.maximum(length, 1e-6), normals)


def statistical_decay(counted: Counted, speed: float) -> np.ndarray:
    """(k, bands) seconds, by Eyring, of closed rooms with the mean free paths and the absorption that the rays have met."""
    lost = -np.log(np.clip(1.0 - counted.absorption, 1e-3, 1.0 - 1e-3))
    return np.asarray(6.0 * np.log(10.0) * counted.path[:, None] / (speed * lost))


def fit(energy: np.ndarray, complete: float, longest: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Level (bands,) dB and decay (bands,) seconds of energies (bands, bins), and the delay of their beginning, seconds.

    `longest`: (bands,) seconds that a decay of few bins may last, because it is uncertain. A straight line is laid through the
    level of what is still to come (Schroeder, JASA 37, 1965), which is what was counted and what would come after the last bin
    if it went on so.
    """
    usable = max(4, min(energy.shape[1], int(complete / BIN)))
    energy = energy[:, :usable]
    total = energy.sum(axis=1)
    arrived = np.cumsum(energy.sum(axis=0))
    if arrived[-1] <= 0.0:
        return np.full(len(energy), QUIET), np.full(len(energy), SHORTEST), 0.0
    begin = int(np.searchsorted(arrived, 0.01 * arrived[-1]))
    fitted = [_line(band[begin:], truncated=complete < LONGEST) for band in energy]
    if np.count_nonzero(energy.sum(axis=0)) >= CERTAIN:
        longest = np.full(len(energy), LONGEST_DECAY)
    decay = np.clip([one[0] for one in fitted], SHORTEST, np.maximum(longest, SHORTEST))
    level = np.array([10.0 * np.log10(max(one + rest[1], 1e-12)) for one, rest in zip(total, fitted, strict=True)])
    return np.where(level.max() > FAINT, np.maximum(level, QUIET), QUIET), decay, begin * BIN


def _line(energy: np.ndarray, truncated: bool) -> tuple[float, float]:
    """The decay of energies (n,), seconds, and what comes after the last of them."""
    total = float(energy.sum())
    if total <= 0.0:
        return SHORTEST, 0.0
    if np.count_nonzero(energy) < FEW:
        mean = float(energy @ np.arange(len(energy)) / total) * BIN
        return max(6.0 * np.log(10.0) * mean, SHORTEST), 0.0
    rest, decay = 0.0, SHORTEST
    if truncated:
        decay = _slope(energy)
        rate = 6.0 * np.log(10.0) / decay * BIN
        last = energy[-max(4, len(energy) // 5) :]
        rest = float(last.sum() / max(np.exp(rate * len(last)) - 1.0, 1e-9))
    level = 10.0 * np.log10(np.maximum((np.cumsum(energy[::-1])[::-1] + rest) / (total + rest), 1e-12))
    chosen = np.flatnonzero((level <= FIT_FROM) & (level >= FIT_TO))
    if truncated and (len(chosen) < 3 or level[-1] > FIT_TO):  # it was not followed far enough for the line
        return decay, rest
    chosen = chosen if len(chosen) >= 3 else np.arange(min(len(level), 4))
    return _seconds(float(np.polyfit(chosen * BIN, level[chosen], 1)[0]) if len(chosen) > 1 else 0.0), rest


def _slope(energy: np.ndarray) -> float:
    """The decay, seconds, of the later four fifths of energies (n,), by a line through the levels of PIECES of them."""
    late = energy[len(energy) // 5 :]
    count = min(PIECES, len(late))
    means = np.array([float(piece.mean()) for piece in np.array_split(late, count)])
    heard = np.flatnonzero(means > 0.0)
    if len(heard) < 2:
        return SHORTEST
    return _seconds(float(np.polyfit(heard * len(late) / count * BIN, 10.0 * np.log10(means[heard]), 1)[0]))


def _seconds(slope: float) -> float:
    """Until 60 dB are lost, for a slope in dB a second."""
    return float(np.clip(-60.0 / slope if slope < 0.0 else LONGEST_DECAY, SHORTEST, LONGEST_DECAY))
