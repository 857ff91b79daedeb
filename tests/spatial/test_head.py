"""Measured heads: a rigid sphere, known in closed form, written as SOFA and heard through the whole renderer."""

import sys

import h5py
import numpy as np
import pytest
import sphere
from limits import bounded
from scenes import RATE, noise, rendered, scene, source
from scipy.spatial import ConvexHull

from see2sound_addon import pipeline
from see2sound_addon.errors import See2SoundError
from see2sound_addon.media.sofa import read_sofa
from see2sound_addon.spatial.head import default_head, head_from_measurement
from see2sound_addon.spatial.layouts import find_layout
from see2sound_addon.spatial.renderer import render


def fibonacci(count=800):
    """Nearly even directions over the sphere."""
    n = np.arange(count) + 0.5
    z = 1 - 2 * n / count
    azimuth = np.pi * (1 + 5**0.5) * n
    return np.stack([np.cos(azimuth) * np.sqrt(1 - z * z), np.sin(azimuth) * np.sqrt(1 - z * z), z], axis=1)


@pytest.fixture(scope="module")
def ball(tmp_path_factory):
    path = tmp_path_factory.mktemp("sofa") / "sphere.sofa"
    sphere.write_sofa(path, fibonacci(), sphere.responses(fibonacci(), RATE), RATE)
    measured = read_sofa(path)
    return head_from_measurement(measured.directions, measured.responses, measured.rate, RATE)


def heard(direction, head, length=4096):
    """The two ears' impulse responses (2, length) to a click from 10 m, the centre's arrival at sample 1000."""
    click = np.zeros(length, np.float32)
    click[1000] = 1.0
    plan = scene([source(10.0 * np.asarray(direction), rolloff=0.0, start=-10.0 / 343.3)], duration=length / RATE)
    return np.concatenate(list(render(plan, [click], find_layout("binaural"), [], head)), axis=1).astype(float)


