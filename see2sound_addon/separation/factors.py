"""Non-negative factors of magnitude spectra: what a class sounds like, and when (Kullback-Leibler divergence).

Multiplicative steps as in D. D. Lee and H. S. Seung, "Algorithms for Non-negative Matrix Factorization" (2000); dictionaries
that are learned beforehand beside atoms that learn themselves as in P. Smaragdis, B. Raj and M. Shashanka, "Supervised and
Semi-Supervised Separation of Sounds from Single-Channel Mixtures" (2007). What learns itself pays for what it takes (a sparsity
penalty on its activations), or it would take everything.
"""

from __future__ import annotations

import numpy as np

ATOMS = 20
"""Of a class."""
FREE = 8
"""Atoms that learn the rest of the mixture themselves."""
PENALTY = 0.4
"""Of their activations, where those of a class have none."""
LEARNING, FITTING, FIXED = 60, 40, 10
"""Steps; in the first FIXED of FITTING only activations change."""
QUIET = 1e-3
"""Of the strongest frame of an example: quieter ones teach nothing."""
TINY = np.float32(1e-10)


def learn(magnitudes: np.ndarray, seed: int = 0) -> np.ndarray:
    """A dictionary (bins, atoms) of a class from the spectra (bins, frames) of its examples, each atom with the sum 1."""
    loud = magnitudes.sum(axis=0)
    observed = magnitudes[:, loud > QUIET * loud.max(initial=0.0)].astype(np.float32) + TINY
    if observed.shape[1] == 0:
        return np.full((len(magnitudes), 1), 1.0 / len(magnitudes), np.float32)
    random = np.random.default_rng(seed)
    count = min(ATOMS, observed.shape[1])
    atoms = observed[:, random.choice(observed.shape[1], count, replace=False)] + 0.1 * observed.mean(axis=1, keepdims=True)
    atoms /= atoms.sum(axis=0)
    when = (random.random((count, observed.shape[1])) * observed.sum(axis=0).mean()).astype(np.float32)
    for _ in range(LEARNING):
        when *= atoms.T @ (observed / (atoms @ when + TINY))
        atoms *= ((observed / (atoms @ when + TINY)) @ when.T) / (when.sum(axis=1) + TINY)
        atoms /= atoms.sum(axis=0) + TINY
    return atoms


def fit(magnitudes: np.ndarray, dictionaries: list[np.ndarray], seed: int = 0) -> list[np.ndarray]:
    """The magnitudes (bins, frames) of each class in a mixture, and last those of the rest."""
    observed = magnitudes.astype(np.float32) + TINY
    known = sum(atoms.shape[1] for atoms in dictionaries)
    random = np.random.default_rng(seed)
    free = observed[:, random.choice(observed.shape[1], min(FREE, observed.shape[1]), replace=False)]
    free = free + observed.mean(axis=1, keepdims=True)
    atoms = np.concatenate([*dictionaries, free / free.sum(axis=0)], axis=1)
    when = np.full((atoms.shape[1], observed.shape[1]), observed.sum(axis=0).mean() / atoms.shape[1], np.float32)
    when[known:] *= 0.1
    price = np.where(np.arange(atoms.shape[1]) < known, 1.0, 1.0 + PENALTY).astype(np.float32)[:, None]
    for step in range(FITTING):
        when *= (atoms.T @ (observed / (atoms @ when + TINY))) / price
        if step > FIXED:
            atoms[:, known:] *= ((observed / (atoms @ when + TINY)) @ when[known:].T) / (when[known:].sum(axis=1) + TINY)
            atoms[:, known:] /= atoms[:, known:].sum(axis=0) + TINY
    ends = np.cumsum([0, *(one.shape[1] for one in dictionaries), atoms.shape[1] - known])
    return [atoms[:, begin:end] @ when[begin:end] for begin, end in zip(ends[:-1], ends[1:], strict=True)]
