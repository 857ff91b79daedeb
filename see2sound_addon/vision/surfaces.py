"""Measure surfaces without recognising objects: sky, water, leaves, fire and others.

Each measure is a membership from 0 to 1 a patch, made of colour, texture and place. They are rough on purpose: good
enough to keep the sky from sounding and to let water sound like water.
"""

from __future__ import annotations

import cv2
import numpy as np

from .superpixels import Superpixels

SURFACES = ("sky", "water", "waterfall", "foliage", "fire", "smoke", "snow", "sand", "stone", "built")


def measure_surfaces(pixels: np.ndarray, patches: Superpixels) -> dict[str, np.ndarray]:
    """Memberships, (n,) each, for every name in SURFACES, of a small RGB picture and its patches."""
    f = _features(pixels, patches)
    sky = _sky(f, patches)
    rest = 1.0 - sky
    below = _above(f["row"], 0.35, 0.5)
    leafy = _above(f["hue"], 98.0, 108.0) * _below(f["hue"], 160.0, 175.0)
    foliage = rest * leafy * _above(f["green"], 3.0, 7.0) * _above(f["texture"], 3.0, 8.0) * _above(f["saturation"], 0.12, 0.25)
    fire = rest * _fire(f, patches)
    water = rest * below * (1.0 - foliage) * (1.0 - fire) * _water(f, _unlike_sky(patches, sky))
    snow = rest * below * _above(f["value"], 0.8, 0.9) * _below(f["saturation"], 0.1, 0.2) * _below(f["texture"], 4.0, 10.0)
    warm = _above(f["hue"], 12.0, 20.0) * _below(f["hue"], 50.0, 62.0)
    sand = (
        rest
        * below
        * warm
        * _above(f["value"], 0.45, 0.6)
        * _below(f["saturation"], 0.45, 0.6)
        * _below(f["texture"], 6.0, 12.0)
    )
    smoke = (
        rest
        * _below(f["saturation"], 0.15, 0.3)
        * _above(f["value"], 0.35, 0.55)
        * _below(f["edges"], 0.04, 0.12)
        * (1.0 - water)
        * (1.0 - snow)
        * _below(f["row"], 0.7, 0.9)
    )
    stone = rest * below * _below(f["saturation"], 0.25, 0.4) * _above(f["texture"], 8.0, 14.0) * (1.0 - foliage)
    built = rest * _above(f["straight"], 0.04, 0.10) * (1.0 - foliage)
    waterfall = rest * (1.0 - fire) * _waterfall(f, patches, sky)
    measured = (sky, water, waterfall, foliage, fire, smoke, snow, sand, stone, built)
    return dict(zip(SURFACES, measured, strict=True))


