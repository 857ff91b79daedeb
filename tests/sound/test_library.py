"""The artist's own recordings: indexed, searched, fitted; what cannot be read is one line each."""

import os
import struct
import time

import likeness
import numpy as np
import pytest
import soundfile

from see2sound_addon.clips import Controls
from see2sound_addon.errors import See2SoundError
from see2sound_addon.lexicon.classes import CLASSES
from see2sound_addon.sound.circle import active_rms
from see2sound_addon.sound.levels import FULL_SCALE
from see2sound_addon.sound.library import index
from see2sound_addon.sound.library.fit import is_texture, looped, trimmed, waveform
from see2sound_addon.sound.library.generator import take_recording
from see2sound_addon.sound.library.metadata import describe
from see2sound_addon.sound.library.search import search

RATE = 16000


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An index of its own."""
    monkeypatch.setenv(index.PLACE, str(tmp_path / "index" / "library.sqlite"))
    return tmp_path


def record(path, seconds=0.5, seed=0, level=0.1, **tags):
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = level * np.random.default_rng(seed).standard_normal(int(seconds * RATE))
    with soundfile.SoundFile(path, "w", RATE, 1) as file:
        for key, text in tags.items():
            setattr(file, key, text)
        file.write(samples)
    return path


def test_a_folder_is_indexed_and_brought_up_to_date(place):
    folder = place / "sounds"
    for number in range(3):
        record(folder / "dogs" / f"dog_bark_{number}.wav", seed=number)
    record(folder / "rain.flac")
    (folder / "notes.txt").write_text("no sound")
    assert index.add_folder(folder) == index.Updated(4, 0, 0, [])
    assert index.update() == index.Updated(0, 0, 4, [])
    (folder / "rain.flac").unlink()
    record(folder / "dogs" / "dog_bark_0.wav", seconds=0.7)
    os.utime(folder / "dogs" / "dog_bark_0.wav", (1, 1))
    record(folder / "cat.ogg")
    assert index.update() == index.Updated(2, 1, 2, [])
    assert index.folders() == [(folder, 4, 0)]
    assert search("dog")[0].seconds in (0.5, 0.7) and not search("rain")
    assert index.remove_folder(folder) == 4 and index.folders() == [] and search("dog") == []
    assert (folder / "cat.ogg").is_file()


def test_words_rank_recordings(place):
    for name in ("door_wood_open", "door_wood_close", "door_steel_open", "window_open", "dog_bark", "HeavyRain_roof", "xq17"):
        record(place / "s" / f"{name}.wav")
    index.add_folder(place / "s")
    assert search("open wooden door")[0].file.stem == "door_wood_open"
    assert search("barking dogs")[0].file.stem == "dog_bark"
    assert search("a downpour on the roof")[0].file.stem == "HeavyRain_roof"
    assert search("qqqq") == [] and search("") == [] and search("'; DROP TABLE files; --") == []
    scores = [hit.score for hit in search("open door")]
    assert scores == sorted(scores, reverse=True) and all(0.0 < score <= 1.0 for score in scores)
    assert len(search("open door", 2)) == 2


def test_tags_and_catalogue_names_are_words_too(place):
    record(place / "s" / "DOORWood_Front Door Open_XY_01.wav")
    record(place / "s" / "a1.flac", title="Church bell at noon", comment="Ringing", license="CC-BY 4.0")
    record(place / "s" / "b2.ogg", title="Helicopter fly-by")
    ixml = b"<BWFXML><NOTE>a stream in the woods</NOTE></BWFXML>"
    with_chunks(record(place / "s" / "c3.wav"), b"iXML", ixml)
    with_chunks(record(place / "s" / "d4.wav"), b"bext", b"thunder rolling far away".ljust(602, b"\0"))
    index.add_folder(place / "s")
    for words, stem in (
        ("wooden door", "DOORWood_Front Door Open_XY_01"), ("church bell", "a1"), ("helicopter", "b2"), ("stream", "c3"),
        ("thunder", "d4"),
    ):  # fmt: skip
        assert search(words)[0].file.stem == stem, words
    assert search("church bell")[0].licence == "CC-BY 4.0"


def with_chunks(path, kind, body):
    data = path.read_bytes() + struct.pack("<4sI", kind, len(body)) + body + b"\0" * (len(body) % 2)
    path.write_bytes(data[:4] + struct.pack("<I", len(data) - 8) + data[8:])
    return path


@pytest.mark.parametrize(
    "ixml", [b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><BWFXML><NOTE>&a;</NOTE></BWFXML>", b"<BWFXML><NOTE>", b"\xff" * 999, b""]
)
def test_strange_metadata_is_passed_over(tmp_path, ixml):
    assert describe(with_chunks(record(tmp_path / "rain.wav"), b"iXML", ixml)).words == frozenset({"rain"})
    cut = with_chunks(record(tmp_path / "cut.wav"), b"bext", b"x" * 400)
    cut.write_bytes(cut.read_bytes()[:-300])
    assert describe(cut).words


def test_a_licence_beside_a_recording_is_kept(place):
    record(place / "s" / "bell.wav")
    (place / "s" / "LICENSE.txt").write_text("\nCC0 1.0, by Anna\nmore\n")
    index.add_folder(place / "s")
    assert search("bell")[0].licence == "CC0 1.0, by Anna"


def test_what_cannot_be_read_is_one_line_each_and_the_rest_goes_on(place):
    folder = place / "s"
    record(folder / "dog.wav")
    (folder / "zero.wav").write_bytes(b"")
    soundfile.write(folder / "empty.wav", np.zeros(0), RATE)
    (folder / "text.mp3").write_text("no audio at all")
    record(folder / "cat.flac").rename(folder / "cat.wav")  # a wrong suffix does not matter
    (folder / "deep").mkdir()
    (folder / "deep" / "circle").symlink_to(folder, target_is_directory=True)
    (folder / "gone.wav").symlink_to(folder / "nowhere.wav")
    done = index.add_folder(folder)
    assert len(done.notes) == 4 and all("\n" not in note and len(note) < 300 for note in done.notes)
    assert {"dog", "cat"} == {hit.file.stem for hit in search("dog") + search("cat")}
    assert index.update().notes == [note for note in done.notes if "gone.wav" in note]  # the others are not tried again
    assert index.folders() == [(folder, 2, 3)]


def test_a_folder_without_permission_and_one_that_vanishes(place, monkeypatch):
    record(place / "s" / "dog.wav")
    record(place / "s" / "closed" / "cat.wav")
    real = os.scandir

    def scandir(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    done = index.add_folder(place / "s")
    assert done.added == 1 and len(done.notes) == 1 and "Permission denied" in done.notes[0]
    (place / "s").rename(place / "away")
    again = index.update()
    assert again.kept == 1 and "is not there" in again.notes[0]
    made = take_recording("dog barking", 1.0, 0)  # it is in the index, but its file is gone
    assert made.model == "dog" and "There is no audio file" in made.notes[0] and "No recording" in made.notes[1]
    (place / "away").rename(place / "s")
    assert take_recording("dog barking", 1.0, 0).model == "dog.wav"


def test_wrong_folders_are_one_clear_line(place):
    for call in (index.add_folder, index.remove_folder):
        with pytest.raises(See2SoundError) as caught:
            call(place / "nowhere")
        assert caught.value.code == "folder-missing"
    record(place / "s" / "in" / "dog.wav")
    index.add_folder(place / "s")
    with pytest.raises(See2SoundError, match="overlaps"):
        index.add_folder(place / "s" / "in")
    index.library_file().write_bytes(b"no database at all, but long enough to be looked at" * 99)
    with pytest.raises(See2SoundError, match="cannot be used"):
        search("dog")


def test_an_event_stays_a_one_shot_and_a_texture_loops(place):
    """Trimmed, at the level of its class, and seamless where it loops."""
    hit = np.concatenate(
        [np.zeros(RATE), np.random.default_rng(0).standard_normal(3000) * np.exp(-np.arange(3000) / 500), np.zeros(RATE)]
    )
    (place / "s").mkdir()
    soundfile.write(place / "s" / "dog_bark.wav", 0.5 * hit, RATE)
    record(place / "s" / "rain_on_leaves.wav", seconds=3.0)
    index.add_folder(place / "s")
    bark = take_recording("dog barking", 4.0, 0, RATE)
    assert not bark.loops and 0.1 < len(bark.samples) / RATE < 0.6 and bark.recording.endswith("dog_bark.wav")
    assert abs(bark.samples[0]) < 1e-6 and abs(bark.samples[-1]) < 1e-6
    for seconds in (2.0, 8.0):
        rain = take_recording("rain on leaves", seconds, 1, RATE)
        samples = rain.samples.astype(float)
        assert rain.loops and len(samples) == round(seconds * RATE)
        jumps = np.abs(np.diff(np.concatenate([samples, samples]), 2))
        assert jumps[len(samples) - 3 : len(samples) + 2].max() <= jumps[: len(samples) - 3].max()
        level = FULL_SCALE + 20 * np.log10(active_rms(samples, RATE)) + 20 * np.log10(rain.reference_distance)
        assert level == pytest.approx(CLASSES["rain on leaves"].level, abs=0.1)
    once = take_recording("rain on leaves", 2.0, 1, RATE, Controls(loop=False))
    assert not once.loops and abs(len(once.samples) / RATE - 3.0) < 0.1


def test_another_seed_is_another_take(place):
    for number in range(4):
        record(place / "s" / f"dog_{number}.wav", seed=number)
    record(place / "s" / "dog_eating_a_bone_in_the_garden_at_night.wav")
    index.add_folder(place / "s")
    assert len({take_recording("dog", 1.0, seed).model for seed in range(8)}) == 4


def test_textures_are_told_from_events():
    steady = np.random.default_rng(0).standard_normal(2 * RATE)
    assert is_texture(trimmed(steady, RATE), RATE)
    decaying = steady * np.exp(-np.arange(2 * RATE) / (0.1 * RATE))
    assert not is_texture(trimmed(decaying, RATE), RATE)
    assert len(looped(steady[: RATE // 2], 5 * RATE, RATE, 0)) == 5 * RATE


def test_a_waveform_is_as_high_as_the_sound(tmp_path):
    samples = np.concatenate([np.full(800, 0.1), np.full(800, 0.9)])
    soundfile.write(tmp_path / "a.wav", samples, RATE)
    picture = waveform(tmp_path / "a.wav", 32)
    assert picture.shape == (32, 32, 4) and picture[:, -1, 3].sum() > 5 * picture[:, 0, 3].sum() > 0


@pytest.mark.skipif(not likeness.RECORDINGS.is_dir(), reason="the recordings of ../shared are not here")
@pytest.mark.parametrize(
    ("prompt", "first"),
    [
        ("footsteps on gravel", "default_gravel_footstep"), ("open wooden door", "doors_door_open"),
        ("breaking glass", "default_break_glass"), ("mine cart", "carts_cart_moving"), ("thunder", "thunder"),
        ("fire crackling", "fire_crackling"), ("a cow", "cow"), ("ship horn", "ship_horn"), ("wind", "wind"),
    ],
)  # fmt: skip
def test_real_recordings_find_theirs_first(place, prompt, first):
    index.add_folder(likeness.RECORDINGS)
    assert search(prompt)[0].file.name.startswith(first)


def test_a_large_library_is_searched_quickly(place):
    """A hundred thousand files, entered without their audio; the order of growth is what counts, see benchmarks."""
    with index.opened() as connection:
        connection.execute("INSERT INTO folders (id, path) VALUES (1, ?)", (str(place / "huge"),))
        words = ["x" + "".join(chr(98 + n // 20**place % 20) for place in range(3)) + "o" for n in range(3000)]
        columns = "(id, folder, path, changed, size, seconds, level, class, licence, words)"
        rows = ((n, f"{place}/huge/{n}.wav") for n in range(100_000))
        connection.executemany(f"INSERT INTO files {columns} VALUES (?, 1, ?, 0, 0, 1, -20, '', '', 3)", rows)
        pairs = ((words[(n * step) % 3000], n) for n in range(100_000) for step in (1, 7, 11))
        connection.executemany("INSERT OR IGNORE INTO words VALUES (?, ?)", pairs)
        connection.commit()
    began = time.perf_counter()
    assert search(f"{words[1]} {words[7]} {words[11]}")[0].file.stem == "1"
    assert time.perf_counter() - began < 5.0  # some 10 ms; a search that reads all files takes far longer
