"""Make docs/images/moving.jpg: three moments of the demo's film, with the sources that were followed in it and their ways.

Run after `python3 dev.py demo`: .venv/bin/python docs/make_moving_pictures.py [DETECTOR.onnx]
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.spatial.transform import Rotation

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from see2sound_addon import pipeline
from see2sound_addon.backends import Backends, with_network
from see2sound_addon.delivery.overview import COLOURS
from see2sound_addon.media.moving import open_moving

MOMENTS, WIDTH = (1.0, 5.0, 7.0), 640


def main():
    """Find the sources, and draw them."""
    film = ROOT / "demo" / "film.mp4"
    backends = with_network(Backends(), Path(sys.argv[1])) if len(sys.argv) > 1 else Backends()
    found = pipeline.reconstruct(film, backends=backends)
    frames = dict.fromkeys(MOMENTS)
    for frame in open_moving(film).read():
        for moment in MOMENTS:
            if frames[moment] is None and frame.time >= moment:
                frames[moment] = frame.pixels
    sheet = Image.new("RGB", (WIDTH * len(MOMENTS), round(WIDTH * found.size[1] / found.size[0])))
    for column, (moment, pixels) in enumerate(frames.items()):
        sheet.paste(draw(found, pixels, moment), (column * WIDTH, 0))
    sheet.save(ROOT / "docs" / "images" / "moving.jpg", quality=88)


def draw(found, pixels, moment):
    """One frame with dots, names and the ways of the last second."""
    image = Image.fromarray(pixels)
    image = image.resize((WIDTH, round(WIDTH * image.height / image.width)), Image.Resampling.LANCZOS)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(16)
    for number, source in enumerate(found.sources):
        if len(source.path.times) < 2 or not source.path.times[0] <= moment <= source.path.times[-1]:
            continue
        colour = COLOURS[number % len(COLOURS)]
        times = np.arange(max(source.path.times[0], moment - 1.0), moment + 0.01, 0.05)
        places = [seen(found, source, time, moment, image.size) for time in times]
        pen.line(places, fill=colour, width=3)
        x, y = places[-1]
        pen.ellipse((x - 6, y - 6, x + 6, y + 6), fill=colour)
        pen.text((x + 10, y - 22), source.label, fill=colour, font=font, stroke_width=2, stroke_fill=(0, 0, 0))
    return image


def seen(found, source, time, moment, size):
    """Where a source of a time is seen from the camera of a moment."""
    camera = found.footage.path
    row = min(int(np.searchsorted(camera.times, moment)), len(camera.rotations) - 1)
    turn = Rotation.from_quat(camera.rotations[row][[1, 2, 3, 0]]).as_matrix()
    here = np.array([np.interp(time, source.path.times, axis) for axis in source.path.positions.T])
    point = found.camera.projection.points(((here - camera.positions[0]) @ turn)[None])[0]
    return float(point[0] * size[0]), float(point[1] * size[1])


if __name__ == "__main__":
    main()
