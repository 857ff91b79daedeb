"""The shared pictures with their sounding objects marked by eye; tests that need them are skipped where they are absent."""

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "pictures"
MARKS = json.loads((FOLDER / "sounding_objects.json").read_text()) if (FOLDER / "sounding_objects.json").exists() else {}
MARKS.pop("comment", None)
needs_pictures = pytest.mark.skipif(not MARKS, reason="the shared pictures are not here")


def contains(box, point):
    x0, y0, x1, y1 = box
    return x0 <= point[0] <= x1 and y0 <= point[1] <= y1
