"""Rotate ambisonic signals with the listener and decode them to any layout.

Loudspeakers by all-round decoding (Zotter and Frank, "All-round ambisonic panning and decoding", JAES 60(10), 2012), ears by
magnitude least squares (Schoerkhuber, Zaunschirm, Hoeldrich, "Binaural rendering of ambisonic signals via magnitude least
squares", DAGA 2018).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from . import ambisonics, panning
from .head import LEAD, Head, samples
from .layouts import Layout

MAGNITUDES_FROM = 2000.0
"""Hz from which only the magnitude at the ears counts, not the phase."""
EAR_TAPS = 512
VIRTUAL = 2400
"""Directions over which a decoder is made."""


def evenly_spread(count: int) -> np.ndarray:
    """Unit vectors (count, 3) on a Fibonacci spiral, each with the same area around it."""
    number = np.arange(count) + 0.5
    z = 1.0 - 2.0 * number / count
    angle = np.pi * (1.0 + np.sqrt(5.0)) * number
    radius = np.sqrt(1.0 - z**2)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)


def rotations_of_harmonics(rotations: np.ndarray, order: int) -> np.ndarray:
    """(n, channels, channels): what turns SN3D signals of the world into those of a listener's frame.

    `rotations`: (n, 3, 3), world from local. By the harmonics of turned directions: exact, for they span a space that no
    rotation leaves.
    """
    points = evenly_spread(2 * ambisonics.channels(order))
    fixed = np.linalg.pinv(ambisonics.encode(points, order))
    turned = np.einsum("kj,nji->nki", points, rotations)
    harmonics = ambisonics.encode(turned.reshape(-1, 3), order).reshape(len(rotations), len(points), -1)
    return np.asarray((fixed @ harmonics).transpose(0, 2, 1))


def max_re_weights(order: int) -> np.ndarray:
    """(order + 1,): weights that gather the energy around its direction (Zotter and Frank, 2012, equation 10)."""
    cosine = np.cos(np.radians(137.9) / (order + 1.51))
    legendre = [1.0, cosine]
    for n in range(1, order):
        legendre.append(((2 * n + 1) * cosine * legendre[n] - n * legendre[n - 1]) / (n + 1))
    return np.array(legendre[: order + 1])


@cache
def loudspeaker_decoder(layout: Layout, order: int) -> np.ndarray:
    """(channels of the layout, channels of the order): all-round, the mean energy over all directions kept."""
    points = evenly_spread(VIRTUAL)
    gains = panning.pan(points, np.ones(len(points)), layout)
    harmonics = ambisonics.encode(points, order)
    n = _order_of_channels(order)
    decoder = gains.T @ harmonics * ((2 * n + 1) * max_re_weights(order)[n])
    energy = ((harmonics @ decoder.T) ** 2).sum(axis=1).mean()
    return np.asarray(decoder / np.sqrt(energy))


def ear_decoder(head: Head, order: int) -> np.ndarray:
    """(2, channels, EAR_TAPS) responses from SN3D signals to both ears; what arrives sounds `LEAD` later."""
    points = evenly_spread(8 * ambisonics.channels(order) + 100)
    near, weight = head.around(points)
    frequency = np.fft.rfftfreq(EAR_TAPS, 1.0 / head.rate)
    aligned = np.einsum("nk,nkef->nef", weight, np.fft.rfft(head.responses[near], EAR_TAPS, axis=3))
    delays = np.einsum("nk,nke->ne", weight, head.delays[near])
    ears = aligned * np.exp(-2j * np.pi * frequency * delays[..., None])
    harmonics = ambisonics.encode(points, order)
    solve = np.linalg.pinv(harmonics)
    found = np.empty((2, harmonics.shape[1], len(frequency)), complex)
    lead = np.exp(-2j * np.pi * frequency * samples(LEAD, head.rate) / head.rate)
    ears = ears / lead  # the common delay, without which the phase runs on smoothly from bin to bin
    for number, hertz in enumerate(frequency):
        wanted = ears[..., number]
        if hertz > MAGNITUDES_FROM:
            wanted = np.abs(wanted) * np.exp(1j * np.angle(harmonics @ found[..., number - 1].T))
        found[..., number] = (solve @ wanted).T
    responses = np.fft.irfft(found * lead, EAR_TAPS, axis=2)
    responses[..., -64:] *= np.cos(np.linspace(0.0, np.pi / 2.0, 64)) ** 2
    return responses.astype(np.float32)


def _order_of_channels(order: int) -> np.ndarray:
    return np.floor(np.sqrt(np.arange(ambisonics.channels(order)))).astype(int)
