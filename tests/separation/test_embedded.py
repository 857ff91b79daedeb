"""The separator that needs no weights, on soundtracks of known parts."""

from pathlib import Path

import numpy as np
import pytest
from mixtures import RATE, level, panned, si_sdr, tangent_law, voice, write

from see2sound_addon.media.soundtrack import open_soundtrack
from see2sound_addon.progress import no_progress
from see2sound_addon.separation import embedded
from see2sound_addon.separation.changes import Change
from see2sound_addon.separation.embedded import separate
from see2sound_addon.separation.separator import WantedStem
from see2sound_addon.soundtracks.examples import examples_of

PAIRS = (("church bell", "rain"), ("dog", "car"), ("siren", "hammering"), ("frog", "wind in trees"), ("crow", "fountain"))
RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "recordings"


def wanted(*names, **more):
    return [WantedStem(name, name, examples_of(name, RATE), **more) for name in names]


def taken_apart(tmp_path, mixture, stems):
    """The separation with its stems (stems, channels, n), and the bed."""
    with open_soundtrack(write(tmp_path / "mixture.wav", mixture)) as soundtrack:
        found = separate(soundtrack, stems, no_progress)
        blocks = list(found.blocks)
        whole = np.concatenate(blocks, axis=2)
        return found, whole, soundtrack.read(0, soundtrack.samples) - whole.sum(axis=0)


def gained(stems, images, mixture):
    """Mean improvement of SI-SDR, dB."""
    return np.mean([si_sdr(stem, image) - si_sdr(mixture, image) for stem, image in zip(stems, images, strict=True)])


def test_named_classes_in_mono_gain_5_db(tmp_path):
    gains = []
    for pair in PAIRS:
        images = [voice(name)[None] for name in pair]
        found, stems, _ = taken_apart(tmp_path, sum(images), wanted(*pair))
        assert found.heard == [True, True] and stems.shape == (2, 1, 4 * RATE) and stems.dtype == np.float32
        gains.append(gained(stems, images, sum(images)))
    assert np.mean(gains) >= 5.0, gains


