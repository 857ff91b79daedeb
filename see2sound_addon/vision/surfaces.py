"""Measure surfaces without recognising objects: sky, water, leaves, fire and others.

Each measure is a membership from 0 to 1 a patch, made of colour, texture and place. They are rough on purpose: good
enough to keep the sky from sounding and to let water sound like water.
"""

from __future__ import annotations

import cv2
import numpy as np

from .superpixels import Superpixels

SURFACES = ("sky", "water", "waterfall", "foliage", "fire", "smoke", "snow", "sand", "stone", "built")

# Ramps: a membership rises from 0 to 1, or falls, between the two values. They were set by hand on the pictures of the tests
# and on those that scikit-image carries, wide enough that a picture's exposure hardly matters; tests/vision holds the result.
# Units: rows are fractions of the height from the top. Hue is an angle in Lab: 0 red, 90 yellow, 180 green, 270 blue. Value
# and saturation are those of HSV, 0 to 1. Light, blue and green are Lab's axes on a scale of 0 to 255. Texture is the deviation
# of lightness within 3 pixels on that scale. Edges and straight are the share of pixels on edges (Canny) and on straight
# segments. Level is the share of gradients that point up or down.
LOWER_HALF = (0.35, 0.5)
"""Rows: water, snow, sand and stone lie low in a picture."""
LEAF_HUE, LEAF_HUE_END, LEAF_GREEN = (98.0, 108.0), (160.0, 175.0), (3.0, 7.0)
LEAF_TEXTURE, LEAF_SATURATION = (3.0, 8.0), (0.12, 0.25)
"""Leaves: yellow-green to green, rough, and not grey."""
SNOW_VALUE, SNOW_SATURATION, SNOW_TEXTURE = (0.8, 0.9), (0.1, 0.2), (4.0, 10.0)
"""Snow: white and smooth."""
SAND_HUE, SAND_HUE_END, SAND_VALUE = (12.0, 20.0), (50.0, 62.0), (0.45, 0.6)
SAND_SATURATION, SAND_TEXTURE = (0.45, 0.6), (6.0, 12.0)
"""Sand: warm, light, pale and smooth."""
SMOKE_SATURATION, SMOKE_VALUE, SMOKE_EDGES, SMOKE_ROW = (0.15, 0.3), (0.35, 0.55), (0.04, 0.12), (0.7, 0.9)
"""Smoke: grey, light and without edges, not at the bottom."""
STONE_SATURATION, STONE_TEXTURE = (0.25, 0.4), (8.0, 14.0)
"""Stone: grey and rough."""
BUILT_STRAIGHT = (0.04, 0.10)
"""Buildings: straight upright and level lines, at least LINE of the picture's width long."""
LINE = 0.03
SKY_TEXTURE, SKY_EDGES, SKY_BLUE, SKY_VALUE, SKY_ROW = (3.0, 9.0), (0.03, 0.10), (4.0, 12.0), (0.55, 0.75), (0.6, 0.85)
"""Sky: smooth, blue or light, not at the bottom."""
SKY_BEGINS, SKY_GROWS, SKY_STEP, SKY_THROUGH_ROW = 0.4, 0.3, 25.0, (0.45, 0.6)
"""Sky begins at the top edge from one membership on and grows into patches of another, over steps in Lab below the third; what
shows through branches is sky only this high up."""
KNOWN_SKY, UNLIKE_SKY = 0.5, (4.0, 9.0)
"""Membership of sky whose colours are compared with others, and differences in Lab from which on another is none of them."""
FLAME_HUE, FLAME_HUE_END, FLAME_SATURATION, FLAME_VALUE = (30.0, 45.0), (92.0, 105.0), (0.2, 0.4), (0.45, 0.65)
"""Flames: yellow to orange."""
GLARE, GLARE_STEP, GLARE_REACH, RIM_REACH, RIM_SHARE = (0.4, 0.7), (30.0, 60.0), 0.2, 0.1, (0.1, 0.3)
"""Fire burns out to white and is much lighter than what is around, with flames itself or at its rim."""
BURNT_OUT = 0.97
"""Value from which on a pixel is white."""
FALL_STEP, FALL_REACH, FALL_SATURATION, FALL_UPRIGHT = (25.0, 50.0), 0.15, (0.2, 0.4), (0.40, 0.50)
FALL_SKY_REACH, FALL_SKY, FALL_ROW = 0.12, (0.1, 0.3), (0.2, 0.3)
"""Waterfalls: lighter than the rock around, white, streaked upright, away from the sky, not at the top."""
COLOURED = (0.02, 0.06)
"""Mean saturation of a picture in which white says something: in one without colours everything light is white."""
RIPPLES, MIRROR_TEXTURE, MIRROR_BLUE, MIRROR_LIGHT = (0.48, 0.62), (2.0, 5.0), (0.0, 5.0), (60.0, 100.0)
COOL_BLUE, DARK, WATER_ROW, WATER_STRAIGHT = (-2.0, 6.0), (70.0, 110.0), (0.45, 0.6), (0.05, 0.12)
"""Water: level ripples that are bluish or dark, or a smooth bluish mirror; in the lower half, without straight lines."""
FINE = 3.0
"""Pixels: what is smaller than this is texture."""
CANNY = (60, 150)
"""Thresholds of gradients, of 255."""


