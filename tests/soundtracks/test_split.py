"""Splitting a soundtrack into a folder: files, facts, page, and what goes wrong."""

import json
import re

import numpy as np
import pytest
import soundfile
from limits import bounded
from mixtures import RATE, level, panned, si_sdr, tangent_law, voice, write
from scenes import angle_between, intensity_direction, scene, source

from see2sound_addon import pipeline
from see2sound_addon.errors import See2SoundError
from see2sound_addon.separation.changes import Change
from see2sound_addon.soundtracks.facts import WantedSource, named_sources
from see2sound_addon.soundtracks.split import LOUDSPEAKERS, MOST_STEMS, _azimuth
from see2sound_addon.spatial.layouts import find_layout
from see2sound_addon.spatial.panning import pan


def split(path, out, names=(), **more):
    return pipeline.split_soundtrack(path, out, named_sources(list(names)), **more)


def read(path):
    return soundfile.read(path, always_2d=True)[0].T


def off(folder, original):
    """DB by which stems and bed together miss the original."""
    total = sum(read(path) for path in folder.glob("*.wav"))
    return level(total - original) - level(original)


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    """A stereo soundtrack of a dog left and rain right, and its parts."""
    images = panned([voice("dog"), voice("rain")], (30.0, -30.0))
    return write(tmp_path_factory.mktemp("street") / "street.wav", sum(images)), images


@pytest.fixture(scope="module")
def done(street):
    out = street[0].parent / "split"
    return split(street[0], out, ["dog", "rain", "church bell"])


def test_the_folder_has_a_file_for_each_stem_one_for_the_bed_and_clips(done):
    folder = done.folder
    names = ["01 dog", "02 rain", "03 church bell"]
    assert sorted(path.stem for path in folder.glob("*.wav")) == sorted([*names, "bed"])
    assert sorted(path.stem for path in (folder / "clips").iterdir()) == sorted([*names, "bed left", "bed right"])
    for path in folder.rglob("*.wav"):
        facts = soundfile.info(path)
        assert (facts.frames, facts.samplerate, facts.subtype) == (4 * RATE, RATE, "FLOAT")
        assert facts.channels == (1 if path.parent.name == "clips" else 2)


def test_stems_and_bed_add_up_to_the_file(done, street):
    assert off(done.folder, read(street[0])) < -60.0


def test_the_stems_are_the_sources_from_where_they_were(done, street):
    for one, image, azimuth in zip(done.stems, street[1], (30.0, -30.0), strict=False):
        assert si_sdr(read(one.file), image) > si_sdr(read(street[0]), image) + 8.0
        assert one.azimuth == pytest.approx(azimuth, abs=2.0)
        assert -6.0 < one.level <= 0.5


def test_a_clip_is_as_loud_as_its_stem(done):
    for one in done.stems[:2]:
        assert np.sum(read(one.clip) ** 2) == pytest.approx(np.sum(read(one.file) ** 2), rel=0.02)


def test_what_was_not_found_is_empty_and_said(done):
    assert done.stems[2].level is None and not read(done.stems[2].file).any()
    assert any("church bell" in note for note in done.notes)


def test_the_facts_are_those_of_the_files(done):
    facts = json.loads((done.folder / "split.json").read_text())
    assert facts["rate"] == RATE and facts["seconds"] == 4.0 and facts["notes"] == done.notes
    for said, one in zip(facts["stems"], done.stems, strict=True):
        assert (done.folder / said["file"]).is_file() and done.folder / said["clip"] == one.clip
        assert (said["name"], said["level_db"], said["azimuth"], said["bed"]) == (one.name, one.level, one.azimuth, one.bed)


def test_the_page_has_a_spectrogram_of_mixture_stems_and_bed_and_loads_nothing(done):
    page = done.report.read_text(encoding="utf-8")
    titles = re.findall(r"<figcaption>(.*?)</figcaption>", page)
    assert [title.split(":")[0] for title in titles] == ["Soundtrack", "dog", "rain", "church bell", "Bed"]
    assert "church bell: empty" in page and page.count("data:image/png;base64,") == 5
    assert not re.search(r"(src|href)=\"(?!data:)", page)


