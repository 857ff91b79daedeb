"""Make docs/images/stems.jpg, the spectrograms of a soundtrack that is split, with `.venv/bin/python`."""

from __future__ import annotations

import base64
import io
import re
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from mixtures import panned, voice, write

from see2sound_addon.pipeline import split_soundtrack
from see2sound_addon.soundtracks.facts import named_sources

NAMES, AZIMUTHS, LEVELS = ("church bell", "rain", "dog"), (25.0, -25.0, 0.0), (1.0, 0.7, 1.0)
CAPTION = 22
"""Points above each spectrogram."""


def main() -> None:
    """Split a soundtrack of eight seconds, and put the pictures of its report below each other."""
    signals = [level * voice(name, 8.0) for name, level in zip(NAMES, LEVELS, strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder, "street.wav"), 0.3 * np.sum(panned(signals, AZIMUTHS), axis=0))
        page = split_soundtrack(path, Path(folder, "stems"), named_sources(list(NAMES))).report.read_text(encoding="utf-8")
    figures = re.findall(r"<figcaption>(.*?)</figcaption>.*?base64,([^\"]+)", page)
    pictures = [(title, Image.open(io.BytesIO(base64.b64decode(data)))) for title, data in figures]
    width, height = pictures[0][1].size
    whole = Image.new("RGB", (width, len(pictures) * (height + CAPTION)), "white")
    draw, font = ImageDraw.Draw(whole), ImageFont.load_default(14)
    for number, (title, picture) in enumerate(pictures):
        top = number * (height + CAPTION)
        draw.text((2, top + 3), title, "black", font)
        whole.paste(picture, (0, top + CAPTION))
    whole.save(ROOT / "docs" / "images" / "stems.jpg", quality=85, optimize=True)


if __name__ == "__main__":
    main()
