"""The rules of the house: style, types, which way imports go, one version, required files."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = {"socket", "urllib", "http", "requests", "ssl", "ftplib", "pickle", "subprocess"}


def test_style_types_and_imports():
    """Ruff, mypy and import-linter find nothing, in operators and panels neither."""
    done = subprocess.run([sys.executable, "-c", LINT], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


LINT = "import sys, pathlib, dev; sys.exit(dev.run_linters(pathlib.Path(sys.executable)))"


def test_the_manual_quotes_messages_that_exist():
    texts = "\n".join(path.read_text() for root in ("see2sound_addon", "operators") for path in (ROOT / root).rglob("*.py"))
    quoted = re.findall(r'^\| "([^"]+)" \|', (ROOT / "docs" / "manual.md").read_text(), re.MULTILINE)
    assert len(quoted) >= 4
    for message in quoted:
        assert all(part.strip() in texts for part in message.split("...")), message


def test_the_reference_of_the_library_is_built(tmp_path):
    """By pdoc, as `dev.py docs` does it; a module that cannot be imported or documented fails."""
    command = [sys.executable, "-m", "pdoc", "see2sound_addon.planfile", "see2sound_addon.pipeline", "--docformat", "numpy"]
    done = subprocess.run([*command, "-o", tmp_path], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "see2sound_addon" / "pipeline.html").read_text()
    assert "Render a scene into a WAV or FLAC file" in page


def test_one_version_everywhere():
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text())
    source = (ROOT / "see2sound_addon" / "__init__.py").read_text()
    assert re.search(r'__version__ = "(.*)"', source).group(1) == manifest["version"]


def test_the_manifest_s_wheels_are_what_pyproject_pins():
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text())
    pins = dict(
        pin.split("==")
        for pin in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["dev"]
    )
    for wheel in manifest["wheels"]:
        name, version = Path(wheel).name.split("-")[:2]
        assert pins.get(name.replace("_", "-"), version) == version, wheel
    for system, machine in (("manylinux", "x86_64"), ("win", "amd64"), ("macosx", "arm64"), ("macosx", "x86_64")):
        for package in ("scipy", "pillow", "cffi", "h5py", "miniaudio"):
            for python in ("cp311", "cp313"):
                fits = [
                    w
                    for w in manifest["wheels"]
                    if f"/{package}-" in w and f"-{python}-" in w and system in w and w.endswith(f"{machine}.whl")
                ]
                assert len(fits) == 1, (package, python, system, machine)
    assert not any("numpy" in wheel for wheel in manifest["wheels"])


def test_no_code_reaches_for_the_network_or_a_shell():
    """One module downloads detectors; pip and huggingface_hub download in processes that the user starts on purpose."""
    assert set(tomllib.loads((ROOT / "blender_manifest.toml").read_text())["permissions"]) == {"files", "network"}
    for path in [*ROOT.glob("see2sound_addon/**/*.py"), *ROOT.glob("operators/*.py"), *ROOT.glob("panels/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                heads = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                heads = {(node.module or "").split(".")[0]}
            else:
                continue
            starts = ("workers/process.py", "workers/commands.py", "live/talking.py")
            allowed = {"subprocess"} if any(path.match(one) for one in starts) else set()
            allowed |= {"urllib", "http"} if path.match("see2sound_addon/weights/fetch.py") else set()
            assert not heads & (FORBIDDEN - allowed), (path, heads)


def test_an_older_python_is_told_what_to_do():
    """dev.py must parse everywhere and end in a hint where there is no Python 3.11."""
    code = f"""
import pathlib, runpy, shutil, sys
exists = pathlib.Path.exists
pathlib.Path.exists = lambda path: ".venv" not in str(path) and exists(path)
shutil.which = lambda name: None
sys.version_info = (3, 9, 0)
sys.argv = ["dev.py", "setup"]
runpy.run_path({str(ROOT / "dev.py")!r}, run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "needs Python 3.11" in done.stderr and "Hint:" in done.stderr
