"""Make see2sound_addon/spatial/data/kemar.npz from the MIT KEMAR measurements as SOFA.

The measurements (710 directions) are by Bill Gardner and Keith Martin, MIT Media Laboratory, 1994, free of restrictions on
use if they are cited. Debian's package libmysofa1 carries them:

    apt-get download libmysofa1 && dpkg -x libmysofa1_*.deb kemar
    .venv/bin/python tools/make_head.py kemar/usr/share/libmysofa/MIT_KEMAR_normal_pinna.sofa
"""

import sys
from pathlib import Path

import numpy as np

from see2sound_addon.media.sofa import read_sofa
from see2sound_addon.spatial import head

RATE = 48000
SIZE = 2048


def main(path):
    """Convert the SOFA file at `path` to the default head."""
    measured = read_sofa(path)
    equalised = diffuse_field_equalised(measured.directions, measured.responses, measured.rate)
    made = head.head_from_measurement(measured.directions, equalised, measured.rate, RATE)
    np.savez_compressed(
        head.DEFAULT,
        rate=RATE,
        directions=made.directions,
        delays=made.delays.astype(np.float32),
        responses=full_at_low_frequencies(made.responses),
    )
    print(f"{head.DEFAULT}: {len(made.directions)} directions, {head.DEFAULT.stat().st_size // 1024} KiB")


def full_at_low_frequencies(responses):
    """What the loudspeaker did not play: below some 300 Hz a head does nothing to the level, so the gain at 0 Hz is 1."""
    width, middle = 161, head.samples(head.LEAD, RATE) + 10
    bump = np.zeros(responses.shape[2])
    bump[middle - width // 2 : middle + width // 2 + 1] = np.hanning(width)
    missing = 1.0 - responses.sum(axis=2, keepdims=True)
    return (responses + missing * bump / bump.sum()).astype(np.float32)


def diffuse_field_equalised(directions, responses, rate):
    """Take out what all directions share: the loudspeaker, the microphones and the ear canal's mean resonance."""
    spectra = np.fft.rfft(responses, SIZE, axis=2)
    # Each direction stands for the solid angle around it: the elevations' rings have nearly even spacing along themselves.
    level = np.sqrt(np.maximum(1.0 - directions[:, 2] ** 2, 1e-4))
    rings = np.round(directions[:, 2], 3)
    weight = np.array([round_it / (rings == ring).sum() for round_it, ring in zip(level, rings, strict=True)])
    power = np.einsum("d,def->f", weight / weight.sum(), np.abs(spectra) ** 2) / 2.0
    frequency = np.fft.rfftfreq(SIZE, 1.0 / rate)
    smooth = np.array(
        [power[(frequency >= f / 1.12) & (frequency <= f * 1.12)].mean() if f > 0 else power[1] for f in frequency]
    )
    # Outside what the loudspeaker played well, the correction stays as it is at the edge.
    smooth[frequency < 180.0] = smooth[np.searchsorted(frequency, 180.0)]
    smooth[frequency > 16000.0] = smooth[np.searchsorted(frequency, 16000.0)]
    inverse = head._minimum_phase(1.0 / np.sqrt(smooth), SIZE)
    return np.fft.irfft(spectra * inverse, SIZE, axis=2)[..., : responses.shape[2]]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
