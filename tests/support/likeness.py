"""Which classes of procedural sounds are nearest to a recording. Run it: python tests/support/likeness.py [FILE ...]."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded: small products lose by more

import numpy as np
import soundfile

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from see2sound_addon.sound.circle import Circle  # noqa: E402
from see2sound_addon.sound.measures import distance, signature  # noqa: E402
from see2sound_addon.sound.models import MODELS  # noqa: E402

RATE = 24000
"""Takes are made at this rate: the measure ends at 10 kHz."""
LENGTHS = (0.4, 1.2, 3.5)
"""Seconds of the takes; a recording may be any part of an event, so it is compared with all of them."""
TAKES = 5
RECORDINGS = ROOT.parent / "shared" / "recordings"
EXPECTED = {
    "carts_cart_moving": {"mine cart"},
    "default_break_glass": {"glass breaking"},
    "default_dig_choppy": {"chopping"},
    "default_dig_cracky": {"stone impact"},
    "default_dig_metal": {"metal impact"},
    "default_dug_metal": {"metal impact"},
    "default_place_node_metal": {"metal impact"},
    "default_dig_crumbly": {"digging"},
    "default_gravel_dig": {"digging", "footsteps on gravel"},
    "default_gravel_dug": {"digging", "footsteps on gravel"},
    "default_dirt_footstep": {"footsteps on earth"},
    "default_grass_footstep": {"footsteps on grass"},
    "default_gravel_footstep": {"footsteps on gravel"},
    "default_hard_footstep": {"footsteps on stone"},
    "default_ice_footstep": {"footsteps on ice"},
    "default_metal_footstep": {"footsteps on metal"},
    "default_sand_footstep": {"footsteps on sand"},
    "default_snow_footstep": {"footsteps on snow"},
    "default_water_footstep": {"footsteps in water"},
    "default_wood_footstep": {"footsteps on wood"},
    "default_furnace_active": {"small fire", "large fire"},
    "doors_door": {"door"},
    "doors_steel_door": {"metal door"},
    "reference/bubble": {"bubbling"},
    "reference/circular_saw": {"circular saw"},
    "reference/cow": {"cow"},
    "reference/explosion": {"explosion"},
    "reference/fire_crackling": {"small fire"},
    "reference/fire_large": {"large fire"},
    "reference/jackhammer": {"jackhammer"},
    "reference/jet_departing": {"jet"},
    "reference/lava": {"lava"},
    "reference/propeller_plane_starting": {"propeller plane"},
    "reference/roller_coaster_roaring": {"roller coaster"},
    "reference/ship_horn": {"ship horn"},
    "reference/smithy": {"smithy"},
    "reference/steam_hissing": {"steam"},
    "reference/steam_train_horn": {"steam whistle", "train horn"},
    "reference/stream": {"stream"},
    "reference/thunder_near": {"thunder"},
    "reference/thunder_rolling": {"distant thunder", "thunder"},
    "reference/tree_falling": {"tree falling"},
    "reference/tropical_bird": {"tropical bird"},
    "reference/truck_starting": {"truck", "engine starting"},
    "reference/wind": {"wind", "howling wind"},
}
"""What the recordings are, by the beginning of their names."""


def take(name: str, length: float, number: int) -> np.ndarray:
    """A one-shot of a class: the first with the usual parameters, the others with some of their range."""
    model, random = MODELS[name], np.random.default_rng(number)
    shares = {key: known.at(random.uniform(0.15, 0.85)) for key, known in model.parameters.items()} if number else {}
    circle = Circle(round(length * RATE), RATE, 1000 + number, False)
    return model(circle, **shares)[: circle.samples]


def _signatures_of(name: str) -> list[dict[str, np.ndarray]]:
    return [signature(take(name, length, number), RATE) for length in LENGTHS for number in range(TAKES)]


@cache
def signatures() -> dict[str, list[dict[str, np.ndarray]]]:
    """The takes of every class, at all lengths; made on two cores."""
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        return dict(zip(MODELS, pool.map(_signatures_of, MODELS, chunksize=4), strict=True))


def nearest(path: Path) -> list[tuple[float, str]]:
    """All classes, the nearest to a recording first: by the nearest of their takes."""
    samples, rate = soundfile.read(path, always_2d=True)
    mono = samples.mean(axis=1)[: round(LENGTHS[-1] * rate)]
    heard = signature(mono, rate)
    return sorted((min(distance(heard, one) for one in takes), name) for name, takes in signatures().items())


def recordings() -> list[tuple[Path, set[str]]]:
    """The recordings of ../shared that are of a class, with what they are."""
    found = []
    for path in sorted([*RECORDINGS.glob("*.*g"), *RECORDINGS.glob("reference/*.*")]):
        key = str(path.relative_to(RECORDINGS))
        names = [name for name in EXPECTED if key.startswith(name)]
        if names:
            found.append((path, EXPECTED[max(names, key=len)]))
    return found


def main(files: list[str]) -> None:
    """Print the five nearest classes of each recording."""
    good = 0
    asked = [(Path(file), set()) for file in files] or recordings()
    for path, expected in asked:
        order = nearest(path)
        place = next((number for number, (_, name) in enumerate(order, 1) if name in expected), 0)
        good += 0 < place <= 5
        print(f"{place:4d}  {path.name:42s} {', '.join(f'{name} {d:.2f}' for d, name in order[:6])}")
    print(f"{good} of {len(asked)} among the five nearest")


if __name__ == "__main__":
    main(sys.argv[1:])
