"""Make tests/data/ear_gains.npz: gains of EBU's ADM Renderer (ITU-R BS.2127) on a grid over the sphere, every layout.

Run in an environment of its own, for `ear` wants an old attrs:
    python3 -m venv /tmp/ear && /tmp/ear/bin/pip install ear==2.1.0 "numpy<2"
    /tmp/ear/bin/python tests/references/ear_gains.py
"""

from pathlib import Path

import numpy as np
from ear.core import bs2051, point_source


def main():
    random = np.random.default_rng(2127)
    vectors = random.normal(size=(300, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    level = np.radians(np.arange(-180, 180, 7.5))
    vectors = np.concatenate([vectors, np.stack([np.cos(level), np.sin(level), 0 * level], axis=1)])
    vectors = np.concatenate([vectors, [[0, 0, 1.0], [0, 0, -1.0]]])
    made = {"directions": vectors.astype(np.float64)}
    for name in bs2051.layout_names:
        layout = bs2051.get_layout(name).without_lfe
        panner = point_source.configure(layout)
        # ear's axes: x right, y front, z up.
        gains = [panner.handle(np.array([-y, x, z])) for x, y, z in vectors]
        made[name] = np.array(gains)
        made[f"{name} labels"] = np.array(layout.channel_names)
    np.savez_compressed(Path(__file__).parents[1] / "data" / "ear_gains.npz", **made)


if __name__ == "__main__":
    main()