def time_difference(pair):
    """Seconds that the right ear hears later: the peak of the cross-correlation below 1.5 kHz, to a tenth of a sample."""
    spectra = np.fft.rfft(pair, 2 * pair.shape[1], axis=1)
    frequency = np.fft.rfftfreq(2 * pair.shape[1], 1 / RATE)
    spectra = spectra / np.sqrt(1 + (frequency / 1500) ** 8)
    correlation = np.fft.irfft(spectra[1] * np.conj(spectra[0]), 20 * pair.shape[1])
    lag = int(correlation.argmax())
    return (lag - len(correlation) if lag > len(correlation) // 2 else lag) / 10 / RATE


def third_octaves(pair):
    """Level in dB (2, bands) from 200 Hz to 12 kHz."""
    power = np.abs(np.fft.rfft(pair, 8192, axis=1)) ** 2
    frequency = np.fft.rfftfreq(8192, 1 / RATE)
    centres = 1000 * 2 ** (np.arange(-7, 11) / 3)
    return np.stack(
        [10 * np.log10(power[:, (frequency > f / 1.122) & (frequency < f * 1.122)].mean(axis=1)) for f in centres], 1
    )


@pytest.mark.parametrize("index", range(5, 800, 97))
def test_a_measured_direction_sounds_as_measured(ball, index):
    direction = fibonacci()[index]
    truth = sphere.responses(direction[None], RATE)[0]
    got = heard(direction, ball)
    assert time_difference(got) == pytest.approx(time_difference(truth), abs=20e-6)
    ild = third_octaves(got)
    expected = third_octaves(truth)
    assert np.abs((ild[0] - ild[1]) - (expected[0] - expected[1])).max() < 1.0


def test_between_measured_directions_the_error_is_small(ball):
    """The middles of the largest triangles, 4 degrees from any measurement: ITD 20 us, mean spectral error 1 dB."""
    grid = fibonacci()
    faces = ConvexHull(grid).simplices
    middles = grid[faces].mean(axis=1)
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    for direction in middles[:: len(middles) // 12]:
        truth, got = sphere.responses(direction[None], RATE)[0], heard(direction, ball)
        assert time_difference(got) == pytest.approx(time_difference(truth), abs=20e-6)
        error = (third_octaves(got) - third_octaves(got).mean()) - (third_octaves(truth) - third_octaves(truth).mean())
        assert np.abs(error).mean() < 1.0


@pytest.mark.parametrize("rate", [44100, 96000])
def test_another_sampling_rate_is_the_same_head(tmp_path, ball, rate):
    impulse = sphere.responses(fibonacci(), rate, taps=512, late=200)
    measured = read_sofa(sphere.write_sofa(tmp_path / "a.sofa", fibonacci(), impulse, rate))
    other = head_from_measurement(measured.directions, measured.responses, measured.rate, RATE)
    for direction in fibonacci()[100::230]:
        first, second = heard(direction, ball), heard(direction, other)
        assert time_difference(first) == pytest.approx(time_difference(second), abs=10e-6)
        assert np.abs(third_octaves(first) - third_octaves(second)).max() < 0.7


def test_the_delay_of_a_file_counts(tmp_path, ball):
    delay = np.zeros((800, 2))
    delay[:, 1] = 10.5
    path = sphere.write_sofa(tmp_path / "a.sofa", fibonacci(), sphere.responses(fibonacci(), RATE), RATE, Data_Delay=delay)
    measured = read_sofa(path)
    late = head_from_measurement(measured.directions, measured.responses, measured.rate, RATE)
    direction = fibonacci()[400]
    shift = time_difference(heard(direction, late)) - time_difference(heard(direction, ball))
    assert shift == pytest.approx(10.5 / RATE, abs=5e-6)


@pytest.mark.parametrize("azimuth", [-80, -30, 0, 45, 135])
def test_the_manikin_hears_a_source_on_its_side_earlier_and_louder(azimuth):
    angle = np.radians(azimuth)
    pair = heard((np.cos(angle), np.sin(angle), 0.0), default_head(RATE))
    lateral = np.arcsin(np.sin(angle))
    woodworth = 0.0875 / 343.3 * (lateral + np.sin(lateral))
    assert time_difference(pair) == pytest.approx(woodworth, abs=130e-6)  # low frequencies come with up to 3/2 of it
    left, right = third_octaves(pair)
    if azimuth:
        assert np.sign((left - right)[6:].mean()) == np.sign(azimuth)
    else:
        assert np.abs(left - right).max() < 0.5


def test_the_manikin_is_even_and_full():
    """Over all directions, no third octave from 200 Hz to 12 kHz lies more than 5 dB off: diffuse-field equalised."""
    spectra = np.abs(np.fft.rfft(default_head(RATE).responses[:-1], 4096, axis=2)) ** 2
    frequency = np.fft.rfftfreq(4096, 1 / RATE)
    mean = spectra.mean(axis=(0, 1))
    centres = 1000 * 2 ** (np.arange(-7, 11) / 3)
    levels = [10 * np.log10(mean[(frequency > f / 1.122) & (frequency < f * 1.122)].mean()) for f in centres]
    assert max(levels) < 5 and min(levels) > -5
    assert 10 * np.log10(mean[frequency < 60].mean()) == pytest.approx(0.0, abs=1.5)


def test_the_head_does_not_delay_the_sound():
    pair = heard((1.0, 0.0, 0.0), default_head(RATE))
    # Straight ahead both ears lie a little behind the head's front: the sound comes at the centre's time, 0.3 ms around.
    assert abs(np.abs(pair[0]).argmax() - 1000) < 15


def test_silence_stays_silence():
    assert not rendered(scene([source((1, 2, 3), loop=True)]), [np.zeros(RATE)], "binaural").any()


def test_a_source_round_the_head_does_not_click():
    """A steady tone on a fast circle: no step between samples beyond what its level and pitch allow."""
    from scenes import moving, tone

    t = np.linspace(0, 2, 97)
    path = moving(t, np.stack([2 * np.cos(6 * t), 2 * np.sin(6 * t), 0 * t], axis=1))
    pair = rendered(scene([source(path, loop=True, start=-1, rolloff=0.0)], duration=2.0), [tone(500, 1.0)], "binaural")
    bends = np.abs(np.diff(pair.astype(float), 2, axis=1))[:, 500:-500]
    assert bends.max() < 1.3 * (2 * np.pi * 500 * 1.06 / RATE) ** 2 * np.abs(pair).max()


BAD = {
    "another convention": ({"convention": "GeneralFIR"}, "GeneralFIR"),
    "no positions": ({"SourcePosition": None}, "SourcePosition"),
    "no responses": ({"Data_IR": None}, "Data.IR"),
    "one receiver": ({"Data_IR": np.ones((800, 1, 64))}, "1 receivers"),
    "too few responses": ({"Data_IR": np.ones((5, 2, 64))}, "800 positions"),
    "silence": ({"Data_IR": np.zeros((800, 2, 64))}, "silent"),
    "a rate of zero": ({"Data_SamplingRate": np.zeros(1)}, "0 Hz"),
    "no rate": ({"Data_SamplingRate": None}, "Data.SamplingRate"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_wrong_file_is_refused_with_what_is_wrong(tmp_path, case):
    changes, word = BAD[case]
    sphere.write_sofa(
        tmp_path / "bad.sofa", fibonacci(), sphere.responses(fibonacci(), RATE, taps=64, late=20), RATE, **changes
    )
    with pytest.raises(See2SoundError) as caught:
        pipeline.mix(scene([], duration=0.1), "binaural", tmp_path / "mix.wav", sofa=tmp_path / "bad.sofa")
    assert word in str(caught.value) and "bad.sofa" in str(caught.value) and caught.value.hint
    assert not (tmp_path / "mix.wav").exists()


def test_files_that_are_no_sofa(tmp_path):
    (tmp_path / "text.sofa").write_text("no data")
    for name, code in (("text.sofa", "sofa-unreadable"), ("missing.sofa", "sofa-missing")):
        with pytest.raises(See2SoundError) as caught:
            read_sofa(tmp_path / name)
        assert caught.value.code == code and "\n" not in str(caught.value)


def test_directions_on_one_line_do_not_surround_a_head(tmp_path):
    line = np.tile([[1.0, 0.0, 0.0]], (20, 1))
    path = sphere.write_sofa(tmp_path / "line.sofa", line, noise(0.02)[: 20 * 2 * 16].reshape(20, 2, 16), RATE)
    measured = read_sofa(path)
    with pytest.raises(See2SoundError, match="surround"):
        head_from_measurement(measured.directions, measured.responses, measured.rate, RATE)


@pytest.mark.parametrize("part", ["half a ring", "the front"])
def test_a_set_that_does_not_surround_the_head_is_refused(part):
    angles = np.radians(np.arange(-90, 91, 30))
    ring = np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1)
    grid = ring if part == "half a ring" else fibonacci()[fibonacci()[:, 0] > 0.2]
    with pytest.raises(See2SoundError, match="surround"):
        head_from_measurement(grid, sphere.responses(grid, RATE), RATE, RATE)


@pytest.mark.parametrize("rate", [8000, 44100, 96000, 192000])
def test_the_manikin_is_the_same_at_every_rate(rate):
    """Its responses in third octaves that both rates hold, within half a decibel."""
    frequencies = np.array([100.0, 200.0, 500.0, 1000.0, 2000.0, 3000.0])

    def response(head):
        t = np.arange(head.responses.shape[2]) / head.rate
        return np.abs(head.responses[::50] @ np.exp(-2j * np.pi * np.outer(t, frequencies)))

    assert 20 * np.log10(response(default_head(rate)) / response(default_head(RATE))) == pytest.approx(0.0, abs=0.5)


def unallocated(name, shape, kind=float, chunks=True):
    """Changes a SOFA file by a dataset that claims a shape without having its data."""

    def change(path):
        with h5py.File(path, "a") as file:
            del file[name]
            file.create_dataset(name, shape, kind, chunks=chunks)

    return change


def many_delays(path):
    with h5py.File(path, "a") as file:
        for name in ("Data.IR", "SourcePosition", "Data.Delay"):
            del file[name]
        file["Data.IR"] = np.ones((40_000, 2, 64), np.float32)
        file["SourcePosition"] = np.random.default_rng(0).normal(0, 90, (40_000, 3))
        file["Data.Delay"] = np.linspace(0, 10_000, 80_000).reshape(40_000, 2)


def many_taps(path):
    with h5py.File(path, "a") as file:
        for name in ("Data.IR", "SourcePosition"):
            del file[name]
        file["Data.IR"] = np.ones((60, 2, 500_000), np.float32)
        file["SourcePosition"] = np.ones((60, 3))


def text_rate(path):
    with h5py.File(path, "a") as file:
        del file["Data.SamplingRate"]
        file["Data.SamplingRate"] = np.array([b"4" * 2**20], "S1048576")


def long_convention(path):
    with h5py.File(path, "a") as file:
        file.attrs["SOFAConventions"] = np.bytes_(b"x" * 60_000)


def elsewhere(path):
    with h5py.File(path, "a") as file:
        del file["Data.IR"]
        file["Data.IR"] = h5py.ExternalLink("/etc/passwd", "/x")


def faint(path):
    with h5py.File(path, "a") as file:
        file["Data.IR"][...] = 1e-300


SPOILED = {
    "a rate of 1e11 values": unallocated("Data.SamplingRate", (10**11,)),
    "1e11 positions": unallocated("SourcePosition", (10**11, 3)),
    "1e11 delays": unallocated("Data.Delay", (10**11, 2)),
    "responses of 1e11 taps": unallocated("Data.IR", (800, 2, 10**11)),
    "delays of text": unallocated("Data.Delay", (1, 2), "S1048576"),
    "many directions with long delays": many_delays,
    "many taps": many_taps,
    "a rate of text": text_rate,
    "a long convention": long_convention,
    "a link to another file": elsewhere,
    "responses of almost nothing": faint,
}


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
@pytest.mark.parametrize("case", SPOILED)
def test_sizes_and_types_are_looked_at_before_anything_is_read(case, tmp_path):
    path = sphere.write_sofa(tmp_path / "a.sofa", fibonacci(), sphere.responses(fibonacci(), RATE, taps=64, late=20), RATE)
    SPOILED[case](path)
    found = bounded(f"from see2sound_addon import pipeline; pipeline.read_head({str(path)!r}, 48000)")
    assert found["error"][0] in ("sofa-wrong", "sofa-unreadable") and len(found["error"][1]) < 400
