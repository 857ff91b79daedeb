"""Where along the listener's way the late sound is traced: more often where it changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .diffuse import Late
from .moments import Moments

EAR_STEP, MOUTH_STEP = 2.0, 4.0
"""Metres that the listener or a source moves from one place to the next."""
TIME_STEP = 2.0
"""Seconds, where bodies move."""
MOST_AT_FIRST, MOST = 24, 64
"""Places."""
CHANGE = 5.0
"""dB by which the late sound may change from one place to the next."""
INAUDIBLE = -60.0
"""dB: below this, changes do not count."""
ALIKE_DB, ALIKE_DECAY = 3.0, 0.25
"""dB of level, and share of the decay, that are not heard as a change of the room."""
NEAREST = 0.25
"""Metres that the listener moves between places at least."""


def first_choice(moments: Moments, mouths: np.ndarray, still: bool) -> np.ndarray:
    """Numbers of moments, for sources at `mouths` (n, s, 3); `still`: whether no body moves."""
    edges = {0, len(moments.times) - 1}
    for stretch in moments.stretches:
        edges |= {stretch.start, stretch.stop - 1}
    scale = 1.0
    while True:
        chosen = [0]
        for number in range(1, len(moments.times)):
            ear = np.linalg.norm(moments.ears[number] - moments.ears[chosen[-1]])
            mouth = np.linalg.norm(mouths[number] - mouths[chosen[-1]], axis=1).max(initial=0.0)
            waited = 0.0 if still else (moments.times[number] - moments.times[chosen[-1]]) / TIME_STEP
            if max(ear / EAR_STEP, mouth / MOUTH_STEP, waited) >= scale:
                chosen.append(number)
        if len(chosen) <= MOST_AT_FIRST:
            break
        scale *= max(1.1, len(chosen) / MOST_AT_FIRST)
    moved = len(chosen) > 1 or np.ptp(moments.ears, axis=0).any() or bool(np.ptp(mouths, axis=0).any())
    return np.array(sorted({*chosen, *edges})) if moved else np.zeros(1, int)


def refined(chosen: np.ndarray, moments: Moments, look: Callable[[np.ndarray], Late]) -> tuple[np.ndarray, Late]:
    """More moments between those whose late sounds differ, and what `look` finds at all of them."""
    late = look(chosen)
    while len(chosen) < MOST:
        level = np.maximum(10.0 * np.log10((10.0 ** (late.level / 10.0)).mean(axis=2)), INAUDIBLE)
        change = np.abs(np.diff(level, axis=0)).max(axis=1, initial=0.0)
        moved = np.linalg.norm(np.diff(moments.ears[chosen], axis=0), axis=1)
        wanted = np.flatnonzero((change > CHANGE) & (np.diff(chosen) > 1) & (moved > NEAREST))
        wanted = wanted[np.argsort(-change[wanted], kind="stable")][: MOST - len(chosen)]
        if len(wanted) == 0:
            break
        more = (chosen[wanted] + chosen[wanted + 1]) // 2
        found = look(more)
        order = np.argsort(np.concatenate([chosen, more]), kind="stable")
        chosen = np.concatenate([chosen, more])[order]
        late = Late(*(np.concatenate([getattr(late, name), getattr(found, name)])[order] for name in Late.__dataclass_fields__))
    kept = _needed(chosen, late)
    return chosen[kept], Late(*(getattr(late, name)[kept] for name in Late.__dataclass_fields__))


def _needed(chosen: np.ndarray, late: Late) -> list[int]:
    """The places without which the late sound would be another one: all others lie between their neighbours."""
    kept = [0]
    for ahead in range(2, len(chosen)):
        if not _lie_between(chosen, late, kept[-1], ahead):
            kept.append(ahead - 1)
    return kept if len(chosen) == 1 else [*kept, len(chosen) - 1]


def _lie_between(chosen: np.ndarray, late: Late, first: int, last: int) -> bool:
    """Whether the late sound at all places between two others is what a listener would hear in going from one to the other."""
    level = np.maximum(late.level, INAUDIBLE)
    inner = np.arange(first + 1, last)
    share = ((chosen[inner] - chosen[first]) / (chosen[last] - chosen[first]))[:, None, None]
    off = np.abs(level[inner] - (level[first] + share * (level[last] - level[first])))
    decay = np.log(late.decay)
    changed = np.abs(decay[inner] - (decay[first] + share * (decay[last] - decay[first])))
    return not bool((off > ALIKE_DB).any() or (changed[level[inner] > INAUDIBLE] > ALIKE_DECAY).any())
