"""Draw the overview: the regions in the picture, and the plan from above."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..findings import FoundSource
from ..media.files import whole_file
from ..projection import Camera

Colour = tuple[int, int, int]

HEIGHT = 800
MARGIN = 48
TAG = 28
BACKGROUND, INK, FAINT = (24, 26, 30), (232, 232, 236), (96, 100, 110)
COLOURS = (
    (255, 140, 66), (94, 197, 255), (140, 226, 104), (255, 99, 164), (255, 221, 87), (176, 141, 255), (72, 220, 190),
    (255, 170, 170),
)  # fmt: skip
BIG, SMALL = ImageFont.load_default(20), ImageFont.load_default(15)


def write_overview(pixels: np.ndarray, horizon_row: float, camera: Camera, sources: list[FoundSource], path: Path) -> None:
    """Write a PNG of a picture (height, width, 3) and its sources. Error: `folder-not-writable`."""
    left = _picture(pixels, horizon_row, sources)
    right = _plan(camera, sources)
    sheet = Image.new("RGB", (left.width + right.width, HEIGHT), BACKGROUND)
    sheet.paste(left, (0, (HEIGHT - left.height) // 2))
    sheet.paste(right, (left.width, 0))
    with whole_file(path) as partial:
        sheet.save(partial, "PNG")


def _picture(pixels: np.ndarray, horizon_row: float, sources: list[FoundSource]) -> Image.Image:
    source = Image.fromarray(pixels)
    scale = min(HEIGHT / source.height, 1200 / source.width)
    size = (max(1, round(source.width * scale)), max(1, round(source.height * scale)))
    image = source.resize(size, Image.Resampling.LANCZOS)
    for number, item in enumerate(sources):
        colour = COLOURS[number % len(COLOURS)]
        if item.extent == "ambient" or item.evidence is None:
            continue  # it is everywhere, and its tag alone shows it, or the picture does not show it
        mask = Image.fromarray(item.evidence.mask.astype(np.uint8) * 255).resize(size, Image.Resampling.BILINEAR)
        inside = np.asarray(mask) > 127
        tint = Image.fromarray(np.where(inside, 70, 0).astype(np.uint8))
        image = Image.composite(Image.new("RGB", size, colour), image, tint)
        image.paste(colour, mask=Image.fromarray((_outline(inside) * 255).astype(np.uint8)))
    draw = ImageDraw.Draw(image)
    for x in range(0, size[0], 18):
        draw.line((x, horizon_row * size[1], x + 8, horizon_row * size[1]), fill=(255, 255, 255))
    tags = Tags(draw, size)
    for number, item in enumerate(sources):
        if item.evidence is not None:
            right, down = item.evidence.centre
            tags.add(right * size[0], down * size[1], f"{number + 1}  {item.label}", COLOURS[number % len(COLOURS)])
    tags.draw_all()
    return image


def _outline(inside: np.ndarray) -> np.ndarray:
    wide = np.pad(inside, 2)
    eroded = inside.copy()
    for down in range(5):
        for along in range(5):
            eroded &= wide[down : down + inside.shape[0], along : along + inside.shape[1]]
    return inside & ~eroded


class Tags:
    """Dots with labels beside them, kept inside the picture and off each other."""

    def __init__(self, draw: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
        self.draw, self.size = draw, size
        self.dots: list[tuple[float, float, Colour]] = []
        self.tags: list[tuple[float, float, float, str, Colour]] = []

    def add(self, x: float, y: float, text: str, colour: Colour) -> None:
        """Place a dot at pixels (x, y), and a label beside it."""
        width = self.draw.textlength(text, BIG) + 14
        left = x + 12 if x + 12 + width < self.size[0] else x - 12 - width
        left = min(max(left, 2.0), max(2.0, self.size[0] - width - 2))
        top = min(max(y - TAG / 2, 2.0), self.size[1] - TAG - 2)
        tries = [top + step * sign * TAG / 4 for step in range(60) for sign in (1, -1)]
        fits = (t for t in tries if 2.0 <= t <= self.size[1] - TAG - 2 and self._free(left, t, width))
        top = next(fits, top)
        self.dots.append((x, y, colour))
        self.tags.append((left, top, width, text, colour))

    def _free(self, left: float, top: float, width: float) -> bool:
        return all(
            left > other + wide + 3 or other > left + width + 3 or abs(top - high) > TAG + 2
            for other, high, wide, _, _ in self.tags
        )

    def draw_all(self) -> None:
        """Draw them, over everything that is there."""
        for x, y, colour in self.dots:
            self.draw.ellipse((x - 7, y - 7, x + 7, y + 7), fill=colour, outline=(0, 0, 0), width=2)
        for left, top, width, text, colour in self.tags:
            self.draw.rounded_rectangle((left, top, left + width, top + TAG), 6, fill=(0, 0, 0), outline=colour)
            self.draw.text((left + 7, top + 2), text, fill=colour, font=BIG)


def _plan(camera: Camera, sources: list[FoundSource]) -> Image.Image:
    """From above, the camera at the bottom looking up, metres on rings."""
    side = HEIGHT
    image = Image.new("RGB", (side, side), BACKGROUND)
    draw = ImageDraw.Draw(image)
    places = [_from_above(camera, item) for item in sources]
    half = camera.projection.field_of_view / 2.0
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
    tags = Tags(draw, (side, side))
    for number, (item, place) in enumerate(zip(sources, places, strict=True)):
        colour = COLOURS[number % len(COLOURS)]
        x, y = at(*place)
        if item.radius:
            r = item.radius * scale
            draw.ellipse((x - r, y - r, x + r, y + r), outline=colour)
        draw.line((*eye, x, y), fill=tuple(c // 3 for c in colour))
        tags.add(x, y, f"{number + 1}  {item.distance.metres:.1f} m", colour)
    tags.draw_all()
    draw.polygon([(eye[0], eye[1] - 14), (eye[0] - 11, eye[1] + 8), (eye[0] + 11, eye[1] + 8)], fill=INK)
    draw.text((20, 14), "From above", fill=INK, font=BIG)
    view = f"{math.degrees(2.0 * half):.0f} degrees wide" if half > 0.0 else "parallel rays"
    draw.text((20, 42), f"Camera: {view}", fill=FAINT, font=SMALL)
    return image


def _from_above(camera: Camera, item: FoundSource) -> tuple[float, float]:
    """Metres to the right of and ahead of the camera, on the ground."""
    pose = camera.pose
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
