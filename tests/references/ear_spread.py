"""Make tests/data/ear_spread.npz: gains of EBU's ADM Renderer (ITU-R BS.2127) for diverged and spread objects.

Run in the environment of ear_gains.py:
    /tmp/ear/bin/python tests/references/ear_spread.py
"""

from pathlib import Path

import numpy as np
from ear.core import bs2051, point_source
from ear.core.objectbased.extent import PolarExtentPanner
from ear.core.objectbased.gain_calc import diverge
from ear.fileio.adm.elements import ObjectDivergence

LAYOUTS = ("0+5+0", "4+7+0", "9+10+3")
DIVERGENCES = (0.25, 0.5, 1.0)
SPREADS = (4.0, 20.0, 90.0, 200.0, 360.0)


def main():
    random = np.random.default_rng(2127)
    vectors = random.normal(size=(40, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    made = {"directions": vectors, "divergences": DIVERGENCES, "spreads": SPREADS}
    for name in LAYOUTS:
        layout = bs2051.get_layout(name).without_lfe
        panner = point_source.configure(layout)
        extent = PolarExtentPanner(panner.handle)
        # ear's axes: x right, y front, z up.
        theirs = [np.array([-y, x, z]) for x, y, z in vectors]
        for value in DIVERGENCES:
            gains = []
            for vector in theirs:
                weights, places = diverge(vector, ObjectDivergence(value), False)
                gains.append(np.sqrt(weights @ np.array([panner.handle(place) for place in places]) ** 2))
            made[f"{name} divergence {value}"] = np.array(gains)
        for angle in SPREADS:
            made[f"{name} spread {angle}"] = np.array([extent.calc_pv_spread(vector, angle, angle) for vector in theirs])
        made[f"{name} labels"] = np.array(layout.channel_names)
    np.savez_compressed(Path(__file__).parents[1] / "data" / "ear_spread.npz", **made)


if __name__ == "__main__":
    main()
