"""Other people's readers of what we write, each in an environment of its own, made when a test first needs it."""

import json
import subprocess
import venv
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "build" / "verifiers"
PINS = {
    "ear": ("ear==2.1.0", "setuptools<81"),
    "mediainfo": ("pymediainfo==7.0.1",),
    "openjd": ("openjd-cli==0.8.0",),
    "ffmpeg": ("imageio-ffmpeg==0.8.1",),
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


def ffmpeg():
    """The path of a recent FFmpeg."""
    return run("ffmpeg", "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())").strip()


def mediainfo(path):
    """All that MediaInfo says of a file."""
    return run("mediainfo", "import sys; from pymediainfo import MediaInfo as M; print(M.parse(sys.argv[1], output='text', "
               "full=True))", path)  # fmt: skip


def gltf_problems(path):
    """Errors and warnings of Khronos' validator, from npm; skips where it cannot be installed."""
    folder = FOLDER / "gltf"
    if not (folder / "ready").exists():
        folder.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, "gltf-validator@2.0.0-dev.3.10"]
        try:
            subprocess.run(install, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"gltf-validator cannot be installed: {error}")
        (folder / "ready").touch()
    code = (
        "const v = require('gltf-validator'), fs = require('fs');"
        "v.validateBytes(new Uint8Array(fs.readFileSync(process.argv[1]))).then(r => console.log(JSON.stringify(r.issues)))"
    )
    done = subprocess.run(["node", "-e", code, path], capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    return [one for one in json.loads(done.stdout)["messages"] if one["severity"] < 2]
