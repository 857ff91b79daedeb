"""Job descriptions for farms: Open Job Description (2023-09), and a job type for Flamenco 3. Both run one shot a task."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..media.files import write_text
from .shots import Shot

NAME = "See2Sound"
MOST_IN_RANGE = 1024
"""Tasks of one step of Open Job Description."""


def write_openjd(shots: list[Shot], table: Path, out: Path, path: Path) -> Path:
    """A job template: steps of up to MOST_IN_RANGE tasks. Error: `folder-not-writable`."""
    shots_flow = {"dataFlow": "IN", "objectType": "FILE"} | _default(table, path)
    out_flow = {"dataFlow": "OUT", "objectType": "DIRECTORY"} | _default(out, path)
    steps = [
        _step(first, min(first + MOST_IN_RANGE - 1, len(shots)), number)
        for number, first in enumerate(range(1, len(shots) + 1, MOST_IN_RANGE), 1)
    ]
    template: dict[str, Any] = {
        "specificationVersion": "jobtemplate-2023-09",
        "name": NAME,
        "parameterDefinitions": [
            {"name": "Shots", "type": "PATH", **shots_flow},
            {"name": "Out", "type": "PATH", **out_flow},
            {"name": "See2Sound", "type": "STRING", "default": "see2sound", "description": "The shell command on the workers"},
        ],
        "steps": steps,
    }
    write_text(path, json.dumps(template, indent=2) + "\n")
    return path


def _default(file: Path, template: Path) -> dict[str, str]:
    """A default that begins where the template lies, as the specification has it; none for what lies elsewhere."""
    with suppress(ValueError):
        return {"default": file.resolve().relative_to(template.resolve().parent).as_posix()}
    return {}


def _step(first: int, last: int, number: int) -> dict[str, Any]:
    run = {
        "command": "{{Param.See2Sound}}",
        "args": ["batch", "{{Param.Shots}}", "--out", "{{Param.Out}}", "--only", "{{Task.Param.Shot}}"],
    }
    return {
        "name": f"Shots{number}",
        "parameterSpace": {"taskParameterDefinitions": [{"name": "Shot", "type": "INT", "range": f"{first}-{last}"}]},
        "script": {"actions": {"onRun": run}},
    }


def write_flamenco(shots: list[Shot], table: Path, out: Path, path: Path) -> Path:
    """A job type script. Error: `folder-not-writable`."""
    settings = [
        {"key": "shots", "type": "string", "required": True, "default": str(table.absolute()), "subtype": "file_path",
         "description": "The list of shots, where all workers find it"},
        {"key": "out", "type": "string", "required": True, "default": str(out.absolute()), "subtype": "dir_path",
         "description": "Folder of the results"},
        {"key": "count", "type": "int32", "required": True, "default": len(shots), "description": "Shots in the list"},
        {"key": "command", "type": "string", "required": True, "default": "see2sound", "description": "The shell command"},
    ]  # fmt: skip
    script = f"""// A job type for Flamenco 3, written by See2Sound: one task for each shot of a list.
"use strict";

const JOB_TYPE = {json.dumps({"label": NAME, "settings": settings}, indent=2)};

function compileJob(job) {{
    const settings = job.settings;
    for (let shot = 1; shot <= settings.count; shot++) {{
        const task = author.Task("shot-" + shot, "misc");
        task.addCommand(author.Command("exec", {{
            exe: settings.command,
            args: ["batch", settings.shots, "--out", settings.out, "--only", String(shot)],
        }}));
        job.addTask(task);
    }}
}}
"""
    write_text(path, script)
    return path
