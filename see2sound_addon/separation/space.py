"""How sources lie between the channels of a soundtrack, and the filters that follow from it.

Each source has a power in every bin and frame, and one spatial covariance (channels, channels), real because films are panned
by levels: the local Gaussian model of N. Q. K. Duong, E. Vincent and R. Gribonval, "Under-Determined Reverberant Audio Source
Separation Using a Full-Rank Spatial Covariance Model" (2010). Powers follow the multiplicative step of H. Sawada, H. Kameoka,
S. Araki and N. Ueda, "Multichannel Extensions of Non-Negative Matrix Factorization With Complex-Valued Data" (2013), without
factors; images of the sources come from the multichannel Wiener filter.
"""

from __future__ import annotations

import numpy as np

DIFFUSE = 1e-2
"""Share of a source that comes from everywhere, at least."""
SUREST = 0.2
"""Share of a source's energy from which its direction is taken."""
EVEN = 0.02
"""Share of each bin that any source may have at first."""
LEAST = np.float32(1e-20)
"""Power of a source in any bin: about that of the rounding of float32."""
TINY = 1e-60


def normalised(covariance: np.ndarray) -> np.ndarray:
    """With the trace 1, and a share that is diffuse."""
    channels = len(covariance)
    whole = np.trace(covariance)
    shape = covariance / whole if whole > TINY else np.eye(channels) / channels
    return np.asarray((1.0 - DIFFUSE) * shape + DIFFUSE * np.eye(channels) / channels)


def surest_covariance(spectra: np.ndarray, power: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The covariance (channels, channels) of a source, of the bins in which it is strongest beside the others.

    `power`, `others`: (bins, frames) of it and of all others in the spectra (channels, bins, frames). Bins are taken, those
    with the largest ratio first, until they hold SUREST of its energy: what it has elsewhere is what others have in common with
    it, and comes from where they are.
    """
    order = np.argsort(power / others, axis=None)[::-1]
    energy = np.cumsum(((np.abs(spectra) ** 2).sum(axis=0) * (power / (power + others))).ravel()[order])
    sure = spectra.reshape(len(spectra), -1)[:, order[: np.searchsorted(energy, SUREST * energy[-1]) + 1]]
    return np.asarray((sure @ sure.conj().T).real, float)


def whitened(spectra: np.ndarray, shares: np.ndarray, shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mixture's spectra (channels, bins, frames) divided by the covariance of their model, and the inverse of that.

    `shares`: (sources, bins, frames) of the power in each bin, so that float32 is enough. Symmetric matrices are kept as what
    is on and above their diagonal, row by row: (channels (channels + 1) / 2, bins * frames).
    """
    channels = len(spectra)
    rows, columns = np.triu_indices(channels)
    whole = shapes[:, rows, columns].T.astype(np.float32) @ shares.reshape(len(shares), -1)
    if channels == 1:
        inverse = 1.0 / whole
    elif channels == 2:
        inverse = np.stack([whole[2], -whole[1], whole[0]])
        inverse /= whole[0] * whole[2] - whole[1] * whole[1]
    else:
        full = np.empty((whole.shape[1], channels, channels), np.float32)
        full[:, rows, columns] = full[:, columns, rows] = whole.T
        inverse = np.ascontiguousarray(np.linalg.inv(full)[:, rows, columns].T)
    flat, white = spectra.reshape(channels, -1), np.zeros((channels, inverse.shape[1]), np.complex64)
    for row, column, part in zip(rows, columns, inverse, strict=True):
        white[row] += part * flat[column]
        if row != column:
            white[column] += part * flat[row]
    return white.reshape(spectra.shape), inverse


def refined(spectra: np.ndarray, powers: np.ndarray, shapes: np.ndarray, steps: int) -> np.ndarray:
    """Powers after steps towards those that explain the spectra best. None is quite zero before, or it could not grow."""
    rows, columns = np.triu_indices(len(spectra))
    twice = (shapes[:, rows, columns] * np.where(rows == columns, 1.0, 2.0)).astype(np.float32)
    powers = powers + np.float32(EVEN) * powers.sum(axis=0)
    for _ in range(steps):
        whole = powers.sum(axis=0)
        white, inverse = whitened(spectra, powers / whole, shapes)
        flat = white.reshape(len(white), -1)
        pairs = np.stack([(flat[one] * flat[other].conj()).real for one, other in zip(rows, columns, strict=True)])
        better = np.maximum(twice @ pairs, 0.0) / (twice @ inverse)
        powers = np.maximum(powers * np.sqrt(better.reshape(powers.shape) / whole), LEAST)
    return powers


def images(spectra: np.ndarray, powers: np.ndarray, shapes: np.ndarray, count: int) -> np.ndarray:
    """What the first `count` sources are in the channels: (count, channels, bins, frames)."""
    shares = powers / powers.sum(axis=0)
    white, _ = whitened(spectra, shares, shapes)
    flat = shapes[:count].astype(np.float32) @ white.reshape(len(white), -1)
    return np.asarray(shares[:count, None] * flat.reshape(count, *white.shape))


def axis_of(covariance: np.ndarray) -> np.ndarray:
    """(channels,) unit vector of the direction in which a source is panned, its strongest channel positive."""
    axis = np.linalg.eigh(covariance)[1][:, -1]
    return np.asarray(axis * np.sign(axis[np.argmax(np.abs(axis))]))