def _above(value: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 below `low`, 1 above `high`, straight between."""
    return np.clip((value - low) / (high - low), 0.0, 1.0)


def _below(value: np.ndarray, low: float, high: float) -> np.ndarray:
    return 1.0 - _above(value, low, high)


def _features(pixels: np.ndarray, patches: Superpixels) -> dict[str, np.ndarray]:
    hsv = cv2.cvtColor(pixels.astype(np.float32) / 255.0, cv2.COLOR_RGB2HSV)
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).astype(np.float32)
    light = lab[..., 0]
    fine = light - cv2.GaussianBlur(light, (0, 0), 3.0)
    texture = np.sqrt(cv2.GaussianBlur(fine * fine, (0, 0), 3.0))
    along = np.abs(cv2.Sobel(light, cv2.CV_32F, 1, 0))
    down = np.abs(cv2.Sobel(light, cv2.CV_32F, 0, 1))
    edges = cv2.Canny(pixels, 60, 150).astype(np.float32) / 255.0
    colour = patches.lab - 128.0
    return {
        "row": patches.centre[:, 1],
        "value": patches.mean(hsv[..., 2]),
        "saturation": patches.mean(hsv[..., 1]),
        "hue": np.degrees(np.arctan2(colour[:, 2], colour[:, 1])) % 360.0,  # Lab hue: 0 red, 90 yellow, 180 green, 270 blue
        "green": -colour[:, 1],
        "blue": -colour[:, 2],
        "texture": patches.mean(texture),
        "edges": patches.mean(edges),
        "level": patches.mean(down) / (patches.mean(along) + patches.mean(down) + 1.0),
        "strength": patches.mean(along + down),
        "straight": patches.mean(_straight_edges(pixels)),
        "bright": patches.mean((hsv[..., 2] > 0.97).astype(np.float32)),
        "light": patches.lab[:, 0],
    }


def _straight_edges(pixels: np.ndarray) -> np.ndarray:
    """1 on straight upright or level line segments, 0 elsewhere, (height, width)."""
    height, width = pixels.shape[:2]
    drawn = np.zeros((height, width), np.uint8)
    found = cv2.createLineSegmentDetector().detect(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))[0]
    for x0, y0, x1, y1 in found[:, 0] if found is not None else ():
        if np.hypot(x1 - x0, y1 - y0) > 0.03 * width:
            cv2.line(drawn, (round(x0), round(y0)), (round(x1), round(y1)), 1, 1)
    return drawn.astype(np.float32)


def _sky(f: dict[str, np.ndarray], patches: Superpixels) -> np.ndarray:
    """Smooth and light or blue, and joined to the top edge by patches of the same kind."""
    smooth = _below(f["texture"], 3.0, 9.0) * _below(f["edges"], 0.03, 0.10)
    coloured = np.maximum(_above(f["blue"], 4.0, 12.0), _above(f["value"], 0.55, 0.75))
    candidate = smooth * coloured * _below(f["row"], 0.6, 0.85)
    top = np.zeros(len(patches), bool)
    top[np.unique(patches.labels[0])] = True
    reached = top & (candidate > 0.4)
    while True:
        a, b = patches.neighbours[:, 0], patches.neighbours[:, 1]
        alike = np.linalg.norm(patches.lab[a] - patches.lab[b], axis=1) < 25.0
        grown = reached.copy()
        grown[b[reached[a] & alike]] = True
        grown[a[reached[b] & alike]] = True
        grown &= candidate > 0.3
        grown |= reached
        if (grown == reached).all():
            joined = candidate * reached
            # What shows through branches or a scaffold is not joined to it, but looks the same.
            seen_through = candidate * (1.0 - _unlike_sky(patches, joined)) * _below(f["row"], 0.45, 0.6)
            return np.maximum(joined, seen_through)
        reached = grown


def _around(values: np.ndarray, patches: Superpixels, reach: float) -> np.ndarray:
    """The mean of the patches within `reach` (a fraction of the picture) of each, (n,)."""
    near = np.linalg.norm(patches.centre[:, None] - patches.centre[None], axis=2) < reach
    return (near @ values) / near.sum(axis=1)


def _fire(f: dict[str, np.ndarray], patches: Superpixels) -> np.ndarray:
    """Glaring, much lighter than what is around, and yellow to orange itself or at its rim."""
    flame = _above(f["hue"], 30.0, 45.0) * _below(f["hue"], 92.0, 105.0) * _above(f["saturation"], 0.2, 0.4)
    glare = _above(f["bright"], 0.4, 0.7) * _above(f["light"] - _around(f["light"], patches, 0.2), 30.0, 60.0)
    return glare * np.maximum(flame, _above(_around(flame * _above(f["value"], 0.45, 0.65), patches, 0.1), 0.1, 0.3))


def _waterfall(f: dict[str, np.ndarray], patches: Superpixels, sky: np.ndarray) -> np.ndarray:
    """White and upright streaks, much lighter than the rock around, and not joined to the sky."""
    return (
        _above(f["light"] - _around(f["light"], patches, 0.15), 25.0, 50.0)
        * _below(f["saturation"], 0.2, 0.4)
        * _below(f["level"], 0.40, 0.50)
        * _below(_around(sky, patches, 0.12), 0.1, 0.3)
        * _above(f["row"], 0.2, 0.3)
    )


def _unlike_sky(patches: Superpixels, sky: np.ndarray) -> np.ndarray:
    """How far each patch's colour is from the nearest of the sky's: what shows through a scaffold low down is no lake."""
    known = sky > 0.5
    if not known.any():
        return np.ones(len(patches))
    distance = np.linalg.norm(patches.lab[:, None] - patches.lab[known][None], axis=2).min(axis=1)
    return _above(distance, 4.0, 9.0)


def _water(f: dict[str, np.ndarray], unlike_sky: np.ndarray) -> np.ndarray:
    """Level ripples or a smooth mirror, and bluish, greenish or dark; never in the upper half."""
    ripples = _above(f["level"], 0.48, 0.62)
    mirror = _below(f["texture"], 2.0, 5.0) * _above(f["blue"], 0.0, 5.0) * _above(f["light"], 60.0, 100.0) * unlike_sky
    cool = np.maximum(_above(f["blue"], -2.0, 6.0), _below(f["light"], 70.0, 110.0))
    return np.maximum(ripples * cool, mirror) * _above(f["row"], 0.45, 0.6) * _below(f["straight"], 0.05, 0.12)
