"""Other people's readers of what we write, each in an environment of its own, made when a test first needs it."""

import subprocess
import venv
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "build" / "verifiers"
PINS = {
    "ear": ("ear==2.1.0", "setuptools<81"),
    "mediainfo": ("pymediainfo==7.0.1",),
    "openjd": ("openjd-cli==0.8.0",),
    "edits": ("opentimelineio==0.18.1", "otio-cmx3600-adapter==1.0.0", "rpp==0.5"),
}


def python_of(name):
    """The Python of an environment; skips the test where it cannot be made."""
    folder = FOLDER / name
    python = folder / "bin" / "python"
    ready = folder / "ready"
    if ready.exists() and ready.read_text() == repr(PINS[name]):
        return python
    try:
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PINS[name]], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"{name} cannot be installed: {getattr(error, 'stderr', error)}")
    ready.write_text(repr(PINS[name]))
    return python


def run(name, code, *arguments):
    """What a program prints in an environment."""
    command = [python_of(name), "-W", "ignore", "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def render_by_ear(path, system, out):
    """An ADM file by the EBU's renderer, with every unknown attribute an error; the names of its channels."""
    program = python_of("ear").with_name("ear-render")
    done = subprocess.run([program, "--strict", "-s", system, path, out], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return run("ear", f"from ear.core import bs2051; print(*bs2051.get_layout({system!r}).channel_names)").split()


def mediainfo(path):
    """All that MediaInfo says of a file."""
    return run("mediainfo", "import sys; from pymediainfo import MediaInfo as M; print(M.parse(sys.argv[1], output='text', "
               "full=True))", path)  # fmt: skip
