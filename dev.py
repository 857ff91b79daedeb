#!/usr/bin/env python3
"""What a developer or a curious stranger needs, with nothing but Python: demo, test, setup, build, bench, lint, docs, fuzz."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
EXTENSION = (
    "blender_manifest.toml",
    "__init__.py",
    "operators",
    "panels",
    "presets",
    "see2sound_addon",
    "LICENSE",
    "NOTICE",
    "README.md",
)
PLATFORM_TAGS = {
    "linux-x64": ("manylinux", "x86_64"),
    "windows-x64": ("win", "amd64"),
    "macos-arm64": ("macosx", "arm64"),
    "macos-x64": ("macosx", "x86_64"),
}
BUILD_KERNELS = ROOT / "tools" / "build_kernels.py"
KERNELS = "see2sound_kernels-"
"""How the wheels that `build_kernels.py` makes begin."""


class Generation(NamedTuple):
    """Versions of Blender with the same Python: the first one, and the first one after them. One zip serves them."""

    name: str
    first: str
    end: str
    python: str


GENERATIONS = (
    Generation("blender-4.2-to-5.0", "4.2.0", "5.1.0", "cp311"),
    Generation("blender-5.1", "5.1.0", "", "cp313"),
)
TOOLS = ("numpy<2", "onnx==1.23.2", "pytest==9.2.0", "scikit-image<0.27", "pyloudnorm==0.2.0")
PYTHONS = ((3, 11), (3, 13))
"""Versions that Blender's module is there for; pyproject.toml has the module that fits each."""
BPY = {"4.2": "bpy==4.2.22", "4.5": "bpy==4.5.13"}


