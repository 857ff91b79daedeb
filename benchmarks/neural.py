"""Neural models at full size with random weights: their files beside those of the real ones, and one small job of each.

Random weights take as long and as much memory as trained ones; what comes out is noise. `python3 dev.py bench neural`, or
`.venv/bin/python benchmarks/neural.py CARD...` for some. Each model is made, tried and deleted in turn: that takes up to 6 GB
of disk and 16 GB of memory.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from see2sound_addon.neural.environment import Place, describe
from see2sound_addon.neural.trial import try_model
from see2sound_addon.weights.cards import CARDS

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv-neural" / "bin" / "python"


def run(names: list[str] | None = None) -> None:
    """Print a line for each card."""
    if not PYTHON.exists():
        print("There is no .venv-neural; `python3 dev.py test` makes it.")
        return
    status = describe(Place(ROOT, PYTHON)).status
    where = "unknown" if status is None else f"{status.device_name} ({status.precision})"
    print(f"neural models of full size, random weights, on {where}\n")
    print("| card | GB of weights | of the real ones, about | s, with loading | GB of memory |")
    print("| --- " * 5 + "|")
    for name in names or CARDS:
        with tempfile.TemporaryDirectory() as scratch:
            script = ROOT / "tests" / "neural" / "full_models.py"
            subprocess.run([PYTHON, script, scratch, name], check=True, stderr=subprocess.DEVNULL)
            folder = Path(scratch) / name
            size = sum(path.stat().st_size for path in folder.rglob("*.safetensors")) / 1e9
            tried = try_model(Place(Path(scratch), PYTHON), folder)
        found = tried.problem or f"{tried.seconds:.0f} | {tried.memory / 1e9:.1f}"
        print(f"| {name} | {size:.2f} | {CARDS[name].size:g} | {found} |", flush=True)


if __name__ == "__main__":
    run(sys.argv[1:])