def measure_surfaces(pixels: np.ndarray, patches: Superpixels) -> dict[str, np.ndarray]:
    """Memberships, (n,) each, for every name in SURFACES, of a small RGB picture and its patches."""
    f = _features(pixels, patches)
    sky = _sky(f, patches)
    rest = 1.0 - sky
    below = _above(f["row"], *LOWER_HALF)
    leafy = _above(f["hue"], *LEAF_HUE) * _below(f["hue"], *LEAF_HUE_END)
    foliage = rest * leafy * _above(f["green"], *LEAF_GREEN) * _above(f["texture"], *LEAF_TEXTURE)
    foliage = foliage * _above(f["saturation"], *LEAF_SATURATION)
    fire = rest * _fire(f, patches)
    water = rest * below * (1.0 - foliage) * (1.0 - fire) * _water(f, _unlike_sky(patches, sky))
    snow = rest * below * _above(f["value"], *SNOW_VALUE) * _below(f["saturation"], *SNOW_SATURATION)
    snow = snow * _below(f["texture"], *SNOW_TEXTURE)
    warm = _above(f["hue"], *SAND_HUE) * _below(f["hue"], *SAND_HUE_END)
    sand = (
        rest
        * below
        * warm
        * _above(f["value"], *SAND_VALUE)
        * _below(f["saturation"], *SAND_SATURATION)
        * _below(f["texture"], *SAND_TEXTURE)
    )
    smoke = (
        rest
        * _below(f["saturation"], *SMOKE_SATURATION)
        * _above(f["value"], *SMOKE_VALUE)
        * _below(f["edges"], *SMOKE_EDGES)
        * (1.0 - water)
        * (1.0 - snow)
        * _below(f["row"], *SMOKE_ROW)
    )
    stone = rest * below * _below(f["saturation"], *STONE_SATURATION) * _above(f["texture"], *STONE_TEXTURE) * (1.0 - foliage)
    built = rest * _above(f["straight"], *BUILT_STRAIGHT) * (1.0 - foliage)
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
    fine = light - cv2.GaussianBlur(light, (0, 0), FINE)
    texture = np.sqrt(cv2.GaussianBlur(fine * fine, (0, 0), FINE))
    along = np.abs(cv2.Sobel(light, cv2.CV_32F, 1, 0))
    down = np.abs(cv2.Sobel(light, cv2.CV_32F, 0, 1))
    edges = cv2.Canny(pixels, *CANNY).astype(np.float32) / 255.0
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
        "bright": patches.mean((hsv[..., 2] > BURNT_OUT).astype(np.float32)),
        "light": patches.lab[:, 0],
    }


def _straight_edges(pixels: np.ndarray) -> np.ndarray:
    """1 on straight upright or level line segments, 0 elsewhere, (height, width)."""
    height, width = pixels.shape[:2]
    drawn = np.zeros((height, width), np.uint8)
    found = cv2.createLineSegmentDetector().detect(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))[0]
    for x0, y0, x1, y1 in found[:, 0] if found is not None else ():
        if np.hypot(x1 - x0, y1 - y0) > LINE * width:
            cv2.line(drawn, (round(x0), round(y0)), (round(x1), round(y1)), 1, 1)
    return drawn.astype(np.float32)