def main() -> int:
    """Do one verb; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("setup", help="make .venv and install everything")
    demo = verbs.add_parser("demo", help="run the main job: an animated street gets its sound, or a picture")
    demo.add_argument("picture", nargs="?", type=Path, help="a picture of yours, in place of the street")
    demo.add_argument("--offline", action="store_true", help="do not try to download the light detector (3.8 MB)")
    test = verbs.add_parser("test", help="run all tests; further arguments go to pytest")
    test.add_argument("--blender", metavar="4.5,4.2", default="", help="also in these versions of Blender: 5.2, 4.5, 4.2")
    test.add_argument("--window", action="store_true", help="also in a real Blender with a window (root on Debian)")
    build = verbs.add_parser("build", help="build the extension and let Blender validate it")
    build.add_argument("--all", action="store_true", help="for all platforms, not only this one")
    verbs.add_parser("bench", help="measure speed").add_argument(
        "parts", nargs="*", help="eye, job, scene, voices, library, renderer, peers, cores, live, truth, separation, neural"
    )
    verbs.add_parser("lint", help="check style, types and imports")
    verbs.add_parser("docs", help="build the API reference into build/docs")
    fuzz = verbs.add_parser("fuzz", help="feed it malformed files and odd scenes")
    fuzz.add_argument("--count", type=int, default=100, help="cases of each kind")
    fuzz.add_argument("--seed", type=int, default=0)
    options, rest = parser.parse_known_args()
    if rest and options.verb != "test":
        parser.error(f"unknown arguments: {' '.join(rest)}")
    python = setup(VENV, "dev")
    if options.verb == "demo":
        return run_demo(python, options.picture, options.offline)
    if options.verb == "test":
        return run_tests(python, options.blender, options.window, rest)
    if options.verb == "build":
        return build_extension(python, every_platform=options.all)
    if options.verb == "bench":
        return call(python, ROOT / "benchmarks" / "run.py", *options.parts)
    if options.verb == "lint":
        return run_linters(python)
    if options.verb == "docs":
        return build_docs(python)
    if options.verb == "fuzz":
        return call(python, ROOT / "tests" / "fuzz" / "fuzz.py", "--count", options.count, "--seed", options.seed)
    print(f"Ready: {VENV}")
    return 0


def call(*command: object, **options: object) -> int:
    """Run a command in the repository; its exit code."""
    return subprocess.call([str(part) for part in command], cwd=ROOT, **options)  # type: ignore[arg-type]


def find_python(versions: tuple[tuple[int, int], ...] = PYTHONS) -> str:
    """A Python that Blender's module is made for: this one, one on the path, one of pyenv's, or one that uv installs."""
    if sys.version_info[:2] in versions:
        return sys.executable
    for version in versions:
        for command in candidates(version):
            found = executable_of(command, version)
            if found:
                return found
    name = "{}.{}".format(*versions[0])
    uv = shutil.which("uv")
    if uv is not None:
        print(f"Installing Python {name} with uv ...", file=sys.stderr)
        if subprocess.call([uv, "python", "install", name]) == 0:
            found = subprocess.run([uv, "python", "find", name], capture_output=True, text=True).stdout.strip()
            if found:
                return found
    wanted = " or ".join("{}.{}".format(*version) for version in versions)
    sys.exit(
        f"dev.py needs Python {wanted} (this is {platform.python_version()}), for Blender's own module is made for it.\n"
        f"Hint: install it from python.org, with `apt install python{name}`, `brew install python@{name}` or `uv python "
        f"install {name}`, and run `python3 dev.py ...` again."
    )


def candidates(version: tuple[int, int]) -> list[list[str]]:
    """Commands that may start a Python of a version."""
    name = "{}.{}".format(*version)
    found = [["py", f"-{name}"]] if os.name == "nt" else []
    found += [[f"python{name}"], ["python3"], ["python"]]
    pyenv = shutil.which("pyenv")
    if pyenv is not None:
        versions = subprocess.run([pyenv, "versions", "--bare"], capture_output=True, text=True).stdout.split()
        roots = [subprocess.run([pyenv, "prefix", v], capture_output=True, text=True).stdout.strip() for v in versions
                 if v.startswith(f"{name}.")]  # fmt: skip
        found += [[str(Path(root) / "bin" / "python")] for root in roots if root]
    return found


def executable_of(command: list[str], version: tuple[int, int]) -> str:
    """The path of the Python that a command starts if it is of a version, else ""."""
    if shutil.which(command[0]) is None:
        return ""
    probe = f"import sys; print(sys.executable if sys.version_info[:2] == {version} else '')"
    return subprocess.run([*command, "-c", probe], capture_output=True, text=True).stdout.strip()


def setup(venv: Path, extra: str, *pins: str, versions: tuple[tuple[int, int], ...] = PYTHONS) -> Path:
    """A virtual environment with the project and what an extra needs; quick when nothing has changed.

    `versions`: of Python that will do.
    """
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + repr((extra, pins, str(ROOT))).encode()).hexdigest()
    stamp = venv / "see2sound.stamp"
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        call(python, BUILD_KERNELS)
        return python
    print(f"Making {venv.name} ...", file=sys.stderr)
    if not python.exists():
        must(find_python(versions), "-m", "venv", venv)
    must(
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-e",
        f".[{extra}]" if extra else ".",
        *pins,
    )
    call(python, "-c", SAY_WHICH)
    call(python, BUILD_KERNELS)  # without a compiler it says so, and NumPy does the work
    stamp.write_text(wanted)
    return python


SAY_WHICH = (
    "import importlib.metadata as m, platform, sys; "
    "print(f'Python {platform.python_version()} with Blender {m.version(\"bpy\")}', file=sys.stderr)"
)


def setup_neural() -> Path:
    """The environment that neural models are tested in, from the lock file for processors."""
    venv, lock = ROOT / ".venv-neural", ROOT / "see2sound_addon" / "neural" / "locks" / "cpu.txt"
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp, wanted = venv / "see2sound.stamp", hashlib.sha256(lock.read_bytes()).hexdigest()
    if not (python.exists() and stamp.exists() and stamp.read_text() == wanted):
        print(f"Making {venv.name} ...", file=sys.stderr)
        must(find_python(), "-m", "venv", venv)
        pins = [line for line in lock.read_text().splitlines() if line and line[0] not in "#-"]
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        must(*pip, next(pin for pin in pins if pin.startswith("torch==")))
        must(*pip, *pins)
        stamp.write_text(wanted)
    return python


def must(*command: object) -> None:
    """Run a command, or leave with what it said."""
    code = call(*command)
    if code:
        sys.exit(f"dev.py: this failed with exit code {code}: {' '.join(str(part) for part in command)}")


def run_demo(python: Path, picture: Path | None, offline: bool) -> int:
    """The main job, into demo/: on an animated street that a script builds, or on a picture.

    For a picture, it tries to get the detector that names objects, and goes on without it.
    """
    shell, out = (python, "-m", "see2sound_addon.cli"), ROOT / "demo"
    if picture is None:
        must(python, "-W", "ignore", ROOT / "examples" / "street.py", out / "street.blend")
        return call(*shell, "scene", out / "street.blend", "--out", out, "--film")
    installed = subprocess.check_output([*map(str, shell), "eye", "list", "--json"], text=True, cwd=ROOT)
    if not offline and not json.loads(installed)["installed"]:
        print("Getting the light detector (3.8 MB, Apache-2.0) from OpenCV's model zoo; --offline skips this.", flush=True)
        if call(*shell, "eye", "get", "light", "--yes"):
            print("The demo goes on without it.", flush=True)
    return call(*shell, "run", Path.cwd() / picture, "--out", out)


ALONE = ("tests/package/test_extension.py", "tests/window")
"""Tests that build the extension, or need the screen: no two processes may do that at once."""


def run_tests(python: Path, versions: str, window: bool, rest: list[str]) -> int:
    """All tests, and Blender's once more for each other version that was asked for."""
    setup_neural()
    if window:
        build_extension(python, every_platform=False)
    code = run_all(python, window) if not rest else call(python, "-m", "pytest", *rest)
    for version in filter(None, versions.split(",")):
        print(f"--- Blender {version}", flush=True)
        code = run_tests_in(version, rest) or code
    return code


