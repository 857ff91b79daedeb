"""The shell command `see2sound`, and the same verbs as `blender --command see2sound`.

Results on stdout, progress on stderr. Exit code 0 done, 1 failed with one clear line, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import atexit
import importlib
import json
import math
import os
import platform
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from . import cli_delivery, cli_eye, cli_live, cli_moving, cli_neural, cli_scene, cli_separate, cli_sounds, logs
from .cli_numbers import number, seed, whole
from .cli_results import levels_of, mix_usual_layouts, text_of
from .errors import See2SoundError
from .media.scratch import temporary_folder
from .paths import is_same_file
from .streams import quiet


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; returns the exit code.

    Standard output that is closed, full or a broken pipe ends it with exit code 1; it must not end in a traceback.
    """
    _open_streams()
    try:
        options = _parser().parse_args(sys.argv[1:] if arguments is None else arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    code, out, message = _outcome(options)
    with suppress(OSError):
        print(message, end="", file=sys.stderr, flush=True)
    try:
        print(out, end="", flush=True)
    except OSError as error:
        _abandon_output()
        if not isinstance(error, BrokenPipeError):  # there the reader has seen enough
            with suppress(OSError):
                print(f"see2sound: the result cannot be written: {error.strerror or error}.", file=sys.stderr, flush=True)
        return 1
    return code


def _open_streams() -> None:
    """Streams that a parent has closed lead nowhere; names of files that are not UTF-8 are shown with escapes."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 open until the end
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _abandon_output() -> None:
    """Python flushes standard output once more as it ends, and must find it in order."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _outcome(options: argparse.Namespace) -> tuple[int, str, str]:
    """Run the verb; the exit code, and what goes to standard output and standard error."""
    logs.set_level_from_environment()
    if options.log is not None:
        logs.set_level(options.log.upper())
    # bpy reads the user's own settings and extensions unless it is told of another place, before it is imported.
    if "bpy" not in sys.modules and "BLENDER_USER_RESOURCES" not in os.environ:
        stack = ExitStack()
        atexit.register(stack.close)
        os.environ["BLENDER_USER_RESOURCES"] = str(stack.enter_context(temporary_folder()))
    try:
        result = options.verb(options)
    except See2SoundError as error:
        facts = {"error": {"code": error.code, "message": error.message, "hint": error.hint}}
        return 1, json.dumps(facts) + "\n" if options.json else "", f"see2sound: {error}\n"
    except KeyboardInterrupt:
        return 1, "", "see2sound: cancelled\n"
    finally:
        _end_progress()
    code = int(result.pop("exit", 0))
    text = json.dumps(result.get("whole", result), indent=1) if options.json else "\n".join(result["lines"])
    return code, text + "\n", ""


def shell() -> None:
    """The entry point of the installed command."""
    sys.exit(main())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="see2sound", description="A picture or a 3D scene gets its sound in space.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(name: str, function: Any, text: str) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=text, description=text)
        sub.set_defaults(verb=function)
        sub.add_argument("--json", action="store_true", help="the result as JSON")
        levels = [level.lower() for level in logs.LEVELS]
        sub.add_argument("--log", choices=levels, help="print messages of this level to stderr")
        return sub

    text = "Everything: a picture or video becomes a sounding scene.blend, clips, a plan and three mixes; a video a film, too."
    run = verb("run", _run, text)
    run.add_argument("picture", type=Path, help="a picture, a video, a pattern such as frame_####.png, or a folder of frames")
    run.add_argument("--out", type=Path, required=True, metavar="DIR")
    run.add_argument("--duration", type=_duration, metavar="SECONDS", help="10, or as long as the video, without it")
    cli_moving.add_choices(run)
    run.add_argument("--max-sources", type=_count, default=5, metavar="N")
    run.add_argument("--fov", type=_angle, metavar="DEGREES", help="horizontal field of view")
    run.add_argument("--horizon", type=_percent, metavar="PERCENT", help="the horizon's height from the top")
    run.add_argument("--camera-height", type=_height, default=1.6, metavar="METRES")
    run.add_argument("--seed", type=seed, default=0, metavar="N")
    run.add_argument(
        "--eye",
        default="",
        metavar="NAME",
        help="the detector: embedded, light, sharp or a path; the best one installed, without it",
    )
    run.add_argument("--voice-unknown", action="store_true", help="also give objects a sound that no detector could name")
    cli_eye.add_folder(run)
    cli_neural.add_choice(run)
    cli_scene.add_verb(verb, _progress, _blender, _check_name)
    cli_live.add_verb(verb, _progress)
    cli_delivery.add_verbs(verb, _progress)
    cli_separate.add_verb(verb, _progress)
    render = verb("render", _render, "Render a plan, or object audio.")
    render.add_argument("plan", type=Path, help="plan.json, or an ADM file")
    mix = verb("mix", _mix, "Mix a .blend scene as its active camera hears it.")
    mix.add_argument("scene", type=Path)
    cli_scene.add_acoustics(mix)
    for sub in (render, mix):
        sub.add_argument("--layout", metavar="NAME", help="of the loudspeakers; object audio needs none")
        sub.add_argument("--out", type=Path, required=True, metavar="PATH", help=".wav or .flac, or a folder of stems")
        sub.add_argument(
            "--format", metavar="NAME", help="wav, flac, adm, adm-atmos, iamf, stems, reaper or page; usual: by the file's name"
        )
        sub.add_argument("--bake", action="store_true", help="object audio with travel times and reflections in its signals")
        sub.add_argument("--by-label", action="store_true", help="sources with the same label are one stem")
        sub.add_argument("--part", type=_part, metavar="N/M", help="one of several stretches of a mix, for `see2sound join`")
        sub.add_argument("--fps", type=_frame_rate, default=24.0, metavar="N", help="frames a second of edit lists")
        sub.add_argument("--sofa", type=Path, metavar="FILE", help="a measured head for binaural")
    joining = verb("join", _join, "Join the parts of a mix that `render --part` has written.")
    joining.add_argument("parts", type=Path, nargs="+", metavar="PART")
    joining.add_argument("--out", type=Path, required=True, metavar="FILE", help=".wav or .flac")
    for sub in (render, mix, joining):
        sub.add_argument("--bits", type=int, choices=(16, 24, 32), help="32 is floating point, and usual but for FLAC")
        sub.add_argument("--loudness", type=_loudness, metavar="LUFS", help="bring the mix to this loudness, for example -23")
        sub.add_argument("--ceiling", type=_ceiling, default=-1.0, metavar="DB", help="true peak that this may reach")
    cli_neural.add_place(verb("doctor", _doctor, "Check the installation."))
    cli_eye.add_verb(verb, _progress)
    cli_neural.add_verbs(verb, _progress)
    cli_sounds.add_verbs(verb, _progress)
    return parser


_duration = number(0.1, 3600.0, "the duration")
_angle = number(5.0, 165.0, "the field of view")
_percent = number(0.0, 100.0, "the horizon")
_loudness = number(-60.0, 0.0, "the loudness")
_ceiling = number(-20.0, 0.0, "the ceiling")


def _part(text: str) -> tuple[int, int]:
    """`N/M`, both from 1."""
    number, _, count = text.partition("/")
    if not (number.isascii() and number.isdigit() and count.isascii() and count.isdigit()) or len(text) > 12:
        raise argparse.ArgumentTypeError(f"{text!r} is no part such as 2/5")
    return int(number), int(count)


_frame_rate = number(1.0, 240.0, "the frame rate")
_height = number(0.05, 10000.0, "the camera's height")


_count = whole(1, 32, "the number of sources")


def _progress(label: str, done: int, total: int) -> None:
    share = 100 * done // max(1, total)
    line = f"{label} {share} %"
    if line == _shown["line"]:
        return
    _shown["line"] = line
    with suppress(OSError):
        if sys.stderr.isatty():
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        elif done in (0, total):
            print(line, file=sys.stderr, flush=True)


_shown = {"line": ""}
"""The progress that was printed last; repeated lines say nothing."""


def _end_progress() -> None:
    with suppress(OSError):
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _blender() -> Any:
    """The bridge, in whatever Blender this is. Error: `blender-missing`."""
    try:
        with quiet():
            from .blender import session
    except ImportError as error:
        raise See2SoundError(
            "blender-missing",
            f"This Python has no Blender: {error}.",
            "Run `pip install bpy`, or use `blender --command see2sound`.",
        ) from error
    session.make_ready()
    return session


def _run(options: argparse.Namespace) -> dict[str, Any]:
    session = _blender()
    from . import pipeline
    from .blender.writing import scenebuilder
    from .delivery.overview import write_overview
    from .media.files import check_writable
    from .planfile import write_plan

    settings = pipeline.Settings(
        max_sources=options.max_sources,
        field_of_view=None if options.fov is None else math.radians(options.fov),
        horizon=None if options.horizon is None else options.horizon / 100.0,
        camera_height=options.camera_height,
        panorama=options.panorama.upper(),
        footage=cli_moving.footage_settings(options),
    )
    usual, eye = cli_eye.backends(options)
    with cli_neural.chosen_backends(options, usual, _progress) as backends:
        out = options.out.resolve()
        _check_name(out)
        for name in ("film.mp4", "overview.png"):
            _check_output(out / name, options.picture)
        found = pipeline.reconstruct(options.picture, None, settings, _progress, backends)
        check_writable(out)
        check_writable(out / "clips")
        rate, seconds = (24.0, 10.0) if found.footage is None else (found.footage.rate, found.footage.seconds)
        seconds = seconds if options.duration is None else options.duration
        scene = session.new_scene(seconds, rate)
        scene.see2sound.seed = options.seed
        split, said = None, list(found.notes)
        if options.keep_sound and found.footage is not None:
            split = cli_moving.split_sound(options, found, out, _progress, said)
        built = scenebuilder.build(scene, found, options.picture.resolve(), out, _progress, backends, split)
    notes = [*said, *built.notes]
    built.plan.duration = seconds  # frames end a little later
    write_plan(built.plan, out / "plan.json")
    write_overview(found.picture.pixels, found.view.horizon.row, found.camera, found.sources, out / "overview.png")
    mixes, more = mix_usual_layouts(out, _progress)
    films = [] if found.footage is None else cli_moving.write_film(options, found.footage, out, _progress, more)
    notes += [note for note in dict.fromkeys(more) if note not in notes]
    sources = [_facts_of(source, built.models.get(source.id)) for source in found.sources]
    lines = [f"{len(sources)} sources in {options.picture.name}:"] + [
        f"  {s['id']}: {s['label']}, {s['extent']}, {s['metres']:.1f} m away{s['when']}, {_sound(s['model'])}" for s in sources
    ]
    lines.append(f"The detector was {eye}.")
    if not all(source.prompt for source in found.sources):
        lines.append("With --voice-unknown, objects without a name get a neutral sound.")
    lines += [f"note: {note}" for note in notes]
    lines += [f"Files in {out}:", "  scene.blend  plan.json  overview.png  clips/", *(f"  {name}" for name in films)]
    lines += [f"  {Path(m['file']).name}  ({text_of(m)})" for m in mixes]
    return {"out": str(out), "sources": sources, "mixes": mixes, "notes": notes, "lines": lines}


def _facts_of(source: Any, model: str | None) -> dict[str, Any]:
    """A source for the result. `model`: what made its sound."""
    return {
        "id": source.id, "label": source.label, "prompt": source.prompt, "extent": source.extent,
        "score": round(source.score, 3), "metres": round(source.distance.metres, 2),
        "position": [round(float(v), 3) for v in source.position],
        "centre": None if source.evidence is None else [round(v, 4) for v in source.evidence.centre],
        "model": model, "when": cli_moving.when(source),
    }  # fmt: skip


def _sound(model: Any) -> str:
    return "without a sound" if model is None else f"sounds as {model}"


def _render(options: argparse.Namespace) -> dict[str, Any]:
    from . import pipeline
    from .planfile import read_plan

    _check_output(options.out, options.plan)
    if options.plan.suffix.lower() != ".wav":
        return _rendered(read_plan(options.plan), options, [])
    with temporary_folder() as clips:
        plan, notes = pipeline.plan_of_objects(options.plan, clips)
        return _rendered(plan, options, notes)


def _rendered(plan: Any, options: argparse.Namespace, notes: list[str]) -> dict[str, Any]:
    """A mix of a plan, or another output of it."""
    from . import pipeline
    from .delivery.formats import FORMATS, find_format, output_of

    options.format = options.format or output_of(options.out)
    if options.format is None or options.format in FORMATS:
        if options.layout is None:
            raise See2SoundError("layout-unknown", "A mix needs a layout.", "Use --layout, or --format for object audio.")
        if options.format is not None and find_format(options.out).suffix != FORMATS[options.format].suffix:
            suffix = FORMATS[options.format].suffix
            raise See2SoundError("format-unknown", f"{options.out.name} is no name for {options.format}.", f"Use {suffix}.")
        if options.part is not None:
            number, count = options.part
            part = pipeline.mix_part(plan, options.layout, options.out, number, count, _progress, options.sofa)
            notes = list(dict.fromkeys(notes + part.notes))
            return {"file": str(part.path), "notes": notes, "lines": [*(f"note: {note}" for note in notes), str(part.path)]}
        report = pipeline.mix(plan, options.layout, options.out, _progress, _delivery(options), options.sofa)
        return _mixed(report, notes)
    exported = pipeline.export(
        plan,
        options.format,
        options.out,
        _progress,
        options.layout,
        options.sofa,
        options.bake,
        options.fps,
        options.by_label,
    )
    notes = list(dict.fromkeys(notes + exported.notes))
    return {"file": str(exported.path), "notes": notes, "lines": [*(f"note: {note}" for note in notes), str(exported.path)]}


def _join(options: argparse.Namespace) -> dict[str, Any]:
    from . import pipeline

    return _mixed(pipeline.join_parts(options.parts, options.out, _progress, _delivery(options)), [])


def _check_name(path: Path) -> None:
    """Error `not-a-file` for a name that Blender, which keeps all names as UTF-8, could not find again."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise See2SoundError("not-a-file", f"The name {str(path)!r} is not UTF-8.", "Use another name.") from error


def _check_output(out: Path, source: Path) -> None:
    if is_same_file(out, source):
        raise See2SoundError("would-overwrite", f"{out} would overwrite {source}.", "Choose another name or folder.")


def _delivery(options: argparse.Namespace) -> Any:
    from .delivery.formats import Delivery

    return Delivery(options.bits, options.loudness, options.ceiling)


def _mix(options: argparse.Namespace) -> dict[str, Any]:
    session = _blender()
    from .blender.reading import sampling
    from .blender.room import tracing
    from .blender.room.reading import TRACED_ROOMS
    from .spatial.layouts import find_layout

    if options.layout is not None:
        find_layout(options.layout)
    _check_name(options.scene)
    _check_output(options.out, options.scene)
    scene = session.open_scene(options.scene.absolute())
    with temporary_folder() as packed:
        plan, notes = sampling.sample_scene(session.context(), scene, packed, _progress)
        if not options.no_acoustics and scene.see2sound.room.kind in TRACED_ROOMS:
            plan, more = tracing.with_acoustics(session.context(), scene, plan, _progress)
            notes += more
        if session.has_scripts():
            notes.append("The file's scripts were not run, because the file may not be trusted.")
        return _rendered(plan, options, notes)


def _mixed(report: Any, notes: list[str]) -> dict[str, Any]:
    levels = levels_of(report)
    notes = list(dict.fromkeys(notes + report.notes))
    lines = [f"note: {note}" for note in notes]
    lines.append(f"{report.path}: {report.layout.channels} channels, {report.samples} samples, {text_of(levels)}")
    return {"file": str(report.path), "samples": report.samples, **levels, "notes": notes, "lines": lines}


NEEDED = {
    "numpy": "arrays",
    "scipy": "signal processing",
    "cv2": "seeing",
    "PIL": "pictures",
    "soundfile": "audio files",
    "h5py": "measured heads",
    "threadpoolctl": "equal results on any number of cores",
}


OPTIONAL = {"embreex": "acoustics of meshes", "miniaudio": "the live preview", "av": "films", "bpy": "Blender scenes"}


def _doctor(options: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, str | None] = {}
    lines = [f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores"]
    for name, purpose in {**NEEDED, **OPTIONAL}.items():
        try:
            with quiet():
                module = importlib.import_module(name)
            version = getattr(module, "__version__", None) or getattr(getattr(module, "app", None), "version_string", "?")
            found[name] = str(version)
            lines.append(f"  {name} {version}: fine")
        except ImportError as error:
            found[name] = None
            lines.append(f"  {name}: missing, no {purpose} ({error}). Hint: pip install {'bpy' if name == 'bpy' else name}")
    missing = [name for name, version in found.items() if version is None]
    broken = [name for name in missing if name in NEEDED]
    kernel, kernel_lines = _kernel()
    lines += kernel_lines
    neural, neural_lines = cli_neural.report(options)
    lines += neural_lines
    tried = cli_neural.trials(options, _progress) if neural["ready"] else []
    lines += cli_neural.lines_of(tried)
    lines.append(f"Missing: {', '.join(missing)}." if missing else "Everything is in place.")
    facts = {"python": platform.python_version(), "modules": found, "kernel": kernel, "neural": {**neural, "tried": tried}}
    return {**facts, "exit": 1 if broken else 0, "lines": lines}


def _kernel() -> tuple[str, list[str]]:
    """Which inner loops the engine uses, and why not others."""
    from .spatial.kernels import VARIABLE, kernel, kernels
    from .spatial.kernels.library import find_libraries

    name = kernel().name
    lines = [f"  kernel {name}: in use; {VARIABLE} chooses among {', '.join(kernels())}"]
    if name == "numpy":
        reasons = "; ".join(find_libraries()[1]) or f"{VARIABLE} chose it"
        lines.append(f"    mixes are rendered several times slower than by a compiled kernel ({reasons})")
    return name, lines


if __name__ == "__main__":
    shell()
