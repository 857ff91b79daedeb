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
LEAST = 1e-20
"""Power of a source in any bin: about that of the rounding of float32."""
TINY = 1e-60


def normalised(covariance: np.ndarray) -> np.ndarray:
    """With the trace 1, and a share that is diffuse."""
    channels = len(covariance)
    whole = np.trace(covariance)
    shape = covariance / whole if whole > TINY else np.eye(channels) / channels
    return np.asarray((1.0 - DIFFUSE) * shape + DIFFUSE * np.eye(channels) / channels)


def surest_covariance(spectra: np.ndarray, share: np.ndarray) -> np.ndarray:
    """The covariance (channels, channels) of a source, of the bins in which it is strongest beside the others.

    `share`: (bins, frames) of it in the spectra (channels, bins, frames). Those with the largest shares are taken until they
    hold SUREST of its energy: what it has elsewhere is what others have in common with it, and comes from where they are.
    """
    order = np.argsort(share, axis=None)[::-1]
    energy = np.cumsum(((np.abs(spectra) ** 2).sum(axis=0) * share).ravel()[order])
    sure = spectra.reshape(len(spectra), -1)[:, order[: np.searchsorted(energy, SUREST * energy[-1]) + 1]]
    return np.asarray((sure @ sure.conj().T).real, float)


def whitened(spectra: np.ndarray, powers: np.ndarray, shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mixture's spectra divided by the covariance of their model (channels, bins, frames), and the inverse of that, as
    (channels, channels, bins, frames)."""
    channels = len(spectra)
    whole = _over_sources(powers, shapes)
    if channels == 1:
        inverse = 1.0 / whole
    elif channels == 2:
        (a, b), (_, d) = whole
        determinant = a * d - b * b + TINY
        inverse = np.stack([np.stack([d, -b]), np.stack([-b, a])]) / determinant
    else:
        inverse = np.moveaxis(np.linalg.inv(np.moveaxis(whole, (0, 1), (-2, -1))), (-2, -1), (0, 1))
    white = np.stack([sum(inverse[one, other] * spectra[other] for other in range(channels)) for one in range(channels)])
    return white, inverse


def refined(spectra: np.ndarray, powers: np.ndarray, shapes: np.ndarray, steps: int) -> np.ndarray:
    """Powers after steps towards those that explain the spectra best. None is quite zero before, or it could not grow."""
    powers = powers + EVEN * powers.sum(axis=0)
    for _ in range(steps):
        white, inverse = whitened(spectra, powers, shapes)
        pairs = (white.conj()[:, None] * white[None]).real
        powers = powers * np.sqrt(np.maximum(_over_channels(shapes, pairs), 0.0) / (_over_channels(shapes, inverse) + TINY))
        powers = np.maximum(powers, LEAST)
    return powers


def _over_sources(powers: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """The covariance of the mixture's model (channels, channels, bins, frames)."""
    count, channels = shapes.shape[:2]
    flat = shapes.reshape(count, -1).T @ powers.reshape(count, -1)
    return np.asarray(flat.reshape(channels, channels, *powers.shape[1:]))


def _over_channels(shapes: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """(sources, bins, frames): each covariance with what is there for each pair of channels."""
    flat = shapes.reshape(len(shapes), -1) @ pairs.reshape(shapes[0].size, -1)
    return np.asarray(flat.reshape(len(shapes), *pairs.shape[2:]))


def images(spectra: np.ndarray, powers: np.ndarray, shapes: np.ndarray, count: int) -> np.ndarray:
    """What the first `count` sources are in the channels: (count, channels, bins, frames)."""
    white, _ = whitened(spectra, powers, shapes)
    flat = shapes[:count] @ white.reshape(len(white), -1)
    return np.asarray(powers[:count, None] * flat.reshape(count, *white.shape))


def axis_of(covariance: np.ndarray) -> np.ndarray:
    """(channels,) unit vector of the direction in which a source is panned, its strongest channel positive."""
    axis = np.linalg.eigh(covariance)[1][:, -1]
    return np.asarray(axis * np.sign(axis[np.argmax(np.abs(axis))]))
