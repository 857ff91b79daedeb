"""Draw a plan: the scene from above with the paths of what moves, and its events on a time line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from ..media.files import whole_file
from ..soundscene import SoundScene, Source
from .overview import BACKGROUND, BIG, COLOURS, FAINT, INK, MARGIN, SMALL, Colour, Tags

WIDTH, HEIGHT = 1400, 900
ROW, MOST_ROWS = 30, 16
"""Pixels of a source on the time line, and how many sources it shows."""
LABELS = 250
"""Pixels for the names beside it."""
HEARD = -40.0
"""dB: a source whose own level is below that is shown as pausing."""
AROUND = 4.0
"""Metres around everything."""
STANDING = (54, 58, 66)


def write_scene_overview(plan: SoundScene, footprints: np.ndarray, path: Path) -> None:
    """Write a PNG of a plan. `footprints`: (m, 4, 2) corners of what stands. Error: `folder-not-writable`."""
    rows = plan.sources[:MOST_ROWS]
    below = ROW * max(1, len(rows)) + 2 * MARGIN
    sheet = Image.new("RGB", (WIDTH, HEIGHT + below), BACKGROUND)
    sheet.paste(_from_above(plan, footprints), (0, 0))
    sheet.paste(_time_line(plan, rows, below), (0, HEIGHT))
    with whole_file(path) as partial:
        sheet.save(partial, "PNG")


class _Map:
    """From metres to pixels, north up."""

    def __init__(self, points: np.ndarray) -> None:
        low, high = points.min(axis=0) - AROUND, points.max(axis=0) + AROUND
        self.scale = float(min((WIDTH - 2 * MARGIN) / (high[0] - low[0]), (HEIGHT - 2 * MARGIN) / (high[1] - low[1])))
        self.middle = 0.5 * (low + high)

    def __call__(self, point: np.ndarray) -> tuple[float, float]:
        away = (np.asarray(point)[:2] - self.middle) * self.scale
        return WIDTH / 2.0 + float(away[0]), HEIGHT / 2.0 - float(away[1])


def _from_above(plan: SoundScene, footprints: np.ndarray) -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), BACKGROUND)
    draw = ImageDraw.Draw(image)
    placed = [source for source in plan.sources if source.extent != "ambient"]
    points = [plan.listener.positions[:, :2], *(source.path.positions[:, :2] for source in placed)]
    at = _Map(np.concatenate(points))
    for corners in footprints:
        draw.polygon([at(corner) for corner in corners], fill=STANDING, outline=FAINT)
    _scale_bar(draw, at.scale)
    tags = Tags(draw, (WIDTH, HEIGHT))
    for number, source in enumerate(plan.sources):
        if source.extent != "ambient":
            _source(draw, at, tags, source, number)
    _listener(draw, at, plan)
    tags.draw_all()
    draw.text((20, 14), "From above", fill=INK, font=BIG)
    everywhere = [f"{number + 1}  {one.label}" for number, one in enumerate(plan.sources) if one.extent == "ambient"]
    for row, text in enumerate(everywhere):
        draw.text((20, 46 + 22 * row), f"{text}, everywhere", fill=FAINT, font=SMALL)
    return image


def _source(draw: ImageDraw.ImageDraw, at: _Map, tags: Tags, source: Source, number: int) -> None:
    colour, path = COLOURS[number % len(COLOURS)], source.path.positions
    x, y = at(path[0])
    if source.extent == "area" and source.radius > 0.0:
        wide = source.radius * at.scale
        draw.ellipse((x - wide, y - wide, x + wide, y + wide), outline=colour)
        for point in source.points:
            px, py = at(path[0] + point)
            draw.ellipse((px - 3, py - 3, px + 3, py + 3), fill=colour)
    if len(path) > 1:
        line = [at(point) for point in path]
        draw.line(line, fill=colour, width=3)
        ex, ey = line[-1]
        draw.rectangle((ex - 4, ey - 4, ex + 4, ey + 4), fill=colour)
    tags.add(x, y, f"{number + 1}  {source.label}", colour)


def _listener(draw: ImageDraw.ImageDraw, at: _Map, plan: SoundScene) -> None:
    path, turns = plan.listener.positions, plan.listener.rotations
    if len(path) > 1:
        draw.line([at(point) for point in path], fill=INK, width=2)
    w, x, y, z = turns[0]
    ahead = np.array([1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + w * z)])
    length = float(np.linalg.norm(ahead))
    px, py = at(path[0])
    if length > 1e-6:
        ahead = ahead / length * 40.0
        draw.line((px, py, px + ahead[0], py - ahead[1]), fill=INK, width=2)
    draw.ellipse((px - 8, py - 8, px + 8, py + 8), fill=INK)
    draw.text((px + 12, py + 8), "Listener", fill=INK, font=SMALL)


def _scale_bar(draw: ImageDraw.ImageDraw, scale: float) -> None:
    metres = next(
        step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10000, 10**6) if step * scale > 80 or step == 10**6
    )
    x, y = WIDTH - MARGIN - metres * scale, HEIGHT - 24
    draw.line((x, y, x + metres * scale, y), fill=INK, width=2)
    draw.text((x, y - 20), f"{metres} m", fill=INK, font=SMALL)


def _time_line(plan: SoundScene, rows: list[Source], height: int) -> Image.Image:
    image = Image.new("RGB", (WIDTH, height), BACKGROUND)
    draw = ImageDraw.Draw(image)
    wide = WIDTH - LABELS - MARGIN

    def at(seconds: float) -> float:
        return LABELS + wide * min(max(seconds / plan.duration, 0.0), 1.0)

    step = next((one for one in (0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 600, 3600) if plan.duration / one <= 20), 7200)
    for seconds in np.arange(0.0, plan.duration + 1e-9, step):
        draw.line((at(seconds), MARGIN / 2, at(seconds), height - MARGIN), fill=(44, 48, 56))
        draw.text((at(seconds) - 8, height - MARGIN + 4), f"{seconds:g} s", fill=FAINT, font=SMALL)
    for number, source in enumerate(rows):
        _row(draw, at, plan, source, number)
    if len(plan.sources) > len(rows):
        draw.text((20, height - MARGIN + 4), f"and {len(plan.sources) - len(rows)} more", fill=FAINT, font=SMALL)
    return image


def _row(draw: ImageDraw.ImageDraw, at, plan: SoundScene, source: Source, number: int) -> None:  # type: ignore[no-untyped-def]
    colour: Colour = COLOURS[number % len(COLOURS)]
    top = MARGIN / 2 + number * ROW
    middle = top + ROW / 2
    label = f"{number + 1}  {source.label}"
    while draw.textlength(label, SMALL) > LABELS - 30 and len(label) > 4:
        label = label[:-4] + "..."
    draw.text((20, middle - 8), label, fill=colour, font=SMALL)
    dim = tuple(value // 3 for value in colour)
    for begin, end in _heard(source, plan.duration):
        draw.rectangle((at(begin), middle - 4, at(end), middle + 4), fill=dim)
    for seconds, strength in source.events:
        if 0.0 <= seconds <= plan.duration:
            tall = 3.0 + 10.0 * strength
            draw.line((at(seconds), middle - tall, at(seconds), middle + tall), fill=colour, width=2)


def _heard(source: Source, duration: float) -> list[tuple[float, float]]:
    """Seconds from and to which a source's own level is not silence."""
    if len(source.fader.times) == 1:
        return [(0.0, duration)]
    times = np.linspace(0.0, duration, 500)
    on = np.interp(times, source.fader.times, source.fader.gain_db) > HEARD
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(int)))
    return [(float(times[a]), float(times[min(b, 499)])) for a, b in zip(edges[::2], edges[1::2], strict=True)]
