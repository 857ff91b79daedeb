"""The verb `see2sound scene`: a 3D scene gets its sounds from its own names, movements and contacts."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import cli_neural
from .cli_numbers import seed
from .cli_results import mix_usual_layouts, text_of
from .errors import See2SoundError
from .paths import is_same_file
from .progress import Progress


def add_verb(
    verb: Callable[..., argparse.ArgumentParser],
    progress: Progress,
    blender: Callable[[], Any],
    check_name: Callable[[Path], None],
) -> None:
    """`scene`. `blender`: gives the bridge to Blender."""

    def do(options: argparse.Namespace) -> dict[str, Any]:
        check_name(options.scene)
        check_name(options.out)
        return _scene(options, progress, blender())

    parser = verb("scene", do, "Everything from a 3D scene: Speakers and clips for what sounds in it, a plan and three mixes.")
    parser.add_argument("scene", type=Path, metavar="FILE.blend")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--idle", action="store_true", help="engines of parked vehicles idle instead of being silent")
    parser.add_argument("--seed", type=seed, metavar="N", help="another seed than that of the scene")
    cli_neural.add_choice(parser, ("voice", "ranking"))
    add_acoustics(parser)
    parser.add_argument("--film", action="store_true", help="also render film.mp4, with the binaural mix as its sound")


def add_acoustics(parser: argparse.ArgumentParser) -> None:
    """The option to leave acoustics out."""
    parser.add_argument("--no-acoustics", action="store_true", help="do not trace what the scene's meshes do to its sounds")


def _scene(options: argparse.Namespace, progress: Progress, session: Any) -> dict[str, Any]:
    from . import pipeline
    from .backends import Backends
    from .blender.reading.sampling import check_camera
    from .blender.soundtrack import film
    from .blender.writing import scenebuilder
    from .delivery.formats import Delivery
    from .delivery.sceneview import write_scene_overview
    from .media.files import check_writable
    from .media.scratch import temporary_folder
    from .planfile import read_plan, write_plan

    out = options.out.resolve()
    if is_same_file(options.scene, out / "scene.blend"):
        raise See2SoundError("would-overwrite", f"The result would overwrite {options.scene}.", "Choose another folder.")
    scene = session.open_scene(options.scene.absolute())
    if options.seed is not None:
        scene.see2sound.seed = options.seed
    check_camera(scene)
    check_writable(out)
    check_writable(out / "clips")
    with cli_neural.chosen_backends(options, Backends(), progress) as backends:
        heard = scenebuilder.listen(session.context(), scene, out, options.idle, progress, backends, not options.no_acoustics)
    write_plan(heard.plan, out / "plan.json")
    write_scene_overview(heard.plan, heard.footprints, out / "overview.png")
    notes = list(heard.notes)
    if session.has_scripts():
        notes.append("The file's scripts were not run, because the file may not be trusted.")
    mixes, more = mix_usual_layouts(out, progress)
    notes += [note for note in more if note not in notes]
    if options.film:
        with temporary_folder(out) as folder:  # whole numbers clip, so the film's sound keeps below full scale
            sound = folder / "film.wav"
            report = pipeline.mix(read_plan(out / "plan.json"), "binaural", sound, progress, Delivery(bits=24))
            film.render_film(scene, sound, 2, heard.plan.sample_rate, out / "film.mp4", progress)
        notes += [f"Film: {note}" for note in report.notes]
    found = [_facts_of(one) for one in heard.proposals if not one.silent]
    silent = sum(one.silent for one in heard.proposals)
    lines = [f"{sum(one['accepted'] for one in found)} sources in {options.scene.name}:"]
    lines += [
        f"  {one['object'] or one['label']}: {one['class']}, {_events(one)}{one['why']}" for one in found if one["accepted"]
    ]
    lines += [
        f"  not used: {one['object'] or one['label']}: {one['class']}, {one['why']}" for one in found if not one["accepted"]
    ]
    lines += [f"{silent} objects are silent.", *(f"note: {note}" for note in notes), f"Files in {out}:"]
    lines.append("  scene.blend  plan.json  overview.png  clips/" + ("  film.mp4" if options.film else ""))
    lines += [f"  {Path(m['file']).name}  ({text_of(m)})" for m in mixes]
    return {"out": str(out), "sources": found, "silent": silent, "mixes": mixes, "notes": notes, "lines": lines}


def _facts_of(proposal: Any) -> dict[str, Any]:
    return {
        "object": proposal.object, "label": proposal.label, "class": proposal.name, "score": round(proposal.score, 3),
        "why": proposal.why, "accepted": proposal.wanted,
        "events": [[round(seconds, 4), round(strength, 3)] for seconds, strength in proposal.events or []],
    }  # fmt: skip


def _events(facts: dict[str, Any]) -> str:
    return f"{len(facts['events'])} events, " if facts["events"] else ""
