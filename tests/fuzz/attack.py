"""Runs cases of one kind, a JSON line before and after each: `attack.py KIND SEED FIRST COUNT FOLDER`.

In a process of its own, which `fuzz.py` watches: memory is limited, and a case that crashes or hangs is known by its number.
"""

import contextlib
import json
import os
import sys
import time
import traceback
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support"), str(HERE.parents[1])]

import numpy as np  # noqa: E402

from see2sound_addon.errors import See2SoundError  # noqa: E402

LAYOUTS = ("mono", "stereo", "5.1", "binaural", "ambix2")
MOST_WORK = 2e6
"""Samples of voices that are mixed in a case; larger plans are only prepared, for they may take as long as they like."""


def pictures(random, folder):
    import mutations

    from see2sound_addon.media.pictures import read_picture

    found = read_picture(mutations.picture(random, folder))
    assert found.pixels.dtype == np.uint8 and found.pixels.ndim == 3 and 1 <= max(found.pixels.shape) <= 2048


def films(random, folder):
    import mutations

    from see2sound_addon.media.moving import is_moving, open_moving

    path = mutations.film(random, folder)
    is_moving(path)
    moving = open_moving(path)
    last = -1.0
    for frame in moving.read():
        assert frame.time > last and np.isfinite(frame.time)
        assert frame.pixels.dtype == np.uint8 and frame.pixels.ndim == 3 and max(frame.pixels.shape) <= 2048
        last = frame.time


def audio(random, folder):
    import mutations

    from see2sound_addon.media.audio import audio_facts, read_clip, read_response

    path = mutations.sound(random, folder)
    audio_facts(path)
    clip = read_clip(path, 48000).samples
    assert np.isfinite(clip).all() and clip.dtype == np.float32 and clip.ndim == 1
    assert np.isfinite(read_response(path, 48000)).all()


def soundtracks(random, folder):
    import mutations

    from see2sound_addon.media.soundtrack import LARGEST, open_soundtrack

    path = mutations.film_with_sound(random, folder) if random.random() < 0.6 else mutations.sound(random, folder)
    with open_soundtrack(path, float(random.choice([0.0, 0.03])), random.choice([None, 0.2])) as found:
        for begin in range(0, min(found.samples, 10**6), 10**5):
            block = found.read(begin, min(begin + 10**5, found.samples))
            assert block.dtype == np.float32 and len(block) == found.channels and np.abs(block).max() <= LARGEST


def plans(random, folder):
    import mutations

    from see2sound_addon.planfile import plan_from_json, plan_to_json

    if not (folder / "a.wav").exists():
        import soundfile

        soundfile.write(folder / "a.wav", 0.1 * np.random.default_rng(0).standard_normal(4800), 48000, subtype="FLOAT")
    scene = plan_from_json(mutations.plan(random), folder)
    assert plan_to_json(plan_from_json(plan_to_json(scene), folder))
    mix_and_check(random, scene, folder)


def mix_and_check(random, scene, folder):
    import soundfile

    from see2sound_addon import pipeline
    from see2sound_addon.spatial.room.images import images

    layout = str(random.choice(LAYOUTS))
    mixdown = pipeline.prepare_mix(scene, layout)
    if scene.samples * (1 + len(scene.sources)) * (1 + len(images(scene.room))) > MOST_WORK:
        return
    pipeline.mix(scene, layout, folder / "mix.wav", mixdown=mixdown)
    samples = soundfile.read(folder / "mix.wav", always_2d=True)[0]
    assert len(samples) == scene.samples and np.isfinite(samples).all()


def heads(random, folder):
    import mutations

    from see2sound_addon import pipeline

    head = pipeline.read_head(mutations.head(random, folder), 48000)
    assert np.isfinite(head.responses).all() and np.isfinite(head.delays).all()


def blends(random, folder):
    import bpy
    import states

    from see2sound_addon.blender.properties import registration
    from see2sound_addon.blender.reading import sampling

    if not hasattr(bpy.types.Object, "see2sound"):
        registration.register()
    if not (folder / "a.wav").exists():
        import soundfile

        soundfile.write(folder / "a.wav", 0.1 * np.random.default_rng(0).standard_normal(4800), 48000, subtype="FLOAT")
    scene = states.build(bpy, random, folder / "a.wav")
    plan, _ = sampling.sample_scene(bpy.context, scene, folder)
    mix_and_check(random, plan, folder)


