"""Join short sounds into long ones, fade their ends, and make loops seamless."""

from __future__ import annotations

import numpy as np

FADE = 0.25
"""Seconds over which one piece goes over into the next."""


def join(pieces: list[np.ndarray], fade: int) -> np.ndarray:
    """Pieces (n,) one after the other, each fading into the next over `fade` samples, as loud as they are in between.

    What two pieces have in common in a fade is little, so their powers add up: sine and cosine.
    """
    whole = pieces[0].astype(np.float32)
    for piece in pieces[1:]:
        over = min(fade, len(whole) // 2, len(piece) // 2)
        angle = np.linspace(0.0, np.pi / 2.0, over, dtype=np.float32)
        mixed = whole[len(whole) - over :] * np.cos(angle) + piece[:over] * np.sin(angle)
        whole = np.concatenate([whole[: len(whole) - over], mixed, piece[over:].astype(np.float32)])
    return whole


def seamless(samples: np.ndarray, length: int) -> np.ndarray:
    """A loop (length,) of a longer sound (n,): what is too long at its end fades over into its beginning."""
    extra = min(len(samples) - length, length)
    if extra <= 0:
        return samples[:length]
    angle = np.linspace(0.0, np.pi / 2.0, extra, dtype=np.float32)
    loop = samples[:length].astype(np.float32)
    loop[:extra] = loop[:extra] * np.sin(angle) + samples[length : length + extra] * np.cos(angle)
    return loop


def faded(samples: np.ndarray, into: int, away: int) -> np.ndarray:
    """A copy of (n,) that rises within `into` samples and falls within the last `away`, each a quarter of it at most."""
    out = samples.astype(np.float64)
    into, away = min(len(out) // 4, into), min(len(out) // 4, away)
    out[:into] *= np.linspace(0.0, 1.0, into)
    out[len(out) - away :] *= np.linspace(1.0, 0.0, away)
    return out