def test_in_stereo_60_degrees_apart_they_gain_8_db_and_have_their_directions(tmp_path):
    gains = []
    for pair in PAIRS[:3]:
        images = panned([voice(name) for name in pair], (30.0, -30.0))
        found, stems, _ = taken_apart(tmp_path, sum(images), wanted(*pair))
        gains.append(gained(stems, images, sum(images)))
        for axis, azimuth in zip(found.axes, (30.0, -30.0), strict=True):
            assert axis @ tangent_law(azimuth) > 0.99
    assert np.mean(gains) >= 8.0, gains


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="../shared/recordings is not here")
@pytest.mark.parametrize(("azimuths", "least"), [(None, 5.0), ((30.0, -30.0), 8.0)])
def test_recordings_of_which_other_takes_are_known(tmp_path, azimuths, least):
    from see2sound_addon.media.audio import read_clip

    gains = []
    for pair in (("stream", "cow"), ("jackhammer", "tropical_bird"), ("ship_horn", "fire_crackling")):
        halves = []
        for name in pair:
            path = next((RECORDINGS / "reference").glob(f"{name}.*"))
            samples = read_clip(path, RATE).samples
            halves.append((samples[: len(samples) // 2], samples[len(samples) // 2 :]))
        signals = [np.resize(heard, 4 * RATE) / np.sqrt(np.mean(heard**2)) * 0.1 for _, heard in halves]
        images = panned(signals, azimuths) if azimuths else [signal[None] for signal in signals]
        stems = [WantedStem(name, name, [known]) for name, (known, _) in zip(pair, halves, strict=True)]
        _, found, _ = taken_apart(tmp_path, sum(images), stems)
        gains.append(gained(found, images, sum(images)))
    assert np.mean(gains) >= least, gains


def test_one_source_before_a_background_that_is_not_named(tmp_path):
    """What is panned elsewhere and has no name stays in the bed."""
    gains = []
    for one, other in PAIRS[:3]:
        images = panned([voice(one), voice(other)], (30.0, -30.0))
        _, stems, bed = taken_apart(tmp_path, sum(images), wanted(one))
        gains += [gained([found], [image], sum(images)) for found, image in zip((stems[0], bed), images, strict=True)]
    assert np.mean(gains) >= 8.0, gains


def test_rain_from_everywhere_keeps_its_width(tmp_path):
    rain = np.stack([voice("rain", seed=90), voice("rain", seed=91)])
    images = [np.outer(tangent_law(15.0), voice("dog")), rain]
    _, stems, _ = taken_apart(tmp_path, sum(images), wanted("dog", "rain"))
    assert gained(stems, images, sum(images)) > 8.0
    left, right = stems[1]
    assert abs(level(left) - level(right)) < 2.0 and abs(np.corrcoef(left, right)[0, 1]) < 0.5


def test_a_class_that_is_not_there_is_empty_and_said_so(tmp_path):
    found, stems, bed = taken_apart(tmp_path, voice("rain")[None], wanted("rain", "church bell"))
    assert found.heard == [True, False] and not stems[1].any()
    assert any("church bell" in note and "empty" in note for note in found.notes)
    assert level(stems[0]) > level(bed)


def test_two_of_one_class_without_directions_are_one_stem(tmp_path):
    stems = [WantedStem(name, "dog", examples_of("dog", RATE)) for name in ("left dog", "right dog")]
    found, out, _ = taken_apart(tmp_path, voice("dog")[None], stems)
    assert found.names == ["left dog"] and len(out) == 1
    assert any("right dog" in note for note in found.notes)


def test_two_of_one_class_are_told_by_their_directions(tmp_path):
    images = panned([voice("dog", seed=98), voice("dog", seed=97)], (25.0, -25.0))
    stems = [
        WantedStem(name, "dog", examples_of("dog", RATE), axis=tangent_law(azimuth))
        for name, azimuth in (("left", 25.0), ("right", -25.0))
    ]
    found, out, _ = taken_apart(tmp_path, sum(images), stems)
    assert found.heard == [True, True] and gained(out, images, sum(images)) > 8.0


def test_two_of_one_class_in_mono_are_told_by_when_they_are_seen(tmp_path):
    seconds = np.arange(4 * RATE) / RATE
    signal = voice("car")
    images = [(signal * (seconds < 2.0))[None], (signal * (seconds >= 2.0))[None]]
    stems = [
        WantedStem(name, "car", examples_of("car", RATE), times=np.array([0.0, 1.99, 2.01, 4.0]), weights=np.array(weights))
        for name, weights in (("first", (1, 1, 0.1, 0.1)), ("second", (0.1, 0.1, 1, 1)))
    ]
    _, out, _ = taken_apart(tmp_path, signal[None], stems)
    assert gained(out, images, signal[None]) > 10.0


def test_more_of_a_stem_takes_from_the_others_and_less_gives(tmp_path):
    mixture = sum(voice(name) for name in ("dog", "rain"))[None]
    levels = {}
    for decibels in (-20.0, 0.0, 20.0):
        dog, rain = wanted("dog", "rain")
        dog = WantedStem("dog", "dog", dog.examples, changes=(Change(1.0, 2.0, decibels),) if decibels else ())
        _, stems, bed = taken_apart(tmp_path, mixture, [dog, rain])
        assert level(stems.sum(axis=0) + bed - mixture) < level(mixture) - 60.0
        within = slice(round(1.1 * RATE), round(1.9 * RATE))
        levels[decibels] = level(stems[0][:, within]), level(stems[1][:, within]), level(stems[0][:, round(2.2 * RATE) :])
    assert levels[-20.0][0] < levels[0.0][0] - 3.0 and levels[20.0][0] > levels[0.0][0] + 1.0
    assert levels[20.0][1] < levels[0.0][1]
    assert levels[20.0][2] == pytest.approx(levels[0.0][2], abs=1e-3), "only within its time"


@pytest.mark.parametrize("channels", [1, 2, 6, 8])
@pytest.mark.parametrize("names", [(), ("dog", "rain")])
def test_stems_and_bed_add_up(tmp_path, channels, names):
    random = np.random.default_rng(channels)
    mixture = np.stack([voice("dog", 2.0) * random.random() + 0.5 * voice("rain", 2.0, 90 + one) for one in range(channels)])
    _, stems, bed = taken_apart(tmp_path, mixture, wanted(*names))
    assert stems.shape[2] == mixture.shape[1]
    assert level(stems.sum(axis=0) + bed - mixture) < level(mixture) - 60.0
    if channels > 2:
        assert not stems[:, embedded.LOW].any(), "the low-frequency channel stays in the bed"


def test_blocks_fade_into_each_other_without_a_seam(tmp_path, monkeypatch):
    """What is split in short blocks is what is split in one, but for details of the factors."""
    monkeypatch.setattr(embedded, "BLOCK", 60.0)
    mixture = sum(voice(name, 12.0) for name in ("church bell", "rain"))[None]
    _, whole, _ = taken_apart(tmp_path, mixture, wanted("church bell", "rain"))
    monkeypatch.setattr(embedded, "BLOCK", 2.5)
    _, pieces, bed = taken_apart(tmp_path, mixture, wanted("church bell", "rain"))
    assert level(pieces.sum(axis=0) + bed - mixture) < level(mixture) - 60.0
    assert level(pieces - whole) < level(whole) - 10.0
    jumps = np.abs(np.diff(pieces, axis=2)).max()
    assert jumps < 1.5 * np.abs(np.diff(whole, axis=2)).max()


def test_silence_has_empty_stems(tmp_path):
    found, stems, bed = taken_apart(tmp_path, np.zeros((2, RATE)), wanted("dog"))
    assert found.heard == [False] and not stems.any() and not bed.any()


@pytest.mark.parametrize("samples", [1, 7, 200, RATE // 10])
def test_very_short_soundtracks(tmp_path, samples):
    mixture = 0.1 * np.ones((2, samples))
    _, stems, bed = taken_apart(tmp_path, mixture, wanted("dog"))
    assert np.allclose(stems.sum(axis=0) + bed, mixture, atol=1e-6)
