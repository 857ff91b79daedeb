"""A head as a rigid sphere in closed form, ears at azimuth +90 and -90 degrees: the truth that tests measure against.

Duda and Martens, "Range dependence of the response of a spherical head model", JASA 104(5), 1998, for infinite range.
"""

import h5py
import numpy as np
from scipy.special import eval_legendre, spherical_jn, spherical_yn

RADIUS = 0.0875


def responses(directions, rate, taps=256, speed=343.3, late=100):
    """Impulse responses (n, 2, taps) of both ears for unit vectors (n, 3), the centre's arrival at sample `late`."""
    size = 4 * taps
    frequency = np.fft.rfftfreq(size, 1.0 / rate)
    both = []
    for side in (1.0, -1.0):
        incidence = np.arccos(np.clip(side * directions[:, 1], -1, 1))
        spectrum = np.ones((len(directions), len(frequency)), complex)
        spectrum[:, 1:] = pressure(2 * np.pi * frequency[1:] * RADIUS / speed, incidence)
        spectrum *= np.cos(np.pi / 2 * np.clip((frequency - 0.42 * rate) / (0.08 * rate), 0, 1)) ** 2
        both.append(np.fft.irfft(spectrum * np.exp(-2j * np.pi * frequency * late / rate), size, axis=1)[:, :taps])
    return np.stack(both, axis=1)


def pressure(wavenumber, incidence):
    """Pressure on the sphere over free-field pressure at its centre, (angles, frequencies); `wavenumber` times radius.

    The series of Duda and Martens, eq. (A1) at infinite range, with the time convention exp(+i omega t).
    """
    total = np.zeros((len(incidence), len(wavenumber)), complex)
    cosine = np.cos(incidence)
    for order in range(int(wavenumber.max() * 1.2) + 25):
        # Derivative of the spherical Hankel function of the second kind.
        with np.errstate(invalid="ignore"):  # the Hankel functions overflow at orders that no longer count
            slope = spherical_jn(order, wavenumber, True) - 1j * spherical_yn(order, wavenumber, True)
        term = np.zeros(len(wavenumber), complex)
        finite = np.isfinite(slope)
        term[finite] = (1j ** (order - 1)) * (2 * order + 1) / slope[finite]
        total += eval_legendre(order, cosine)[:, None] * term[None]
    return total / wavenumber[None] ** 2


def write_sofa(path, directions, impulse, rate, **changes):
    """A SimpleFreeFieldHRIR file; `changes` replaces or (None) leaves out parts, to make it wrong."""
    azimuth = np.degrees(np.arctan2(directions[:, 1], directions[:, 0])) % 360
    elevation = np.degrees(np.arcsin(np.clip(directions[:, 2], -1, 1)))
    parts = {
        "Data.IR": impulse, "Data.SamplingRate": np.array([rate], float), "Data.Delay": np.zeros((1, 2)),
        "SourcePosition": np.stack([azimuth, elevation, np.full(len(azimuth), 1.2)], axis=1),
    }  # fmt: skip
    convention = changes.pop("convention", "SimpleFreeFieldHRIR")
    parts.update({key.replace("_", "."): value for key, value in changes.items()})
    with h5py.File(path, "w") as file:
        file.attrs["SOFAConventions"] = np.bytes_(convention)
        for name, value in parts.items():
            if value is not None:
                file[name] = value
        if "SourcePosition" in file:
            file["SourcePosition"].attrs["Type"] = np.bytes_("spherical")
    return path
