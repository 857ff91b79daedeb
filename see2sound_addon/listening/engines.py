"""What stands between the wheels of a vehicle and its engine.

Gear ratios and shifting speeds are usual ones of Gillespie, "Fundamentals of Vehicle Dynamics", 1992, and the "Bosch Automotive
Handbook", 2018.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .motion import STEADY, smooth

DOWN = 0.5
"""Share of the shifting speed below which the lower gear is taken again."""


@dataclass(frozen=True)
class Drive:
    """What stands between an engine and the wheels. `radius`: of a wheel whose size is not known, metres.

    `gears`: total ratios. `idle`, `shift`: turns a minute: standing, and at which the next gear is taken.
    """

    radius: float
    gears: tuple[float, ...]
    idle: float
    shift: float


DRIVES = {
    "car": Drive(0.31, tuple(3.9 * gear for gear in (3.5, 2.0, 1.35, 1.0, 0.8)), 850.0, 2800.0),
    "truck": Drive(0.5, tuple(3.4 * gear for gear in (7.0, 4.6, 3.1, 2.1, 1.45, 1.0)), 650.0, 1900.0),
    "bus": Drive(0.48, tuple(4.0 * gear for gear in (4.2, 2.4, 1.5, 1.0)), 700.0, 1900.0),
    "motorcycle": Drive(0.31, tuple(5.0 * gear for gear in (2.6, 1.8, 1.4, 1.15, 1.0)), 1300.0, 5000.0),
    "tractor": Drive(0.8, (60.0, 40.0, 25.0), 800.0, 2000.0),
}
"""By class."""


def engine_speed(drive: Drive, wheel: np.ndarray) -> np.ndarray:
    """(n,) turns a minute of an engine, from those of its wheels, (n,): in gear, the product with the gear's ratio."""
    gear, out = 0, np.empty(len(wheel))
    for number, turns in enumerate(wheel):
        while gear < len(drive.gears) - 1 and turns * drive.gears[gear] > drive.shift:
            gear += 1
        while gear > 0 and turns * drive.gears[gear] < DOWN * drive.shift:
            gear -= 1
        out[number] = turns * drive.gears[gear]
    return np.maximum(out, drive.idle)


def engine_load(speed: np.ndarray, rate: float) -> np.ndarray:
    """(n,) 0 to 1: how hard an engine works: against acceleration, the air and what rolls; little while it slows down."""
    acceleration = np.gradient(smooth(speed, 4.0 * STEADY, rate), 1.0 / rate) if len(speed) > 1 else np.zeros(len(speed))
    needed = 0.15 + acceleration / 4.0 + (speed / 45.0) ** 2
    return np.clip(smooth(needed, 4.0 * STEADY, rate), 0.05, 1.0)
