"""What tests, and those who make pictures for the docs, do to a Blender with a window."""

import itertools
import json
import shutil
import time

import numpy as np
import root
from PIL import Image

KEPT = root.ROOT / "build" / "window"
numbers = itertools.count()


class Blender:
    """What a test does to the window."""

    def __init__(self, folder, process):
        self.folder, self.process = folder, process

    def do(self, code, seconds=180.0):
        """Run code on Blender's main thread; what it leaves in `result`."""
        name = f"{next(numbers):04d}"
        (self.folder / f"{name}.tmp").write_text(code)
        (self.folder / f"{name}.tmp").rename(self.folder / f"{name}.do")
        answer = self.folder / f"{name}.done"
        end = time.monotonic() + seconds
        while not answer.exists():
            gone = self.process.poll() is not None
            assert time.monotonic() < end and not gone, (
                "Blender does not answer: " + (root.FOLDER / "tmp/blender.log").read_text()[-2000:]
            )
            time.sleep(0.02)
        found = json.loads(answer.read_text())
        assert "error" not in found, found["error"]
        return found["result"]

    def until(self, expression, seconds=180.0):
        end = time.monotonic() + seconds
        while not self.do(f"result = bool({expression})"):
            assert time.monotonic() < end, expression
            time.sleep(0.05)

    def key(self, *keys):
        root.run("xdotool", "mousemove", "600", "600", "key", *keys)

    def click(self, x, y):
        root.run("xdotool", "mousemove", str(x), str(y), "sleep", "0.2", "click", "1")

    def picture(self, name):
        """A screenshot, for people to look at; its pixels."""
        self.do("place()['area'].tag_redraw()")
        time.sleep(0.7)
        root.run("import", "-window", "root", f"/root/see2sound/{name}.png")
        KEPT.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.folder / f"{name}.png", KEPT)
        return np.asarray(Image.open(KEPT / f"{name}.png").convert("RGB")).astype(int)