def _sky(f: dict[str, np.ndarray], patches: Superpixels) -> np.ndarray:
    """Smooth and light or blue, and joined to the top edge by patches of the same kind."""
    smooth = _below(f["texture"], *SKY_TEXTURE) * _below(f["edges"], *SKY_EDGES)
    coloured = np.maximum(_above(f["blue"], *SKY_BLUE), _above(f["value"], *SKY_VALUE))
    candidate = smooth * coloured * _below(f["row"], *SKY_ROW)
    top = np.zeros(len(patches), bool)
    top[np.unique(patches.labels[0])] = True
    reached = top & (candidate > SKY_BEGINS)
    while True:
        a, b = patches.neighbours[:, 0], patches.neighbours[:, 1]
        alike = np.linalg.norm(patches.lab[a] - patches.lab[b], axis=1) < SKY_STEP
        grown = reached.copy()
        grown[b[reached[a] & alike]] = True
        grown[a[reached[b] & alike]] = True
        grown &= candidate > SKY_GROWS
        grown |= reached
        if (grown == reached).all():
            joined = candidate * reached
            # What shows through branches or a scaffold is not joined to it, but looks the same.
            seen_through = candidate * (1.0 - _unlike_sky(patches, joined)) * _below(f["row"], *SKY_THROUGH_ROW)
            return np.maximum(joined, seen_through)
        reached = grown


def _around(values: np.ndarray, patches: Superpixels, reach: float) -> np.ndarray:
    """The mean of the patches within `reach` (a fraction of the picture) of each, (n,)."""
    near = np.linalg.norm(patches.centre[:, None] - patches.centre[None], axis=2) < reach
    return (near @ values) / near.sum(axis=1)


def _fire(f: dict[str, np.ndarray], patches: Superpixels) -> np.ndarray:
    """Glaring, much lighter than what is around, and yellow to orange itself or at its rim."""
    flame = _above(f["hue"], *FLAME_HUE) * _below(f["hue"], *FLAME_HUE_END) * _above(f["saturation"], *FLAME_SATURATION)
    glare = _above(f["bright"], *GLARE) * _above(f["light"] - _around(f["light"], patches, GLARE_REACH), *GLARE_STEP)
    rim = _around(flame * _above(f["value"], *FLAME_VALUE), patches, RIM_REACH)
    return glare * np.maximum(flame, _above(rim, *RIM_SHARE))


def _waterfall(f: dict[str, np.ndarray], patches: Superpixels, sky: np.ndarray) -> np.ndarray:
    """White and upright streaks, much lighter than the rock around, and not joined to the sky."""
    return (
        _above(f["light"] - _around(f["light"], patches, FALL_REACH), *FALL_STEP)
        * _below(f["saturation"], *FALL_SATURATION)
        * _above(f["saturation"].mean(), *COLOURED)
        * _below(f["level"], *FALL_UPRIGHT)
        * _below(_around(sky, patches, FALL_SKY_REACH), *FALL_SKY)
        * _above(f["row"], *FALL_ROW)
    )


def _unlike_sky(patches: Superpixels, sky: np.ndarray) -> np.ndarray:
    """How far each patch's colour is from the nearest of the sky's: what shows through a scaffold low down is no lake."""
    known = sky > KNOWN_SKY
    if not known.any():
        return np.ones(len(patches))
    distance = np.linalg.norm(patches.lab[:, None] - patches.lab[known][None], axis=2).min(axis=1)
    return _above(distance, *UNLIKE_SKY)


def _water(f: dict[str, np.ndarray], unlike_sky: np.ndarray) -> np.ndarray:
    """Level ripples or a smooth mirror, and bluish, greenish or dark; never in the upper half."""
    ripples = _above(f["level"], *RIPPLES)
    mirror = (
        _below(f["texture"], *MIRROR_TEXTURE) * _above(f["blue"], *MIRROR_BLUE) * _above(f["light"], *MIRROR_LIGHT) * unlike_sky
    )
    cool = np.maximum(_above(f["blue"], *COOL_BLUE), _below(f["light"], *DARK))
    return np.maximum(ripples * cool, mirror) * _above(f["row"], *WATER_ROW) * _below(f["straight"], *WATER_STRAIGHT)
