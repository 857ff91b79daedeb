"""A head as a rigid sphere: what each ear hears of a distant source, in closed form.

Duda and Martens, "Range dependence of the response of a spherical head model", JASA 104(5), 1998, for infinite range.
The ears sit at azimuth +90 and -90 degrees, so that an ear's response depends on one angle alone.
"""

from __future__ import annotations

import numpy as np
from scipy.special import eval_legendre, spherical_jn, spherical_yn

RADIUS = 0.0875
"""Metres, the usual average head."""
TAPS = 128
LEAD = 24
"""Samples before the arrival of the wavefront that a response keeps, for its low frequencies come earlier or later."""
ANGLES = 181
"""One response a degree of incidence."""


def ear_delay(incidence: np.ndarray, speed_of_sound: float) -> np.ndarray:
    """Seconds after the centre's arrival that the wavefront reaches an ear, for angles of incidence in radians (n,).

    Straight to the ear on the near side, along the sphere on the far side (Woodworth 1938).
    """
    near = -np.cos(incidence)
    return RADIUS / speed_of_sound * np.where(incidence <= np.pi / 2.0, near, incidence - np.pi / 2.0)


def ear_responses(rate: float, speed_of_sound: float) -> np.ndarray:
    """(ANGLES, TAPS) impulse responses at one ear for incidences 0 to 180 degrees, without `ear_delay`, after LEAD samples."""
    size = 4 * TAPS
    frequencies = np.fft.rfftfreq(size, 1.0 / rate)
    incidence = np.linspace(0.0, np.pi, ANGLES)
    response = np.ones((ANGLES, len(frequencies)), complex)
    wavenumber = 2.0 * np.pi * frequencies[1:] * RADIUS / speed_of_sound
    response[:, 1:] = _sphere(wavenumber, incidence)
    shift = 2.0 * np.pi * frequencies[None] * (ear_delay(incidence, speed_of_sound)[:, None] - LEAD / rate)
    impulse = np.fft.irfft(response * np.exp(1j * shift), size, axis=1)[:, :TAPS]
    fade = np.ones(TAPS)
    fade[: LEAD // 2] = np.sin(np.linspace(0.0, np.pi / 2.0, LEAD // 2)) ** 2
    fade[-TAPS // 4 :] = np.cos(np.linspace(0.0, np.pi / 2.0, TAPS // 4)) ** 2
    return impulse * fade


def _sphere(wavenumber: np.ndarray, incidence: np.ndarray) -> np.ndarray:
    """Pressure on the sphere over free-field pressure at its centre, (angles, frequencies); `wavenumber` times radius.

    The series of Duda and Martens, eq. (A1) at infinite range, with the time convention exp(+i omega t).
    """
    total = np.zeros((len(incidence), len(wavenumber)), complex)
    cosine = np.cos(incidence)
    for order in range(int(wavenumber.max() * 1.2) + 25):
        # Derivative of the spherical Hankel function of the second kind.
        slope = spherical_jn(order, wavenumber, True) - 1j * spherical_yn(order, wavenumber, True)
        term = np.zeros(len(wavenumber), complex)
        finite = np.isfinite(slope)
        term[finite] = (1j ** (order - 1)) * (2 * order + 1) / slope[finite]
        total += eval_legendre(order, cosine)[:, None] * term[None]
    return total / wavenumber[None] ** 2
