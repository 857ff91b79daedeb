"""Moving pictures with known truth: a camera that turns in a painted world, seen exactly through a pinhole."""

from __future__ import annotations

import cv2
import numpy as np

from see2sound_addon.media.moving import Frame

SIZE = (480, 270)
FIELD = np.radians(50.0)
RATE = 24.0
PAPER = (2048, 1024)
"""Of the world, equirectangular: longitudes and latitudes, even."""


def world(seed=0):
    """All directions as a picture (1024, 2048, 3) with texture at all sizes."""
    random = np.random.default_rng(seed)
    picture = np.zeros((PAPER[1], PAPER[0], 3))
    for cells in (16, 64, 256):
        noise = random.uniform(0, 1, (cells // 2, cells, 3)).astype(np.float32)
        picture += cv2.resize(noise, PAPER, interpolation=cv2.INTER_CUBIC) / 3.0
    return np.clip(picture * 200 + 20, 0, 255).astype(np.uint8)


def texture(seed, size=(48, 32)):
    """What an object looks like (height, width, 3): strong, and of its own colour."""
    random = np.random.default_rng(seed)
    blocks = (
        random.uniform(0, 255, (6, 8, 3)) * [1.0, 0.35, 0.2]
        if seed % 2
        else random.uniform(0, 255, (6, 8, 3)) * [0.2, 0.5, 1.0]
    )
    return cv2.resize(blocks.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)


def direction(azimuth, elevation):
    """Of angles in degrees, azimuth to the left and elevation upwards: x front, y left, z up."""
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.stack([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e) * np.ones_like(a)], axis=-1)


def view(paper, yaw=0.0, pitch=0.0, size=SIZE, field=FIELD):
    """The world through a pinhole that looks at an azimuth and elevation in degrees."""
    width, height = size
    focal = 0.5 * width / np.tan(field / 2)
    x, y = np.meshgrid(np.arange(width) + 0.5 - width / 2, np.arange(height) + 0.5 - height / 2)
    rays = np.stack([np.full(x.shape, focal), -x, -y], axis=-1)
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    p, a = np.radians(pitch), np.radians(yaw)
    tilt = np.array([[np.cos(p), 0, -np.sin(p)], [0, 1, 0], [np.sin(p), 0, np.cos(p)]])
    turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    rays = rays @ (turn @ tilt).T
    column = (0.5 - np.arctan2(rays[..., 1], rays[..., 0]) / (2 * np.pi)) * PAPER[0] - 0.5
    row = (0.5 - np.arcsin(np.clip(rays[..., 2], -1, 1)) / np.pi) * PAPER[1] - 0.5
    return cv2.remap(paper, column.astype(np.float32), row.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def paint(paper, patch, azimuth, elevation, width=8.0):
    """Put a patch onto the world, `width` degrees wide, centred at a direction; exact to a fraction of a pixel."""
    height = width * patch.shape[0] / patch.shape[1]
    middle = np.array([(0.5 - azimuth / 360) * PAPER[0] - 0.5, (0.5 - elevation / 180) * PAPER[1] - 0.5])
    wide, high = width / 360 * PAPER[0], height / 180 * PAPER[1]
    corner = middle - [wide / 2, high / 2]
    left, top = np.floor(corner - 1).astype(int)
    right, bottom = np.ceil(middle + np.array([wide / 2 + 1, high / 2 + 1])).astype(int)
    x, y = np.meshgrid(np.arange(left, right + 1), np.arange(top, bottom + 1))
    u, v = (x - corner[0]) / wide, (y - corner[1]) / high
    inside = (u >= 0) & (u < 1) & (v >= 0) & (v < 1)
    values = cv2.remap(
        patch, (u * patch.shape[1] - 0.5).astype(np.float32), (v * patch.shape[0] - 0.5).astype(np.float32), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    target = (y[inside].clip(0, PAPER[1] - 1), x[inside] % PAPER[0])
    paper[target] = values[inside]


def film(count, azimuths=None, elevation=0.0, yaw=None, pitch=None, pillar=None, seed=0, width=8.0, rate=RATE):
    """Frames of an object that is at `azimuths` (count,) degrees, NaN where it is not there.

    `yaw`, `pitch`: (count,) degrees of the camera. `pillar`: azimuth and width in degrees of one that stands in front.
    """
    clean, patch = world(seed), texture(seed)
    column = texture(seed + 10, (8, 200))
    for number in range(count):
        paper = clean.copy()
        if azimuths is not None and np.isfinite(azimuths[number]):
            paint(paper, patch, float(azimuths[number]), elevation, width)
        if pillar is not None:
            paint(paper, column, pillar[0], 0.0, pillar[1])
        turned = 0.0 if yaw is None else float(yaw[number])
        tilted = 0.0 if pitch is None else float(pitch[number])
        yield Frame(number / rate, view(paper, turned, tilted))


def angles_between(one, other):
    """Degrees between unit vectors (n, 3)."""
    one = one / np.linalg.norm(one, axis=-1, keepdims=True)
    return np.degrees(np.arccos(np.clip((one * other).sum(axis=-1), -1, 1)))


def write_film(path, frames, rate=RATE):
    """Frames as a video file; its path."""
    out = None
    for frame in frames:
        out = out or cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), rate, frame.pixels.shape[1::-1])
        out.write(frame.pixels[..., ::-1])
    out.release()
    return path


def red_box(pixels):
    """The box of the largest red object of a picture (height, width, 3), as fractions; None if there is none."""
    red = (pixels[..., 0] > 110) & (pixels[..., 1] < 0.6 * pixels[..., 0]) & (pixels[..., 2] < 0.6 * pixels[..., 0])
    whole = cv2.morphologyEx(red.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(whole)
    if count < 2:
        return None
    x, y, wide, high, area = max(stats[1:], key=lambda row: row[4])
    height, width = red.shape
    return None if area < 60 else (x / width, y / height, (x + wide) / width, (y + high) / height)
