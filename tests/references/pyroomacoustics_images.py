"""Make tests/data/pyroomacoustics_images.npz: image sources of a few rooms up to the third order, reverberation times.

Run in an environment of its own:
    python3 -m venv /tmp/pra && /tmp/pra/bin/pip install pyroomacoustics==0.10.1
    /tmp/pra/bin/python tests/references/pyroomacoustics_images.py
"""

from pathlib import Path

import numpy as np
import pyroomacoustics as pra

BANDS = [125, 250, 500, 1000, 2000, 4000, 8000]
ROOMS = {
    "plain": ((6.0, 5.0, 3.0), (1.2, 3.1, 1.5), (4.1, 1.7, 1.2), [[0.3] * 7] * 6),
    "hall": ((21.0, 13.0, 8.0), (3.0, 6.0, 1.7), (15.5, 7.5, 1.4), [[0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.35]] * 6),
    "odd": (
        (4.3, 7.9, 2.6), (0.9, 6.2, 1.1), (3.3, 2.2, 1.9),
        [
            [0.29, 0.10, 0.05, 0.04, 0.07, 0.09, 0.09], [0.35, 0.25, 0.18, 0.12, 0.07, 0.04, 0.04],
            [0.03, 0.03, 0.03, 0.04, 0.05, 0.07, 0.07], [0.14, 0.35, 0.55, 0.72, 0.70, 0.65, 0.65],
            [0.02, 0.06, 0.14, 0.37, 0.60, 0.65, 0.65], [0.01, 0.01, 0.015, 0.02, 0.02, 0.02, 0.02],
        ],
    ),
}  # fmt: skip
WALLS = ("west", "east", "south", "north", "floor", "ceiling")


def main():
    made = {}
    for name, (size, listener, source, walls) in ROOMS.items():
        materials = {
            wall: pra.Material({"coeffs": values, "center_freqs": BANDS}) for wall, values in zip(WALLS, walls, strict=True)
        }
        room = pra.ShoeBox(size, fs=48000, materials=materials, max_order=3, air_absorption=False)
        room.add_source(source)
        room.add_microphone(listener)
        room.image_source_model()
        images = room.sources[0].images.T.astype(float)
        distance = np.linalg.norm(images - np.array(listener), axis=1)
        order = np.argsort(distance)
        # What it keeps of every octave, the first column being 125 Hz.
        damping = room.sources[0].damping.T[order]
        areas = np.array([size[1] * size[2]] * 2 + [size[0] * size[2]] * 2 + [size[0] * size[1]] * 2)
        absorption = areas @ np.array(walls) / areas.sum()
        eyring = [pra.rt60_eyring(areas.sum(), np.prod(size), a, 0.0, 343.3) for a in absorption]
        made.update({
            f"{name} size": size, f"{name} listener": listener, f"{name} source": source, f"{name} walls": walls,
            f"{name} images": images[order], f"{name} distance": distance[order], f"{name} damping": damping[:, :7],
            f"{name} eyring": eyring,
        })  # fmt: skip
    np.savez_compressed(Path(__file__).parents[1] / "data" / "pyroomacoustics_images.npz", **made)


if __name__ == "__main__":
    main()
