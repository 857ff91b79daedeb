"""The neural environment (`dev.py test` makes it), and tiny models with random weights in it."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-neural" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
ONE_THREAD = {"OMP_NUM_THREADS": "1"}  # many threads on few cores make tiny models a hundred times slower


@pytest.fixture(scope="session")
def python():
    if not PYTHON.exists():
        pytest.skip("there is no .venv-neural; `python3 dev.py test` makes it")
    return PYTHON


@pytest.fixture(scope="session")
def models(python, tmp_path_factory, worker_id):
    """A folder for each family, made once for all processes of a test run."""
    shared = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    folder = shared / f"tiny_models_{worker_id}"
    script = Path(__file__).parent / "tiny_models.py"
    done = subprocess.run([python, script, folder], capture_output=True, text=True, env={**os.environ, **ONE_THREAD})
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


@pytest.fixture(scope="session")
def worker(python):
    from see2sound_addon.neural.client import OFFLINE
    from see2sound_addon.workers.process import Worker

    with Worker(python, {**OFFLINE, **ONE_THREAD}) as worker:
        yield worker


@pytest.fixture(scope="session")
def picture(tmp_path_factory):
    """120 x 90: a bright object on a dull ground under a light sky."""
    rows, columns = np.mgrid[:90, :120]
    pixels = np.where(rows[..., None] < 40, (170, 200, 235), (110, 100, 80)) + np.random.default_rng(0).integers(
        0, 9, (90, 120, 3)
    )
    pixels[np.hypot(rows - 55, columns - 40) < 14] = (220, 40, 30)
    path = tmp_path_factory.mktemp("pictures") / "object.png"
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path
