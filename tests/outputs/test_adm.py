"""Object audio: what others make of our files, and what we read of them ourselves."""

import re
import struct
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile
import verifiers
from scenes import RATE, moving, noise, rendered, scene, source, tone, write_wav

from see2sound_addon import pipeline
from see2sound_addon.delivery.adm.cartesian import cube_of, direction_of
from see2sound_addon.delivery.adm.reading import _gain, read
from see2sound_addon.errors import See2SoundError
from see2sound_addon.soundscene import Cone, Fader, Trajectory
from see2sound_addon.spatial.layouts import find_layout
from see2sound_addon.spatial.loudness import Meter
from see2sound_addon.spatial.objects import dry, way_of
from see2sound_addon.spatial.panning import unit_vector
from see2sound_addon.spatial.renderer import render

UPRIGHT = np.array([[1.0, 0.0, 0.0, 0.0]])


def around(seconds, distance=3.0, height=0.5):
    """Once around the listener."""
    times = np.linspace(0.0, seconds, round(24 * seconds) + 1)
    angles = 2 * np.pi * times / seconds
    return moving(times, np.column_stack([distance * np.cos(angles), distance * np.sin(angles), np.full(len(times), height)]))


@pytest.fixture
def plan(tmp_path):
    """Objects that move, stand, begin late, fade, and a camera that cuts; something from everywhere, something low."""
    for number in range(5):
        write_wav(tmp_path / f"{number}.wav", noise(2.0, number))
    write_wav(tmp_path / "low.wav", 0.1 * tone(60, 2.0))
    ear = Trajectory(np.array([0.0, 2.0, 2.0 + 1e-9]), np.zeros((1, 3)), np.array([
        [1.0, 0, 0, 0], [1.0, 0, 0, 0], [np.cos(0.5), 0, 0, np.sin(0.5)],
    ]), np.array([2.0 + 1e-9]))  # fmt: skip
    sources = [
        source(around(5.0), "moves", loop=True),
        source((2.0, -1.0, 1.0), "stands & <late>", start=1.25, loop=True),
        source((-3.0, 2.0, 0.0), "fades", loop=True, fader=Fader(np.array([0.0, 2.0, 4.0]), np.array([0.0, -20.0, 6.0]))),
        source((0.0, 4.0, 0.0), "faces 鳥", loop=True, cone=Cone(1.0, 2.0, 0.3), divergence=0.5),
        source((0.0, 0.0, 0.0), "everywhere", loop=True, extent="ambient", gain_db=-12.0),
        source((1.0, 1.0, 0.0), "deep", loop=True, lfe_db=-3.0),
    ]
    for number, one in enumerate(sources):
        one.clip = tmp_path / ("low.wav" if one.id == "deep" else f"{number}.wav")
        one.synchronous = True
    return scene(sources, 5.0, ear)


@pytest.mark.slow
@pytest.mark.parametrize(("ours", "theirs"), [("5.1", "0+5+0"), ("7.1.4", "4+7+0")])
def test_the_ebu_s_renderer_makes_our_mix_of_it(plan, tmp_path, ours, theirs):
    """Each channel within 0.1 dB, and sample by sample 30 dB below, but for the moment of the cut, where we fade and ADM jumps.

    The bed of 4+7+0 is mixed down to 5.1 as the standard has it, not as we pan what comes from everywhere; so without it.
    """
    if ours == "5.1":
        plan.sources = [one for one in plan.sources if one.extent != "ambient"]
    pipeline.export(plan, "adm", tmp_path / "a.wav")
    names = verifiers.render_by_ear(tmp_path / "a.wav", theirs, tmp_path / "r.wav")
    made = dict(zip(names, soundfile.read(tmp_path / "r.wav")[0].T, strict=True))
    report = pipeline.mix(plan, ours, tmp_path / "m.wav")
    mix = dict(zip(report.layout.labels, soundfile.read(tmp_path / "m.wav")[0].T, strict=True))
    assert made.keys() == mix.keys()
    loudest = max((one**2).mean() for one in mix.values())
    for label, true in mix.items():
        assert 10 * np.log10((made[label] ** 2).mean() / (true**2).mean()) == pytest.approx(0.0, abs=0.1), label
        apart = np.delete(made[label] - true, np.s_[round(1.98 * RATE) : round(2.03 * RATE)])
        assert (apart**2).mean() < 1e-3 * max((true**2).mean(), 0.01 * loudest), label


