"""What the machine can do at most, on one core: so that a figure says how far from it we are."""

import time

import numpy as np


def limits():
    """GFLOP/s of a float32 matrix product, GB/s read and written by a copy that no cache holds."""
    a = np.random.default_rng(0).standard_normal((1024, 1024)).astype(np.float32)
    big = np.zeros(2**26, np.float32)
    copy = np.empty_like(big)
    return 2 * 1024**3 / best(lambda: a @ a) / 1e9, 2 * big.nbytes / best(lambda: np.copyto(copy, big)) / 1e9


def best(work, times=5):
    """Seconds, the least of several."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)