def test_the_spectrogram_shows_what_sounds_where(tmp_path):
    import base64
    import io

    from PIL import Image

    seconds = np.arange(4 * RATE) / RATE
    tone = 0.3 * np.sin(2 * np.pi * np.where(seconds < 2.0, 400.0, 8000.0) * seconds)
    page = split(write(tmp_path / "tones.wav", tone[None]), tmp_path / "s").report.read_text()
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(re.search(r"base64,([^\"]+)", page)[1]))).convert("L"))
    rows = picture.argmax(axis=0)
    height, width = picture.shape
    expected = [(1.0 - np.log(hertz / 40.0) / np.log(RATE / 2 / 40.0)) * height for hertz in (400.0, 8000.0)]
    assert abs(np.median(rows[: width // 2 - 20]) - expected[0]) < 3
    assert abs(np.median(rows[width // 2 + 20 :]) - expected[1]) < 3


def test_a_second_run_keeps_what_was_changed_by_hand(street, tmp_path):
    dog = WantedSource("dog", "dog", changes=(Change(1.0, 2.0, -20.0),))
    wanted = [dog, *named_sources(["rain"])]
    first = pipeline.split_soundtrack(street[0], tmp_path / "s", wanted)
    again = split(street[0], tmp_path / "s", ["dog", "rain"])
    assert again.stems[0].changes == (Change(1.0, 2.0, -20.0),)
    assert np.array_equal(read(first.stems[0].file), read(again.stems[0].file))
    other = split(street[0], tmp_path / "t", ["dog", "rain"])
    assert not np.array_equal(read(again.stems[0].file), read(other.stems[0].file))


@pytest.mark.parametrize("layout", ["stereo", "5.1", "7.1"])
@pytest.mark.parametrize("azimuth", range(-180, 181, 15))
def test_azimuths_are_those_of_the_panner(layout, azimuth):
    """What a renderer pans is read back to the degree; in stereo nothing comes from beyond the loudspeakers."""
    radians = np.radians(azimuth)
    gains = pan(np.array([[np.cos(radians), np.sin(radians), 0.0]]), np.ones(1), find_layout(layout))[0]
    found = _azimuth(gains / np.linalg.norm(gains))
    wanted = azimuth if layout != "stereo" else np.degrees(np.arctan2(*(gains @ [[0.5, 3**0.5 / 2], [-0.5, 3**0.5 / 2]])))
    assert abs((found - wanted + 180.0) % 360.0 - 180.0) < 0.6
    assert len(gains) in LOUDSPEAKERS


def test_stems_at_their_places_arrive_there_in_the_mix(tmp_path):
    """A film's dog stands left and its rain right; each clip put there is heard from there, to 2 degrees."""
    seconds = np.arange(4 * RATE) / RATE
    azimuths, signals = (22.0, -12.0), [voice("dog") * (seconds < 2.0), voice("rain") * (seconds >= 2.0)]
    path = write(tmp_path / "film.wav", sum(panned(signals, azimuths)))
    places = [4.0 * np.array([np.cos(np.radians(one)), np.sin(np.radians(one)), 0.0]) for one in azimuths]
    wanted = [WantedSource(name, name, place / 4.0) for name, place in zip(("dog", "rain"), places, strict=True)]
    stems = pipeline.split_soundtrack(path, tmp_path / "s", wanted).stems
    sources = [source(place, one.name, synchronous=True) for one, place in zip(stems, places, strict=False)]
    for one, stem in zip(sources, stems, strict=False):
        one.clip = stem.clip
    pipeline.mix(scene(sources, 4.0), "ambix1", tmp_path / "mix.wav")
    heard = read(tmp_path / "mix.wav")
    for half, place in zip((heard[:, : 2 * RATE], heard[:, 2 * RATE :]), places, strict=True):
        assert angle_between(intensity_direction(half), place) < 2.0


def test_without_names_what_lasts_and_what_strikes(street, tmp_path):
    found = split(street[0], tmp_path / "s")
    assert [one.name for one in found.stems] == ["harmonic", "percussive", "bed left", "bed right"]
    assert off(found.folder, read(street[0])) < -60.0


def test_silence(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros((RATE, 2)), RATE)
    found = split(tmp_path / "a.wav", tmp_path / "s", ["dog"])
    assert found.stems[0].level is None and any("silent" in note for note in found.notes)
    assert not any(read(path).any() for path in found.folder.rglob("*.wav"))


def test_clipped_samples_are_said(tmp_path):
    loud = np.clip(20.0 * voice("dog"), -1.0, 1.0)
    soundfile.write(tmp_path / "a.wav", loud, RATE)
    found = split(tmp_path / "a.wav", tmp_path / "s", ["dog"])
    assert any(str(int((np.abs(soundfile.read(tmp_path / "a.wav")[0]) >= 0.999).sum())) in note for note in found.notes)
    assert off(found.folder, read(tmp_path / "a.wav")) < -60.0


@pytest.mark.parametrize(("rate", "seconds"), [(8000, 2.0), (48000, 1.0), (96000, 1.0), (44100, 0.02)])
def test_other_rates_and_lengths(tmp_path, rate, seconds):
    from see2sound_addon.media.audio import resampled

    signal = np.asarray(resampled(voice("rain", 2.0)[: round(seconds * RATE)].astype(np.float32), RATE, rate))
    soundfile.write(tmp_path / "a.wav", signal, rate, "FLOAT")
    found = split(tmp_path / "a.wav", tmp_path / "s", ["rain", "dog"])
    assert soundfile.info(found.stems[0].file).samplerate == rate
    assert off(found.folder, read(tmp_path / "a.wav")) < -60.0
    if seconds >= 1.0:
        assert found.stems[0].level > -3.0


def test_5_1_keeps_its_low_frequency_channel_in_the_bed(tmp_path):
    gains = pan(np.array([[0.0, 1.0, 0.0]]), np.ones(1), find_layout("5.1"))[0]
    mixture = np.outer(gains, voice("dog")) + np.outer([0, 0, 0.5, 0, 0, 0], voice("rain"))
    mixture[3] = 0.1 * np.sin(np.arange(mixture.shape[1]) / 150.0)
    found = split(write(tmp_path / "a.wav", mixture), tmp_path / "s", ["dog", "rain"])
    assert found.stems[0].azimuth == pytest.approx(90.0, abs=2.0)
    assert found.stems[1].azimuth == pytest.approx(0.0, abs=2.0)
    assert np.allclose(read(found.folder / "bed.wav")[3], mixture[3], atol=1e-6)
    assert [one.name for one in found.stems if one.bed][3] == "bed low"


def test_a_part_is_split(street, tmp_path):
    found = split(street[0], tmp_path / "s", ["dog"], begin=1.0, seconds=2.0)
    assert found.seconds == 2.0
    assert off(found.folder, read(street[0])[:, RATE : 3 * RATE]) < -60.0


def test_names_of_files_are_safe(street, tmp_path):
    wanted = [WantedSource("../../dog", "dog"), WantedSource("CON", "rain"), WantedSource("Glocke 鐘", "church bell")]
    found = pipeline.split_soundtrack(street[0], tmp_path / "s", wanted)
    for one in found.stems:
        assert one.file.resolve().is_relative_to(tmp_path / "s") and one.file.is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s"]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_length(tmp_path):
    """Twenty minutes in stereo are a gigabyte of spectra; two take about as much memory."""
    peaks = []
    for minutes in (2, 20):
        path = tmp_path / f"{minutes}.wav"
        with soundfile.SoundFile(path, "w", 16000, 2, "PCM_16") as file:
            for block in range(minutes):
                file.write(np.random.default_rng(block).normal(0, 0.05, (60 * 16000, 2)))
        out = tmp_path / f"out{minutes}"
        code = (
            "from see2sound_addon.pipeline import split_soundtrack as s; from see2sound_addon.soundtracks.facts import "
            f"named_sources as n; s({str(path)!r}, {str(out)!r}, n(['dog', 'rain']))"
        )
        found = bounded(code, 500.0)
        assert found["error"] is None
        peaks.append(found["peak"])
    assert peaks[1] < 1.3 * peaks[0], peaks


def wrong(code, *words):
    def check(error):
        text = str(error.value)
        assert error.value.code == code and "\n" not in text and all(word in text for word in words), text

    return check


def test_what_goes_wrong_is_one_clear_line(street, tmp_path):
    soundfile.write(tmp_path / "three.wav", np.zeros((100, 3)), RATE)
    soundfile.write(tmp_path / "none.wav", np.zeros((0, 1)), RATE)
    (tmp_path / "text.wav").write_text("no sound")
    soundfile.write(tmp_path / "nan.wav", np.full((RATE, 1), np.nan, np.float32), RATE, "FLOAT")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    for path, out, names, check in (
        (street[0], "s", ["florgle"], wrong("class-unknown", "florgle")),
        (street[0], "s", [f"dog {n}" for n in range(MOST_STEMS + 1)], wrong("too-many-stems", "17", "16")),
        (street[0], "mine", ["dog"], wrong("folder-not-empty", "mine")),
        (street[0], "nowhere/s", ["dog"], wrong("folder-missing", "nowhere")),
        (tmp_path / "gone.wav", "s", ["dog"], wrong("clip-missing", "gone.wav")),
        (tmp_path / "three.wav", "s", ["dog"], wrong("soundtrack-channels", "3 channels")),
        (tmp_path / "none.wav", "s", ["dog"], wrong("clip-empty", "none.wav")),
        (tmp_path / "text.wav", "s", ["dog"], wrong("film-unreadable", "text.wav")),
        (tmp_path / "nan.wav", "s", ["dog"], wrong("clip-invalid", "nan.wav")),
    ):
        with pytest.raises(See2SoundError) as error:
            split(path, tmp_path / out, names)
        check(error)
        assert not (tmp_path / "s").exists()
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    assert tangent_law(0.0)[0] == pytest.approx(0.5**0.5)


def test_a_stop_leaves_nothing(street, tmp_path):
    def stop(step, done, whole):
        if step == "Splitting the soundtrack":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        split(street[0], tmp_path / "s", ["dog"], progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_own_recordings_are_learned_from(street, tmp_path, monkeypatch):
    """A class without a procedural voice is known once the library has a recording of it."""
    from see2sound_addon.sound.library.index import add_folder

    monkeypatch.setenv("SEE2SOUND_LIBRARY", str(tmp_path / "library.sqlite"))
    with pytest.raises(See2SoundError, match="not known what"):
        split(street[0], tmp_path / "s", ["zorblax"])
    (tmp_path / "recordings").mkdir()
    write(tmp_path / "recordings" / "zorblax.wav", voice("dog", seed=7)[None])
    add_folder(tmp_path / "recordings")
    found = split(street[0], tmp_path / "s", ["zorblax"])
    assert found.stems[0].level is not None
    assert si_sdr(read(found.stems[0].file), street[1][0]) > si_sdr(read(street[0]), street[1][0]) + 3.0