@pytest.mark.slow
@pytest.mark.parametrize("form", ["adm", "adm-atmos"])
def test_mediainfo_has_nothing_to_say_against_it(plan, tmp_path, form):
    """Also when it takes the Atmos flavour for what Dolby's own tools write, and checks that profile: it goes by the name.

    Without divergence: it asks for an azimuthRange, and takes none of its values.
    """
    for one in plan.sources:
        one.divergence = 0.0
    path = tmp_path / "twelve chars.wav"
    pipeline.export(plan, form, path)
    text = verifiers.mediainfo(path)
    assert "Conformance" not in text and "ADM, Version" in text
    if form == "adm-atmos":
        raw = path.read_bytes()
        assert b"tmos" not in raw
        named = raw.replace(b'audioProgrammeName="twelve chars"', b'audioProgrammeName="Atmos_Master"')
        assert named != raw and len(named) == len(raw)
        (tmp_path / "named.wav").write_bytes(named)
        assert "Conformance" not in verifiers.mediainfo(tmp_path / "named.wav")
        (tmp_path / "wrong.wav").write_bytes(named.replace(b"ACO_1001</audioContentIDRef>", b"ACO_1009</audioContentIDRef>"))
        assert "Conformance" in verifiers.mediainfo(tmp_path / "wrong.wav")  # it would have said so


