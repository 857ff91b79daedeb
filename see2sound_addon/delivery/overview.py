"""One picture that shows what was found: the regions in the picture, and beside it the plan seen from above."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..media.audio import not_writable
from ..pipeline import PlacedSource, Reconstruction

HEIGHT = 800
MARGIN = 48
BACKGROUND, INK, FAINT = (24, 26, 30), (232, 232, 236), (96, 100, 110)
COLOURS = (
    (255, 140, 66), (94, 197, 255), (140, 226, 104), (255, 99, 164), (255, 221, 87), (176, 141, 255), (72, 220, 190),
    (255, 170, 170),
)  # fmt: skip
BIG, SMALL = ImageFont.load_default(20), ImageFont.load_default(15)


def write_overview(found: Reconstruction, path: Path) -> None:
    """Write a PNG. Error: `folder-not-writable`."""
    left = _picture(found)
    right = _plan(found)
    sheet = Image.new("RGB", (left.width + right.width, HEIGHT), BACKGROUND)
    sheet.paste(left, (0, (HEIGHT - left.height) // 2))
    sheet.paste(right, (left.width, 0))
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        sheet.save(partial, "PNG")
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise not_writable(path, error) from error


def _picture(found: Reconstruction) -> Image.Image:
    source = Image.fromarray(found.picture.pixels)
    scale = min(HEIGHT / source.height, 1200 / source.width)
    size = (max(1, round(source.width * scale)), max(1, round(source.height * scale)))
    image = source.resize(size, Image.Resampling.LANCZOS)
    for number, item in enumerate(found.sources):
        colour = COLOURS[number % len(COLOURS)]
        mask = Image.fromarray(item.mask.astype(np.uint8) * 255).resize(size, Image.Resampling.BILINEAR)
        inside = np.asarray(mask) > 127
        image = Image.composite(
            Image.new("RGB", size, colour), image, Image.fromarray(np.where(inside, 70, 0).astype(np.uint8))
        )
        image.paste(colour, mask=Image.fromarray((_outline(inside) * 255).astype(np.uint8)))
    draw = ImageDraw.Draw(image)
    horizon = found.view.horizon.row * size[1]
    for x in range(0, size[0], 18):
        draw.line((x, horizon, x + 8, horizon), fill=(255, 255, 255))
    for number, item in enumerate(found.sources):
        x, y = item.centre[0] * size[0], item.centre[1] * size[1]
        _dot(draw, x, y, COLOURS[number % len(COLOURS)])
        _tag(draw, x, y, f"{number + 1}  {item.label}", COLOURS[number % len(COLOURS)], size)
    return image


def _outline(inside: np.ndarray) -> np.ndarray:
    wide = np.pad(inside, 2)
    eroded = inside.copy()
    for down in range(5):
        for along in range(5):
            eroded &= wide[down : down + inside.shape[0], along : along + inside.shape[1]]
    return inside & ~eroded


def _dot(draw: ImageDraw.ImageDraw, x: float, y: float, colour: tuple[int, int, int]) -> None:
    draw.ellipse((x - 7, y - 7, x + 7, y + 7), fill=colour, outline=(0, 0, 0), width=2)


def _tag(
    draw: ImageDraw.ImageDraw, x: float, y: float, text: str, colour: tuple[int, int, int], size: tuple[int, int]
) -> None:
    """A label beside a dot, kept inside the picture."""
    width, height = draw.textlength(text, BIG) + 14, 28
    left = x + 12 if x + 12 + width < size[0] else x - 12 - width
    left = min(max(left, 2), max(2, size[0] - width - 2))
    top = min(max(y - height / 2, 2), size[1] - height - 2)
    draw.rounded_rectangle((left, top, left + width, top + height), 6, fill=(0, 0, 0), outline=colour)
    draw.text((left + 7, top + 2), text, fill=colour, font=BIG)


def _plan(found: Reconstruction) -> Image.Image:
    """From above, the camera at the bottom looking up, metres on rings."""
    side = HEIGHT
    image = Image.new("RGB", (side, side), BACKGROUND)
    draw = ImageDraw.Draw(image)
    places = [_from_above(found, item) for item in found.sources]
    half = found.camera.horizontal_field_of_view / 2.0
    reach = _nice(1.15 * max([math.hypot(*place) for place in places], default=10.0))
    scale = (side - 3 * MARGIN) / max(reach, 1e-6)
    eye = (side / 2.0, side - 1.5 * MARGIN)

    def at(right: float, ahead: float) -> tuple[float, float]:
        return eye[0] + right * scale, eye[1] - ahead * scale

    wedge = [eye] + [at(reach * math.sin(a), reach * math.cos(a)) for a in np.linspace(-half, half, 40)]
    draw.polygon(wedge, fill=(38, 42, 50))
    for part in (0.25, 0.5, 0.75, 1.0):
        r = reach * part * scale
        draw.arc((eye[0] - r, eye[1] - r, eye[0] + r, eye[1] + r), 180, 360, fill=FAINT)
        draw.text((eye[0] + 4, eye[1] - r + 2), f"{reach * part:g} m", fill=FAINT, font=SMALL)
    for number, (item, place) in enumerate(zip(found.sources, places, strict=True)):
        colour = COLOURS[number % len(COLOURS)]
        x, y = at(*place)
        if item.radius:
            r = item.radius * scale
            draw.ellipse((x - r, y - r, x + r, y + r), outline=colour)
        draw.line((*eye, x, y), fill=tuple(c // 3 for c in colour))
        _dot(draw, x, y, colour)
        _tag(draw, x, y, f"{number + 1}  {item.distance.metres:.1f} m", colour, (side, side))
    draw.polygon([(eye[0], eye[1] - 14), (eye[0] - 11, eye[1] + 8), (eye[0] + 11, eye[1] + 8)], fill=INK)
    draw.text((20, 14), "From above", fill=INK, font=BIG)
    view = math.degrees(2.0 * half)
    draw.text((20, 42), f"Camera: {view:.0f} degrees wide", fill=FAINT, font=SMALL)
    return image


def _from_above(found: Reconstruction, item: PlacedSource) -> tuple[float, float]:
    """Metres to the right of and ahead of the camera, on the ground."""
    pose = found.camera.pose
    ahead, right = -pose[:3, 2], pose[:3, 0]
    level = ahead.copy()
    level[2] = 0.0
    if np.linalg.norm(level) < 1e-6:  # a camera that looks straight down
        level = pose[:3, 1].copy()
    level /= np.linalg.norm(level)
    offset = item.position - pose[:3, 3]
    return float(offset @ right), float(offset @ level)


def _nice(metres: float) -> float:
    """The next of 1, 2, 4 or 8 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(max(metres, 1e-3)))
    return float(next(step * power for step in (1, 2, 4, 8, 10, 20) if step * power >= metres))
