"""A hundred malformed files and odd scenes of each kind; `python3 dev.py fuzz --count 10000` does more."""

import sys

import fuzz
import pytest

COUNT = 100
SLOW = 4.0
"""Machines that run tests are slow and busy; the bound is against hanging."""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured and limited as under Linux")
@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_nothing_malformed_breaks_a_promise(kind):
    if kind in ("blends", "scenes"):
        pytest.importorskip("bpy")
    tally = fuzz.attack(kind, seed=0, count=COUNT, patience=SLOW)
    assert tally.broken == []
    assert sum(tally.outcomes.values()) == COUNT
    assert len(tally.outcomes) > 1  # some were read, some were not


def test_what_breaks_a_promise_is_seen(monkeypatch, tmp_path):
    """The watchdog itself: a traceback, a crash and a hang are each counted, and the cases after them still run."""
    (tmp_path / "attack.py").write_text(
        "import json, os, sys, time\n"
        "for number in range(int(sys.argv[3]), int(sys.argv[3]) + int(sys.argv[4])):\n"
        "    print(json.dumps({'begin': number}), flush=True)\n"
        "    if number == 1: os.abort()\n"
        "    if number == 2: time.sleep(60)\n"
        "    outcome, peak = ('traceback', 0) if number == 3 else ('read', 3 * 10**9 if number == 4 else 0)\n"
        "    print(json.dumps({'case': number, 'outcome': outcome, 'text': '', 'seconds': 0.1, 'peak': peak}), flush=True)\n"
    )
    monkeypatch.setattr(fuzz, "HERE", tmp_path)
    monkeypatch.setattr(fuzz, "LONGEST", 1.0)
    monkeypatch.setattr(fuzz, "STARTING", 1.0)
    tally = fuzz.attack("pictures", 0, 6)
    assert [line.split(":")[0] for line in tally.broken] == [f"pictures 0/{number}" for number in (1, 2, 3, 4)]
    assert tally.outcomes == {"read": 3, "traceback": 1}