@pytest.mark.slow
def test_places_in_the_cube_are_the_standard_s():
    """Against the EBU's conversion, and back."""
    directions = np.random.default_rng(0).normal(size=(200, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    azimuth = np.degrees(np.arctan2(directions[:, 1], directions[:, 0]))
    elevation = np.degrees(np.arcsin(directions[:, 2]))
    code = (
        "import sys, json; from ear.core.objectbased.conversion import point_polar_to_cart as f;"
        "print(json.dumps([list(f(a, e, 1.0)) for a, e in json.loads(sys.argv[1])]))"
    )
    import json

    theirs = json.loads(verifiers.run("ear", code, json.dumps(np.column_stack([azimuth, elevation]).tolist())))
    assert np.allclose(cube_of(directions), theirs, atol=1e-9)
    assert np.allclose(direction_of(cube_of(directions)), directions, atol=1e-6)
    assert np.allclose(direction_of(0.4 * cube_of(directions)), directions, atol=1e-6)


def test_what_is_read_back_is_what_was_written(plan, tmp_path):
    pipeline.export(plan, "adm", tmp_path / "a.wav")
    file = read(tmp_path / "a.wav")
    points = [one for one in plan.sources if one.extent != "ambient"]
    assert [one.name for one in file.programme.objects] == [one.id for one in points]
    assert len(file.bed_channels) == 12 and file.programme.rate == RATE and file.frames == 5 * RATE
    late = file.programme.objects[1]
    assert (late.begin, late.end) == (1.25, 5.0)
    assert late.directions[0] == pytest.approx(np.array([2.0, -1.0, 1.0]) / np.sqrt(6.0), abs=1e-5)
    moves = file.programme.objects[0]
    way = way_of(plan, plan.sources[0])
    assert moves.jumps.sum() == way.jumps.sum() == 1  # the camera's cut
    at = np.linspace(0.05, 1.9, 50)
    for ours, theirs in zip(way.directions.T, moves.directions.T, strict=True):
        assert np.interp(at, moves.times, theirs) == pytest.approx(np.interp(at, way.times, ours), abs=2e-3)


@pytest.mark.parametrize("layout", ["7.1.4", "ambix1"])
def test_a_plan_of_an_adm_file_is_the_same_mix(plan, tmp_path, layout):
    plan.sources = [one for one in plan.sources if one.extent == "point" and one.lfe_db is None]
    pipeline.export(plan, "adm", tmp_path / "a.wav")
    (tmp_path / "clips").mkdir()
    again, notes = pipeline.plan_of_objects(tmp_path / "a.wav", tmp_path / "clips")
    assert notes == [] and [one.id for one in again.sources] == [one.id for one in plan.sources]
    for name, one in (("a", plan), ("b", again)):
        pipeline.mix(one, layout, tmp_path / f"mix_{name}.wav")
    first, second = (soundfile.read(tmp_path / f"mix_{name}.wav")[0] for name in "ab")
    assert ((first - second) ** 2).mean() < 1e-3 * (first**2).mean()


def test_the_shell_renders_objects(plan, tmp_path, capsys):
    from see2sound_addon import cli

    pipeline.export(plan, "adm", tmp_path / "a.wav")
    assert cli.main(["render", str(tmp_path / "a.wav"), "--layout", "stereo", "--out", str(tmp_path / "m.wav")]) == 0
    assert "LFE channel is left out" in capsys.readouterr().out
    assert soundfile.info(tmp_path / "m.wav").frames == 5 * RATE


def test_baked_objects_are_what_arrives(tmp_path):
    """A sound 34.33 m away: a tenth of a second later, and quieter; without baking at once, and quieter by its gain."""
    write_wav(tmp_path / "a.wav", noise(1.0))
    far = source((34.33, 0.0, 0.0), "far", start=0.5)
    far.clip = tmp_path / "a.wav"
    plan = scene([far], 2.0)
    for bake in (False, True):
        pipeline.export(plan, "adm", tmp_path / "o.wav", bake=bake)
        file = read(tmp_path / "o.wav")
        signal, one = file.signal(tmp_path / "o.wav", 0), file.programme.objects[0]
        begins = np.argmax(np.abs(signal) > 1e-5) / RATE
        assert begins == pytest.approx(0.6 if bake else 0.5, abs=1e-3)
        level = np.sqrt((signal[RATE : RATE + 12000] ** 2).mean()) * one.gains[0]
        assert level == pytest.approx(0.1 / 34.33, rel=0.05)
    mono = rendered(plan, [noise(1.0)], "mono")[0]
    assert np.abs(signal - mono).max() < 1e-6


def test_a_way_is_kept_to_with_few_knots():
    plan = scene([source(around(4.0, 2.0))], 4.0)
    way = way_of(plan, plan.sources[0])
    assert 120 < len(way.times) < 400  # 360 degrees in steps of two and a half at most
    at = np.linspace(0.0, 4.0, 997)
    found = np.column_stack([np.interp(at, way.times, column) for column in way.directions.T])
    true = np.column_stack([2 * np.cos(np.pi * at / 2), 2 * np.sin(np.pi * at / 2), np.full(len(at), 0.5)])
    cosine = (found * true).sum(axis=1) / np.linalg.norm(found, axis=1) / np.linalg.norm(true, axis=1)
    assert np.degrees(np.arccos(np.clip(cosine, -1, 1))).max() < 0.2
    assert np.interp(at, way.times, way.gains) == pytest.approx(1.0 / np.sqrt(4.25), rel=0.005)
    still = way_of(scene([source((1.0, 2.0, 0.0))], 60.0), source((1.0, 2.0, 0.0)))
    assert len(still.times) == 2


def test_dry_is_the_clip_and_nothing_else(tmp_path):
    one = source(around(1.0), gain_db=-20.0, start=0.25, cone=Cone(1.0, 2.0, 0.1), max_gain=0.1)
    heard = rendered(dry(scene([one], 1.0), [one]), [noise(0.5)], "mono")[0]
    assert np.abs(heard[12000:36000] - noise(0.5)).max() < 1e-6 and np.abs(heard[:11990]).max() < 1e-6


def test_the_container_says_how_long_it_is(plan, tmp_path):
    path = tmp_path / "a.wav"
    pipeline.export(plan, "adm-atmos", path)
    raw = path.read_bytes()
    name, size, kind = struct.unpack("<4sI4s", raw[:12])
    assert (name, size, kind) == (b"RIFF", len(raw) - 8, b"WAVE")
    info = soundfile.info(path)
    assert (info.channels, info.frames, info.subtype) == (8 + 5, 5 * RATE, "PCM_24")


@pytest.mark.parametrize(
    ("change", "form", "code"),
    [
        ({"sources": [source((1.0, 0, 0), f"s{number}") for number in range(119)]}, "adm-atmos", "too-many-objects"),
        ({"sample_rate": 44100}, "adm-atmos", "format-impossible"), ({"sources": []}, "adm", "format-impossible"),
    ],
)  # fmt: skip
def test_what_a_flavour_cannot_hold_is_said(tmp_path, change, form, code):
    clip = write_wav(tmp_path / "a.wav", noise(0.1))
    plan = replace(scene([source((1.0, 0, 0))], 0.2), **change)
    for one in plan.sources:
        one.clip = clip
    with pytest.raises(See2SoundError) as raised:
        pipeline.export(plan, form, tmp_path / "o.wav")
    assert raised.value.code == code and raised.value.hint
    assert not [path for path in tmp_path.iterdir() if path != clip]


def test_an_object_without_length_and_loud_ones_are_written(tmp_path):
    """One that begins after the end, and one of twice full scale: its gain makes up for what its signal lost."""
    write_wav(tmp_path / "a.wav", 2.0 * tone(440, 1.0))
    sources = [source(unit_vector(30, 0), "loud"), source((1.0, 0, 0), "after", start=9.0)]
    for one in sources:
        one.clip = tmp_path / "a.wav"
    pipeline.export(scene(sources, 1.0), "adm", tmp_path / "o.wav")
    file = read(tmp_path / "o.wav")
    loud, after = file.programme.objects
    assert np.abs(file.signal(tmp_path / "o.wav", 0)).max() == pytest.approx(0.99, abs=1e-3)
    assert loud.gains[0] == pytest.approx(2.0 / 0.99, rel=1e-3)
    assert after.begin <= after.end == 1.0
    assert np.abs(file.signal(tmp_path / "o.wav", 1)).max() < 2.0**-22  # dither


@pytest.mark.parametrize(
    "content",
    [b"", b"RIFF\x04\0\0\0WAVE", b"RIFF\xff\xff\xff\xffWAVEaxml\x04\0\0\0<a/>chna\x04\0\0\0\0\0\0\0", b"no wave at all"],
)
def test_what_is_no_adm_is_one_clear_line(tmp_path, content):
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    with pytest.raises(See2SoundError) as raised:
        read(path)
    assert raised.value.code in ("adm-none", "adm-unreadable") and "\n" not in str(raised.value)


def test_damaged_files_never_do_more_than_say_so(plan, tmp_path):
    pipeline.export(replace(plan, sources=plan.sources[:2]), "adm", tmp_path / "a.wav")
    raw = (tmp_path / "a.wav").read_bytes()
    random, at = np.random.default_rng(0), raw.index(b"<ebuCoreMain")
    for _ in range(150):
        bad = bytearray(raw[: random.integers(12, len(raw))] if random.random() < 0.2 else raw)
        for _ in range(random.integers(1, 20)):
            first = 0 if random.random() < 0.5 else min(at, len(bad) - 1)
            place = random.integers(first, min(400, len(bad)) if first == 0 else len(bad))
            bad[place] = random.integers(0, 256)
        (tmp_path / "bad.wav").write_bytes(bad)
        try:
            pipeline.plan_of_objects(tmp_path / "bad.wav", tmp_path)
        except See2SoundError:
            continue


@pytest.mark.slow
def test_large_files_are_bw64(plan, tmp_path, monkeypatch):
    """As if the limit of 4 GiB were passed: read by the EBU's reader, and by our own."""
    from see2sound_addon.delivery.adm import bw64

    plan.sources = plan.sources[:2]
    pipeline.export(plan, "adm", tmp_path / "small.wav")
    monkeypatch.setattr(bw64, "LIMIT", 1000)
    pipeline.export(plan, "adm", tmp_path / "large.wav")
    assert (tmp_path / "large.wav").read_bytes()[:4] == b"BW64"
    made = []
    for name in ("small", "large"):
        verifiers.render_by_ear(tmp_path / f"{name}.wav", "0+2+0", tmp_path / f"{name}_stereo.wav")
        made.append(soundfile.read(tmp_path / f"{name}_stereo.wav")[0])
    assert np.array_equal(*made)
    small, large = (read(tmp_path / f"{name}.wav") for name in ("small", "large"))
    assert np.array_equal(small.signal(tmp_path / "small.wav", 1), large.signal(tmp_path / "large.wav", 1))


def test_a_measured_room_is_baked(tmp_path):
    """A response of two impulses, for a source and for what comes from everywhere."""
    from see2sound_addon.soundscene import Response

    impulses = np.zeros(2400, np.float32)
    impulses[[0, 2000]] = 0.5
    write_wav(tmp_path / "room.wav", impulses)
    write_wav(tmp_path / "a.wav", np.eye(1, 4800, 100).ravel())
    sources = [source((1.0, 0.0, 0.0), "near", synchronous=True), source((1.0, 0.0, 0.0), "all", extent="ambient", loop=True)]
    for one in sources:
        one.clip = tmp_path / "a.wav"
    energies = []
    for bake in (False, True):
        pipeline.export(scene(sources, 0.5, room=Response(tmp_path / "room.wav")), "adm", tmp_path / "o.wav", bake=bake)
        file = read(tmp_path / "o.wav")
        signal = file.signal(tmp_path / "o.wav", file.channels[0])
        assert signal[100] > 0.9
        energies.append((signal[1800:2600] ** 2).sum())
    assert energies[0] < 1e-9 and energies[1] > 0.05  # a mono response is spread over time, as from everywhere


def test_a_level_that_falls_in_a_straight_line_is_read_as_one(tmp_path):
    """linear_clamped from 1 m to 100 m of 100 m: the gain falls from 1 to 0 in a straight line."""
    write_wav(tmp_path / "a.wav", noise(2.0))
    path = moving(np.array([0.0, 4.0]), np.array([[1.0, 0.0, 0.0], [100.0, 0.0, 0.0]]))
    one = source(path, "goes", loop=True, max_distance=100.0)
    one.clip, one.synchronous = tmp_path / "a.wav", True
    plan = scene([one], 4.0)
    plan.distance_model = "linear_clamped"
    pipeline.export(plan, "adm", tmp_path / "o.wav")
    (tmp_path / "clips").mkdir()
    again, _ = pipeline.plan_of_objects(tmp_path / "o.wav", tmp_path / "clips")
    (goes,) = again.sources
    at = np.array([0.5, 2.0, 3.5])
    heard = 10.0 ** (np.interp(at, goes.fader.times, goes.fader.gain_db) / 20.0)
    first = 10.0 ** (goes.fader.gain_db[0] / 20.0)
    assert heard / first == pytest.approx(1.0 - at / 4.0, rel=0.02)


@pytest.mark.parametrize("form", ["adm", "adm-atmos"])
def test_a_bed_that_is_too_loud_is_lowered_as_one_with_all_else(tmp_path, form):
    """40 dB louder, from everywhere: all channels keep their levels beside each other, and it is said."""
    write_wav(tmp_path / "a.wav", 0.1 * noise(2.0))
    sources = [source((0.0, 0.0, 0.0), "everywhere", loop=True, extent="ambient", gain_db=40.0), source((2.0, 0, 0), "one")]
    for one in sources:
        one.clip = tmp_path / "a.wav"
    plan = scene(sources, 2.0)
    said = pipeline.export(plan, form, tmp_path / "loud.wav").notes
    (lowered,) = [float(note.split("made ")[1].split(" dB")[0]) for note in said if "quieter" in note]
    sources[0].gain_db = 0.0
    pipeline.export(plan, form, tmp_path / "quiet.wav")
    loud, low = (soundfile.read(tmp_path / f"{name}.wav")[0] for name in ("loud", "quiet"))
    beds = [number for number in range(loud.shape[1] - 1) if low[:, number].std() > 1e-4]
    ratios = [20 * np.log10(loud[:, number].std() / low[:, number].std()) for number in beds]
    assert len(beds) >= 6 and ratios == pytest.approx([40.0 - lowered] * len(beds), abs=0.1)
    sources[0].gain_db, layout = 40.0, find_layout("7.1.4")
    meter, clip = Meter(layout, RATE), soundfile.read(tmp_path / "a.wav", dtype="float32")[0]
    for block in render(plan, [clip, clip], layout, []):
        meter.feed(block)
    text = (tmp_path / "loud.wav").read_bytes().decode("latin-1")
    stated = float(re.search(r"<integratedLoudness>([-\d.]+)<", text)[1])
    assert stated == pytest.approx(meter.integrated - lowered, abs=0.1)


def test_a_gain_in_decibels_is_one():
    """BS.2076-2: gainUnit."""
    block = ElementTree.fromstring('<audioBlockFormat><gain gainUnit="dB">-6.0</gain></audioBlockFormat>')
    assert _gain(block) == pytest.approx(10 ** (-6 / 20))


def test_what_begins_late_begins_where_it_is_then(tmp_path):
    """It goes around once in two seconds, from the beginning of the film, and sounds from 6.6 seconds on."""
    write_wav(tmp_path / "a.wav", noise(2.0))
    times = np.linspace(0.0, 8.0, 8 * 24 + 1)
    circle = np.column_stack([3 * np.cos(np.pi * times), 3 * np.sin(np.pi * times), np.zeros(len(times))])
    one = source(moving(times, circle), "late", start=6.6, loop=True)
    one.clip, one.synchronous = tmp_path / "a.wav", True
    pipeline.export(scene([one], 8.0), "adm", tmp_path / "o.wav")
    (late,) = read(tmp_path / "o.wav").programme.objects
    assert late.directions[0] == pytest.approx([np.cos(6.6 * np.pi), np.sin(6.6 * np.pi), 0.0], abs=0.03)
    short = np.flatnonzero(np.diff(late.times) < 0.002)
    assert len(short) <= 1, (short, late.times[short])