def run_all(python: Path, window: bool, *options: str) -> int:
    """Those that must be alone, then the others on all cores, each file by one process."""
    first = ALONE if window else ALONE[:1]
    code = call(python, "-m", "pytest", *options, *first)
    others = [f"--ignore={path}" for path in ALONE]
    return call(python, "-m", "pytest", *options, *others, "-n", "auto", "--maxprocesses", "4", "--dist", "loadfile") or code


def run_tests_in(version: str, rest: list[str]) -> int:
    """The tests that Blender has a part in, with another version of it; all but the window's and torch's with NumPy 2."""
    if version == "5.2":
        python = setup(ROOT / ".venv-5.2", "dev", versions=((3, 13),))
        options = ["-m", "not slow", "--ignore=tests/neural", "--ignore=tests/package/test_house.py"]
        return call(python, "-m", "pytest", *options, *rest) if rest else run_all(python, False, *options)
    if version not in BPY:
        sys.exit(f"dev.py: there is no Blender {version!r} here. Hint: use 5.2, {', '.join(BPY)}.")
    python = setup(ROOT / f".venv-{version}", "", BPY[version], *TOOLS, versions=((3, 11),))
    return call(python, "-m", "pytest", "tests/blender", "tests/package/test_extension.py", *rest)


def make_house() -> Path:
    """A folder with the extension as one package, see2sound, as Blender sees it; mypy and import-linter look at that."""
    house = ROOT / "build" / "house"
    shutil.rmtree(house, ignore_errors=True)
    (house / "see2sound").mkdir(parents=True)
    for name in ("__init__.py", "operators", "panels", "see2sound_addon"):
        try:
            (house / "see2sound" / name).symlink_to(ROOT / name)
        except OSError:  # Windows allows links to developers only
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
            copy(ROOT / name, house / "see2sound" / name)
    return house


def run_linters(python: Path) -> int:
    """Check style by ruff, types by mypy, and which way imports go by import-linter."""
    environment = {**os.environ, "PYTHONPATH": str(make_house())}
    codes = [
        call(python, "-m", "ruff", "check", "."),
        call(python, "-m", "ruff", "format", "--check", "."),
        call(python, "-m", "mypy"),
        call(python.parent / "lint-imports", "--no-cache", env=environment),
    ]
    return max(codes)


def build_docs(python: Path) -> int:
    """The API reference of the library as HTML, by pdoc; the parts that need torch or Blender's window are left out."""
    out = ROOT / "build" / "docs"
    left_out = ("!see2sound_addon.neural.pictures", "!see2sound_addon.neural.sounds", "!see2sound_addon.neural.loading",
                "!see2sound_addon.neural.status", "!see2sound_addon.weights.hub", "!see2sound_addon.blender")  # fmt: skip
    code = call(python, "-W", "ignore", "-m", "pdoc", "see2sound_addon", *left_out, "--docformat", "numpy", "-o", out)
    print(f"The reference begins at {out / 'index.html'}")
    return code


def this_platform() -> str:
    """As Blender's manifests name it."""
    machine = {"AMD64": "x64", "x86_64": "x64", "arm64": "arm64", "aarch64": "arm64"}.get(platform.machine(), "x64")
    return {"Linux": "linux", "Windows": "windows", "Darwin": "macos"}[platform.system()] + "-" + machine


