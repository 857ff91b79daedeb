"""Feeds the product malformed files and odd scenes, and counts what happens: `python3 dev.py fuzz --count 10000`.

What is promised (docs/reliability.md): no crash, no hang, bounded memory, and one clear line for whatever cannot be read.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue

HERE = Path(__file__).resolve().parent
KINDS = ("pictures", "films", "audio", "soundtracks", "plans", "heads", "blends", "scenes")
LONGEST = 20.0
"""Seconds for one case."""
STARTING = 60.0
"""More for the first one, which loads the libraries."""
MOST_MEMORY = 2 * 10**9
LONGEST_MESSAGE = 800


@dataclass
class Tally:
    """What happened to the cases of one kind. `broken`: those that broke a promise, with how."""

    kind: str
    outcomes: Counter = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    longest: float = 0.0
    memory: int = 0


def attack(kind, seed, count, patience=1.0):
    """Run the cases 0 to `count` of a kind. `patience`: how many times slower than usual the machine may be."""
    tally, first = Tally(kind), 0
    while first < count:
        with tempfile.TemporaryDirectory(prefix="see2sound_fuzz_") as folder:
            first = _run(tally, kind, seed, first, count, folder, patience)
    return tally


def _run(tally, kind, seed, first, count, folder, patience):
    """One process; the number of the case to go on with, which is `count` where all were done."""
    command = [sys.executable, HERE / "attack.py", kind, str(seed), str(first), str(count - first), folder]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines, errors = Queue(), []
    threading.Thread(target=lambda: [lines.put(line) for line in process.stdout] + [lines.put(None)], daemon=True).start()
    threading.Thread(target=lambda: errors.extend(process.stderr.read()[-500:].splitlines()), daemon=True).start()
    at_work, limit = first, patience * (LONGEST + STARTING)
    try:
        while True:
            try:
                line = lines.get(timeout=limit)
            except Empty:
                tally.broken.append(f"{kind} {seed}/{at_work}: hangs for more than {limit:.0f} s")
                return at_work + 1
            if line is None:
                if process.wait() == 0:
                    return count
                tally.broken.append(
                    f"{kind} {seed}/{at_work}: the process ended with {process.returncode}: {' '.join(errors)[-300:]}"
                )
                return at_work + 1
            facts = json.loads(line)
            if "begin" in facts:
                at_work = facts["begin"]
            else:
                _count(tally, kind, seed, facts, patience)
                limit = patience * LONGEST
    finally:
        process.kill()
        process.wait()


def _count(tally, kind, seed, facts, patience):
    tally.outcomes[facts["outcome"]] += 1
    tally.longest, tally.memory = max(tally.longest, facts["seconds"]), max(tally.memory, facts["peak"])
    name = f"{kind} {seed}/{facts['case']}"
    if facts["outcome"] == "traceback":
        tally.broken.append(f"{name}: {facts['text']}")
    if "\n" in facts["text"].strip() or len(facts["text"]) > LONGEST_MESSAGE:
        tally.broken.append(f"{name}: not one short line: {facts['text'][:200]!r}")
    if facts["peak"] > MOST_MEMORY:
        tally.broken.append(f"{name}: {facts['peak'] / 1e9:.1f} GB of memory")
    if facts["seconds"] > patience * LONGEST:
        tally.broken.append(f"{name}: {facts['seconds']:.0f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="cases of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", default=",".join(KINDS))
    options = parser.parse_args()
    broken = []
    print("| kind | cases | read or mixed | refused | broken promises | longest case | most memory |")
    print("|---" * 7 + "|")
    for kind in options.kinds.split(","):
        tally = attack(kind, options.seed, options.count)
        read = tally.outcomes["read"]
        refused = sum(tally.outcomes.values()) - read - tally.outcomes["traceback"]
        figures = f"{len(tally.broken)} | {tally.longest:.1f} s | {tally.memory / 2**20:.0f} MiB |"
        print(f"| {kind} | {options.count} | {read} | {refused} | {figures}", flush=True)
        broken += tally.broken
    for line in broken[:50]:
        print(line, file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