def scenes(random, folder):
    """Sounds From Scene, with Speakers made of all that is proposed."""
    import bpy
    import states

    from see2sound_addon import pipeline
    from see2sound_addon.blender.properties import registration
    from see2sound_addon.blender.reading import observing
    from see2sound_addon.blender.writing import proposals

    if not hasattr(bpy.types.Object, "see2sound"):
        registration.register()
    scene = states.build_animated(bpy, random)
    observed, surfaces = observing.observe(bpy.context, scene)
    found = pipeline.listen(observed, surfaces, pipeline.ListenSettings(bool(random.random() < 0.5)))
    for one in found:
        numbers = [one.position, one.points, one.radius, one.score, *one.values.values(), one.events or [], one.level]
        assert all(np.isfinite(np.asarray(value, float)).all() for value in numbers), one
        assert all(0.0 <= strength <= 1.0 for _, strength in one.events or [])
    proposals.put_proposals(scene, found)
    for item in scene.see2sound.proposals:
        item.accept = not item.silent
    proposals.make_speakers(bpy.context, scene)
    proposals.put_proposals(scene, found)
    _, notes = proposals.make_speakers(bpy.context, scene)
    assert not notes, notes
    trace_and_check(random, scene)


def trace_and_check(random, scene):
    """Trace the meshes for a listener and sources anywhere."""
    import bpy

    from see2sound_addon import pipeline
    from see2sound_addon.blender.reading import geometry
    from see2sound_addon.planfile import plan_from_json, plan_to_json
    from see2sound_addon.progress import at_once, no_progress
    from see2sound_addon.soundscene import SoundScene, Source, Trajectory, check_finite

    slices = geometry.read_in_slices(bpy.context, scene, 1.0)
    meshes, _ = at_once(slices, "", no_progress)
    names = [obj.name for obj in scene.objects]
    places = random.choice([-100.0, -3.0, 0.0, 0.5, 3.0, 1e5], (3, 3))
    sources = [
        Source(str(number), Path("a.wav"), Trajectory.fixed(place), object=str(random.choice([*names, ""])))
        for number, place in enumerate(places[1:])
    ]
    plan = SoundScene(0.5, Trajectory.fixed(places[0]), sources)
    traced, _ = pipeline.trace(plan, meshes)
    check_finite(traced)
    plan_from_json(plan_to_json(traced))


KINDS = {
    "pictures": pictures,
    "films": films,
    "audio": audio,
    "soundtracks": soundtracks,
    "plans": plans,
    "heads": heads,
    "blends": blends,
    "scenes": scenes,
}


def peak():
    """The most memory since the last call, bytes; 0 where the system does not tell."""
    try:
        text = Path("/proc/self/status").read_text()
        Path("/proc/self/clear_refs").write_text("5")
        return int(text.split("VmHWM:")[1].split()[0]) * 1024
    except OSError:
        return 0


def main():
    kind, seed, first, count, folder = sys.argv[1], *map(int, sys.argv[2:5]), Path(sys.argv[5])
    os.environ.setdefault("BLENDER_USER_RESOURCES", str(folder / "resources"))
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # Blender and codecs print as well
    warnings.simplefilter("ignore")
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (8 * 2**30, 8 * 2**30))  # addresses, of which little may be memory
    peak()
    for number in range(first, first + count):
        print(json.dumps({"begin": number}), file=out, flush=True)
        begin, outcome, text = time.monotonic(), "read", ""
        try:
            KINDS[kind](np.random.default_rng([seed, number]), folder)
        except See2SoundError as error:
            outcome, text = error.code, str(error)
        except BaseException:
            outcome, text = "traceback", traceback.format_exc()[-1500:]
        facts = {"case": number, "outcome": outcome, "text": text, "seconds": time.monotonic() - begin, "peak": peak()}
        print(json.dumps(facts), file=out, flush=True)


if __name__ == "__main__":
    main()
