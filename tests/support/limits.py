"""Work in a process of its own with bounds on its memory and its time."""

import json
import subprocess
import sys
from pathlib import Path

MEMORY = 2 * 10**9
"""Bytes of resident memory that anything from a stranger may cost."""
SECONDS = 20.0
_PRELUDE = """
import json, sys, time
sys.path[:0] = {path!r}
from see2sound_addon.errors import See2SoundError
begin = time.monotonic()
error = None
try:
    {code}
except See2SoundError as caught:
    error = [caught.code, str(caught)]
seconds = time.monotonic() - begin
status = open("/proc/self/status").read()  # getrusage counts the parent's memory too
peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
print("\\n" + json.dumps({{"error": error, "seconds": seconds, "peak": peak}}))
"""


def bounded(code, seconds=6 * SECONDS):
    """Run a statement; its `error` (code and text, or None), its `seconds` and its `peak` memory in bytes.

    `seconds`: after which it is ended as hanging; machines that test are slow and busy.
    """
    path = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).parent)]
    done = subprocess.run(
        [sys.executable, "-c", _PRELUDE.format(path=path, code=code)], capture_output=True, text=True, timeout=seconds
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["peak"] < MEMORY, found
    assert found["error"] is None or "\n" not in found["error"][1]
    return found
