"""Compile see2sound_addon/spatial/kernels/kernel.c. Needs nothing but Python and a C compiler: the system's, or ziglang's.

`build_kernels.py` compiles for this machine, into kernels/built, and says why if it cannot. `build_kernels.py --wheels DIR
TAG...` makes a wheel for each of the platforms in TARGETS that are named, by ziglang, from any of them.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

KERNELS = Path(__file__).resolve().parents[1] / "see2sound_addon" / "spatial" / "kernels"
SOURCE = KERNELS / "kernel.c"
BUILT = KERNELS / "built"
FLAGS = (
    "-std=gnu11", "-O3", "-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math", "-fvisibility=hidden", "-shared",
)  # fmt: skip
TARGETS = {
    "manylinux_2_17_x86_64": "x86_64-linux-gnu.2.17",
    "manylinux_2_17_aarch64": "aarch64-linux-gnu.2.17",
    "win_amd64": "x86_64-windows-gnu",
    "macosx_11_0_arm64": "aarch64-macos.11.0",
    "macosx_11_0_x86_64": "x86_64-macos.11.0",
}
"""Zig's target for each platform tag of a wheel."""
VERSION = "1.0"
PACKAGE = "see2sound_kernels"


def main() -> int:
    """Returns the exit code: 1 if there is no compiler."""
    if sys.argv[1:2] == ["--wheels"]:
        for tag in sys.argv[3:]:
            make_wheel(tag, Path(sys.argv[2]))
        return 0
    return build_here()


def source_hash() -> str:
    """As `kernels.library` computes it."""
    return hashlib.sha256(SOURCE.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:16]


def build_here() -> int:
    """Compile for this machine, unless that has been done."""
    stamp = BUILT / "stamp"
    wanted = f"{source_hash()} {platform.platform()}"
    if stamp.exists() and stamp.read_text() == wanted:
        return 0
    shutil.rmtree(BUILT, ignore_errors=True)
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    suffix = {"Windows": ".dll", "Darwin": ".dylib"}.get(platform.system(), ".so")
    said = []
    for compiler in compilers():
        with tempfile.TemporaryDirectory() as folder:
            trouble = ""
            for variant in ("baseline", "avx2") if x86 else ("baseline",):
                march = ["-march=x86-64-v3" if is_not_zig(compiler) else "-mcpu=x86_64_v3"] if variant == "avx2" else []
                trouble = trouble or compile_to(Path(folder) / f"{variant}{suffix}", compiler, march)
            if not trouble:
                shutil.copytree(folder, BUILT)
                stamp.write_text(wanted)
                return 0
            said.append(f"{compiler[0]}: {trouble}")
    reason = "; ".join(said) or "there is no C compiler"
    print(
        f"No compiled kernel ({reason}): mixes are rendered by NumPy, several times slower. Hint: install gcc or clang, or "
        "`pip install ziglang` here, and run dev.py again.",
        file=sys.stderr,
    )
    return 1


def compilers() -> list[list[str]]:
    """Commands that may compile: the system's C compilers, then ziglang's."""
    named = [os.environ.get("CC", ""), "cc", "clang", "gcc"]
    found = [[name] for name in dict.fromkeys(named) if name and shutil.which(name)]
    return found + ([zig()] if importlib.util.find_spec("ziglang") else [])


def zig() -> list[str]:
    """Zig's C compiler, as PyPI has it."""
    return [sys.executable, "-m", "ziglang", "cc"]


def is_not_zig(compiler: list[str]) -> bool:
    """Whether a compiler's options are those of GCC."""
    return "ziglang" not in compiler


def compile_to(out: Path, compiler: list[str], options: list[str]) -> str:
    """Compile the kernel into a library; returns what went wrong."""
    position = [] if out.suffix == ".dll" else ["-fPIC"]
    libraries = [] if out.suffix == ".dll" else ["-lm"]
    command = [*compiler, *FLAGS, *position, *options, f'-DSOURCE="{source_hash()}"', str(SOURCE), "-o", str(out), *libraries]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode == 0 and out.exists():
        return ""
    return (made.stderr.strip().splitlines() or [f"exit code {made.returncode}"])[0]


def make_wheel(tag: str, folder: Path) -> Path:
    """Compile for a platform and pack a wheel that serves every Python there."""
    target = TARGETS[tag]
    suffix = ".dll" if "windows" in target else ".dylib" if "macos" in target else ".so"
    variants = {"baseline": [], "avx2": ["-mcpu=x86_64_v3"]} if target.startswith("x86_64") else {"baseline": []}
    with tempfile.TemporaryDirectory() as made:
        files = {
            f"{PACKAGE}/__init__.py": b'"""The compiled kernels of See2Sound; see2sound_addon/spatial/kernels loads them."""\n'
        }
        for variant, options in variants.items():
            out = Path(made) / f"{variant}{suffix}"
            trouble = compile_to(out, zig(), ["-target", target, "-s", *options])
            if trouble:
                sys.exit(f"build_kernels.py: {target}: {trouble}")
            files[f"{PACKAGE}/{out.name}"] = out.read_bytes()
    return write_wheel(folder / f"{PACKAGE}-{VERSION}-py3-none-{tag}.whl", tag, files)


def write_wheel(path: Path, tag: str, files: dict[str, bytes]) -> Path:
    """A wheel with these files: the same bytes from the same files."""
    info = f"{PACKAGE}-{VERSION}.dist-info"
    licence = (KERNELS.parents[2] / "LICENSE").read_bytes()
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: see2sound-kernels\nVersion: {VERSION}\n"
        "Summary: The compiled kernels of See2Sound\nLicense: GPL-3.0-or-later\n".encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: See2Sound\nRoot-Is-Purelib: false\nTag: py3-none-{tag}\n".encode(),
        f"{info}/LICENSE": licence,
    }
    record = [f"{name},sha256={digest(data)},{len(data)}" for name, data in files.items()] + [f"{info}/RECORD,,"]
    files[f"{info}/RECORD"] = ("\n".join(record) + "\n").encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, data in files.items():
            wheel.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return path


def digest(data: bytes) -> str:
    """As a wheel's RECORD has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    sys.exit(main())
