"""Make the pictures of the README and the docs, so that they stay true: `.venv/bin/python docs/make_pictures.py`."""

import subprocess
import sys
import tempfile
from pathlib import Path

import skimage
from PIL import Image

IMAGES = Path(__file__).parent / "images"
PHOTOGRAPHS = Path(skimage.__file__).parent / "data"


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        picture = PHOTOGRAPHS / "rocket.jpg"
        command = [sys.executable, "-m", "see2sound_addon.cli", "run", str(picture), "--out", folder, "--duration", "1"]
        subprocess.run(command, check=True)
        overview = Image.open(Path(folder) / "overview.png").convert("RGB")
    overview.thumbnail((1400, 1400))
    overview.save(IMAGES / "overview.jpg", quality=85)


if __name__ == "__main__":
    main()