def build_extension(python: Path, every_platform: bool) -> int:
    """Collect the extension's files and wheels, and let Blender's own tool build and validate the zip."""
    import tomllib  # Python 3.11; an older one must get as far as find_python's hint

    manifest_text = (ROOT / "blender_manifest.toml").read_text(encoding="utf-8")
    manifest = tomllib.loads(manifest_text)
    if not every_platform and this_platform() not in manifest["platforms"]:
        sys.exit(f"dev.py: the extension has no wheels for {this_platform()}. Hint: build --all makes the others.")
    platforms = manifest["platforms"] if every_platform else [this_platform()]
    wheels = [Path(w).name for w in manifest["wheels"] if any(fits(Path(w).name, p) for p in platforms)]
    fetch_wheels(python, [wheel for wheel in wheels if not wheel.startswith(KERNELS)])
    tags = [wheel.removesuffix(".whl").split("-")[-1] for wheel in wheels if wheel.startswith(KERNELS)]
    must(python, BUILD_KERNELS, "--wheels", ROOT / "wheels", *tags)
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    tool = subprocess.check_output([str(python), "-c", FIND_TOOL], text=True).strip()
    for generation in GENERATIONS:
        stage, out = stage_extension(manifest_text, wheels, platforms, generation), ROOT / "build" / "zips"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        split = ["--split-platforms"] if every_platform else []
        must(python, tool, "build", "--source-dir", stage, "--output-dir", out, *split)
        for made in sorted(out.glob("*.zip")):
            archive = ROOT / "dist" / made.name.replace(".zip", f"-{generation.name}.zip")
            archive.parent.mkdir(exist_ok=True)
            made.replace(archive)
            must(python, tool, "validate", archive)
            print(f"{archive}  {archive.stat().st_size / 2**20:.0f} MiB")
    return 0


def stage_extension(manifest_text: str, wheels: list[str], platforms: list[str], generation: Generation) -> Path:
    """A folder with what goes into the extension for some versions of Blender, all with the same Python."""
    import tomllib

    others = tuple(f"-{one.python}-{one.python}-" for one in GENERATIONS if one != generation)  # abi3 serves later ones too
    wheels = [wheel for wheel in wheels if not any(other in wheel for other in others)]
    stage = ROOT / "build" / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    (stage / "wheels").mkdir(parents=True)
    for name in EXTENSION:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, stage / name, ignore=shutil.ignore_patterns("__pycache__", "built"))
        else:
            shutil.copy2(source, stage / name)
    for wheel in wheels:
        os.link(ROOT / "wheels" / wheel, stage / "wheels" / wheel)
    kept = {f'  "./wheels/{wheel}",' for wheel in wheels}
    lines = [line for line in manifest_text.splitlines() if "./wheels/" not in line or line in kept]
    text = "\n".join(lines) + "\n"
    text = text.replace(f"platforms = {as_toml(tomllib.loads(text)['platforms'])}", f"platforms = {as_toml(platforms)}")
    first = next(line for line in lines if line.startswith("blender_version_min"))
    limits = f'blender_version_min = "{generation.first}"'
    limits += f'\nblender_version_max = "{generation.end}"' if generation.end else ""
    (stage / "blender_manifest.toml").write_text(text.replace(first, limits), encoding="utf-8")
    return stage


FIND_TOOL = (
    "import importlib.util, pathlib; p = pathlib.Path(importlib.util.find_spec('bpy').origin).parent; "
    "print(next(p.glob('*/scripts/addons_core/bl_pkg/cli/blender_ext.py')))"
)


def as_toml(names: list[str]) -> str:
    """A list of names on one line, as the manifest writes it."""
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def fits(wheel: str, target: str) -> bool:
    """Whether a wheel's platform tag serves a platform of Blender's."""
    tag = wheel.removesuffix(".whl").split("-")[-1]
    system, machine = PLATFORM_TAGS[target]
    return tag == "any" or (tag.startswith(system) and tag.endswith(machine))


def fetch_wheels(python: Path, wheels: list[str]) -> None:
    """Download the wheels that are not in wheels/ yet, exactly these."""
    folder = ROOT / "wheels"
    folder.mkdir(exist_ok=True)
    for wheel in wheels:
        if (folder / wheel).exists():
            continue
        name, version, tag, abi, system = wheel.removesuffix(".whl").split("-")
        release = "3.13" if tag == "cp313" else "3.11"
        systems = [part for one in system.split(".") for part in ("--platform", one)] if system != "any" else []
        must(
            python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
            "--python-version", release, *systems, "-d", folder, f"{name}=={version}",
        )  # fmt: skip
        if not (folder / wheel).exists():
            sys.exit(f"dev.py: the package index no longer has {wheel}. Hint: update blender_manifest.toml.")


if __name__ == "__main__":
    sys.exit(main())
