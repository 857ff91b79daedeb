"""Runs inside the Blender with a window: does what files named `N.do` say, on the main thread, and writes `N.done`.

Blender is asked by a timer, so that its own event loop goes on: operators are invoked as a click would.
"""

import contextlib
import inspect
import io
import json
import time
import traceback
from pathlib import Path

import bpy

FOLDER = Path(__file__).parent
BEAT = 0.01
state = {"last": None, "gaps": []}
shared = {"bpy": bpy, "gaps": state["gaps"], "time": time}


def place():
    window = bpy.context.window_manager.windows[0]
    area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    return {"window": window, "area": area, "region": next(region for region in area.regions if region.type == "WINDOW")}


def beat():
    now = time.perf_counter()
    if state["last"] is not None:
        state["gaps"].append(now - state["last"])
    state["last"] = now
    return BEAT


def serve():
    for path in sorted(FOLDER.glob("*.do")):
        code = path.read_text()
        path.unlink()
        out, shared["result"] = io.StringIO(), None
        try:
            # A window that is replaced by opening a file must not be held meanwhile.
            held = (
                contextlib.nullcontext()
                if "read_homefile" in code or "open_mainfile" in code
                else bpy.context.temp_override(**place())
            )
            with contextlib.redirect_stdout(out), held:
                exec(compile(code, path.name, "exec"), shared)
            answer = {"result": shared["result"], "out": out.getvalue()}
        except Exception:
            answer = {"error": traceback.format_exc()}
        partial = path.with_suffix(".part")
        partial.write_text(json.dumps(answer))
        partial.rename(path.with_suffix(".done"))
    return 0.02


def timed(cls, name, log):
    """Have a class's method note its seconds, with its class, into `log`; restored by what is returned."""
    method = getattr(cls, name)

    def measure(*arguments):
        begin = time.perf_counter()
        try:
            return method(*arguments)
        finally:
            log.append((type(arguments[0]).__name__, time.perf_counter() - begin))

    # Blender passes as many arguments as the function's code says that it takes.
    names = ", ".join(inspect.signature(method).parameters)
    measured = eval(f"lambda {names}: measure({names})", {"measure": measure})
    setattr(cls, name, measured)
    return lambda: setattr(cls, name, method)


shared["timed"] = timed
shared["place"] = place
bpy.app.timers.register(serve, first_interval=1.0, persistent=True)
bpy.app.timers.register(beat, first_interval=1.0, persistent=True)
