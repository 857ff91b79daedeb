"""Make the pictures of the README and the docs, so that they stay true: `python3 dev.py demo`, whose film is shown, then
`.venv/bin/python docs/make_pictures.py`.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import av
import skimage
from PIL import Image

IMAGES = Path(__file__).parent / "images"
MOMENTS = (2.9, 5.0, 8.3)
"""Seconds of the film."""
PHOTOGRAPHS = Path(skimage.__file__).parent / "data"


def main() -> None:
    """Run the main job on a photograph, and make all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        picture = PHOTOGRAPHS / "rocket.jpg"
        command = [sys.executable, "-m", "see2sound_addon.cli", "run", str(picture), "--out", folder, "--duration", "1"]
        subprocess.run(command, check=True)
        overview = Image.open(Path(folder) / "overview.png").convert("RGB")
    overview.thumbnail((1400, 1400))
    overview.save(IMAGES / "overview.jpg", quality=85)
    show_demo(Path(__file__).parents[1] / "demo")


def show_demo(demo: Path) -> None:
    """The overview of the demo's street, and three moments of its film beside each other."""
    overview = Image.open(demo / "overview.png").convert("RGB")
    overview.thumbnail((1200, 1200))
    overview.save(IMAGES / "street_overview.jpg", quality=88)
    with av.open(str(demo / "film.mp4")) as film:
        frames = [frame.to_image() for frame in film.decode(video=0)]
    stills = [frames[int(seconds * 24)] for seconds in MOMENTS]
    strip = Image.new("RGB", (sum(still.width for still in stills), stills[0].height))
    for number, still in enumerate(stills):
        strip.paste(still, (number * still.width, 0))
    strip.thumbnail((1400, 1400))
    strip.save(IMAGES / "street_film.jpg", quality=88)


if __name__ == "__main__":
    main()
