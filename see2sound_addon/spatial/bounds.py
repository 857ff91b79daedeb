"""Bounds on the work and memory of a mix, checked before it begins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..errors import See2SoundError
from ..materials import BANDS
from ..soundscene import Shoebox, SoundScene, Source, Traced
from . import panning
from .extent import SPOKES
from .layouts import Layout, find_layout
from .renderer import MOST_AROUND, ROOM_BLOCK
from .room.images import LONGEST_REVERBERATION, images, reverberation_time
from .room.reverberation import stands_still
from .room.tails import groups_of, tail_seconds

MOST_CUTS = 60
"""Cuts of one trajectory in a second."""
MOST_SAMPLES = 400 * 10**6
"""Samples of all clips in memory, with the copies that make wide sources wide: 1.6 GB, or 140 minutes of one clip."""
MOST_VOICES = 200_000
"""Sources times reflections."""
MOST_ROOM_BYTES = 3 * 2**29
LONGEST_REFLECTION = 12.0
"""Seconds that a reflection may be under way."""


def check_bounds(scene: SoundScene, layout: Layout, seconds: Mapping[Path, float]) -> None:
    """Errors `too-many-cuts`, `too-many-voices`, `clips-too-long` and `room-too-large`, each with the bound.

    `seconds`: the length of each clip.
    """
    _check_cuts(scene)
    voices = len(scene.sources) * (1 + len(images(scene.room)))
    voices += sum(len(source.reflections) + len(source.detours) for source in scene.sources)
    if voices > MOST_VOICES:
        raise See2SoundError(
            "too-many-voices",
            f"{len(scene.sources)} sources with their reflections make {voices} voices; at most {MOST_VOICES} are mixed.",
            "Use fewer sources or a smaller order of reflections.",
        )
    _check_clips(scene, layout, seconds)
    if isinstance(scene.room, Shoebox):
        _check_shoebox(scene, scene.room, layout)
    elif isinstance(scene.room, Traced):
        _check_tails(scene, scene.room, layout)


def _check_cuts(scene: SoundScene) -> None:
    named = [("The listener", scene.listener), *((f"Source {source.id[:60]!r}", source.path) for source in scene.sources)]
    for name, path in named:
        cuts = path.cuts
        if len(cuts) > MOST_CUTS and (cuts[MOST_CUTS:] - cuts[:-MOST_CUTS]).min() < 1.0:
            raise See2SoundError(
                "too-many-cuts",
                f"{name} has more than {MOST_CUTS} cuts within one second.",
                "Use fewer cuts, or sample the movement as a path without cuts.",
            )


def _check_clips(scene: SoundScene, layout: Layout, seconds: Mapping[Path, float]) -> None:
    needed = sum(seconds.values())
    for source in scene.sources:
        copies = _copies(source, layout)
        if copies > 1 or source.pitch != 1.0:  # a plain point source plays the clip itself
            needed += copies * seconds[source.clip] / source.pitch
    if needed * scene.sample_rate > MOST_SAMPLES:
        raise See2SoundError(
            "clips-too-long",
            f"The clips need {needed / 60.0:.0f} minutes of sound in memory, with the copies that make sources wide; "
            f"at most {MOST_SAMPLES / scene.sample_rate / 60.0:.0f} minutes are held.",
            "Use shorter clips that loop, or fewer area and ambient sources.",
        )


def _copies(source: Source, layout: Layout) -> int:
    if source.extent == "area":
        return len(source.points) or SPOKES + 1
    if source.extent == "point":
        return 1
    if layout.kind == "speakers":
        return len(panning.main_directions(layout))
    if layout.kind == "binaural":
        return len(panning.main_directions(find_layout("7.1.4")))
    return min(MOST_AROUND, 2 * layout.channels) if source.diffuse else 1


def _check_tails(scene: SoundScene, room: Traced, layout: Layout) -> None:
    """The moments of a block and of both its sides sound at once, each with the responses of its groups, as spectra; the noises
    are kept by octave."""
    groups = np.array([len(groups) for groups in groups_of(scene, len(room.times))])
    last = np.searchsorted(room.times, room.times + ROOM_BLOCK / scene.sample_rate) + 1
    responses = max(int(groups[max(0, first - 1) : end].sum()) for first, end in enumerate(last))
    seconds = tail_seconds(scene)
    needed = 4 * scene.sample_rate * layout.channels * seconds * (len(BANDS) + 2 * responses)
    _check_room_bytes(needed)


def _check_room_bytes(needed: float) -> None:
    if needed > MOST_ROOM_BYTES:
        raise See2SoundError(
            "room-too-large",
            f"The room's responses need {needed / 2**30:.1f} GiB of memory; at most {MOST_ROOM_BYTES / 2**30:g} GiB are used.",
            "Use a smaller room, walls that absorb more, fewer sources or fewer channels.",
        )


def _check_shoebox(scene: SoundScene, room: Shoebox, layout: Layout) -> None:
    reach = float(np.linalg.norm(room.size)) * (room.order + 1)
    latest = reach / scene.speed_of_sound
    if latest > LONGEST_REFLECTION:
        raise See2SoundError(
            "room-too-large",
            f"Reflections in the room arrive up to {latest:.0f} s late; at most {LONGEST_REFLECTION:g} s are computed.",
            "Use a smaller room or a smaller order of reflections, or check the speed of sound.",
        )
    still = sum(stands_still(scene, source) for source in scene.sources)
    tail = float(reverberation_time(room, scene.speed_of_sound, scene.air).max()) if room.tail else 0.0
    answers = min(len(scene.sources), round(100.0 * latest) + 1)  # one for each hundredth of a second, see `surroundings`
    building = 2 * len(BANDS) * latest * bool(still)
    held = 2 * still * latest + 2 * answers * min(tail, LONGEST_REVERBERATION)
    needed = 4 * (building + held) * layout.channels * scene.sample_rate
    _check_room_bytes(needed)
