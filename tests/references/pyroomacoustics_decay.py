"""Make tests/data/pyroomacoustics_decay.npz: decays of shoeboxes by ray tracing and image sources.

Run in an environment of its own:
    python3 -m venv /tmp/pra && /tmp/pra/bin/pip install pyroomacoustics==0.10.1
    /tmp/pra/bin/python tests/references/pyroomacoustics_decay.py
"""

from pathlib import Path

import numpy as np
import pyroomacoustics as pra
from scipy.signal import butter, sosfiltfilt

BANDS = [125, 250, 500, 1000, 2000, 4000, 8000]
ROOMS = {
    "studio": ((8.0, 6.0, 4.0), (6.7, 4.3, 1.2), (2.1, 2.2, 1.5), [0.20, 0.18, 0.16, 0.15, 0.14, 0.13, 0.13]),
    "hall": ((14.0, 11.0, 7.0), (11.0, 8.0, 2.0), (3.0, 4.0, 1.7), [0.10, 0.12, 0.15, 0.20, 0.25, 0.22, 0.22]),
}


def t20(response, rate, band):
    sos = butter(4, [band / 2**0.5, min(band * 2**0.5, 0.49 * rate)], "bandpass", fs=rate, output="sos")
    energy = np.cumsum(sosfiltfilt(sos, response)[::-1] ** 2)[::-1]
    level = 10.0 * np.log10(energy / energy[0])
    chosen = np.flatnonzero((level < -5.0) & (level > -25.0))
    return -60.0 / np.polyfit(chosen / rate, level[chosen], 1)[0]


def main():
    made = {}
    for name, (size, source, ear, absorption) in ROOMS.items():
        times = []
        for seed in range(8):
            np.random.seed(seed)  # noqa: NPY002 pyroomacoustics uses it
            material = pra.Material({"coeffs": absorption, "center_freqs": BANDS}, 0.5)
            room = pra.ShoeBox(size, fs=22050, materials=material, max_order=3, ray_tracing=True, air_absorption=False)
            room.set_ray_tracing(receiver_radius=0.5, n_rays=20000, energy_thres=1e-7)
            room.add_source(source)
            room.add_microphone(ear)
            room.compute_rir()
            times.append([t20(room.rir[0][0], room.fs, band) for band in BANDS[:6]])
        made[f"{name}_size"], made[f"{name}_source"], made[f"{name}_ear"] = np.array(size), np.array(source), np.array(ear)
        made[f"{name}_absorption"], made[f"{name}_decay"] = np.array(absorption), np.mean(times, axis=0)
        print(name, np.round(np.mean(times, axis=0), 3), np.round(np.std(times, axis=0), 3))
    np.savez_compressed(Path(__file__).parents[1] / "data" / "pyroomacoustics_decay.npz", **made)


if __name__ == "__main__":
    main()
