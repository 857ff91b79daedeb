import av
import numpy as np
import pytest
from scenes import RATE

from see2sound_addon.spatial.layouts import LAYOUTS, find_layout
from see2sound_addon.spatial.loudness import Meter, channel_weights


def measured(audio, layout, block=8192):
    meter = Meter(find_layout(layout), RATE)
    for start in range(0, audio.shape[1], block):
        meter.feed(audio[:, start : start + block].astype(np.float32))
    return meter


def ffmpeg(audio, layout):
    """Integrated loudness in LUFS and true peak (linear) by FFmpeg's ebur128."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="fltp", layout=layout, time_base=f"1/{RATE}")
    meter = graph.add("ebur128", "peak=true:metadata=1")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    found = {}
    for start in range(0, audio.shape[1], 4800):
        samples = np.ascontiguousarray(audio[:, start : start + 4800], dtype=np.float32)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
        frame.sample_rate, frame.pts = RATE, start
        source.push(frame)
        while True:
            try:
                found.update(sink.pull().metadata)
            except (av.error.BlockingIOError, av.error.EOFError):
                break
    return float(found["lavfi.r128.I"]), float(found["lavfi.r128.true_peak"])


@pytest.mark.parametrize(("layout", "name"), [("stereo", "stereo"), ("5.1", "5.1")])
def test_loudness_is_ffmpeg_s(layout, name):
    random = np.random.default_rng(3)
    audio = random.standard_normal((LAYOUTS[layout].channels, 12 * RATE)) * 0.05
    audio[:, : 4 * RATE] *= 0.001  # below the gate
    audio[:, 6 * RATE : 8 * RATE] *= 0.3
    ours = measured(audio, layout)
    loudness, peak = ffmpeg(audio, name)
    assert ours.integrated == pytest.approx(loudness, abs=0.1)
    assert ours.true_peak == pytest.approx(20 * np.log10(peak), abs=0.2)


def test_a_full_scale_tone_of_997_hz_is_minus_three():
    """BS.1770-5: 0 dB FS at 997 Hz in one channel reads -3.01 LUFS."""
    audio = np.zeros((2, 5 * RATE))
    audio[0] = np.sin(2 * np.pi * 997 * np.arange(5 * RATE) / RATE)
    assert measured(audio, "stereo").integrated == pytest.approx(-3.01, abs=0.02)


def test_a_peak_between_samples_is_seen():
    """A quarter of the rate, sampled at 45 degrees: the samples reach 0.707 of the peak."""
    audio = 0.5 * np.sin(np.pi / 2 * np.arange(RATE) + np.pi / 4)[None] * np.hanning(RATE) ** 0.01
    assert np.abs(audio).max() < 0.36
    assert measured(audio, "mono").true_peak == pytest.approx(20 * np.log10(0.5), abs=0.05)


def test_blocks_do_not_matter_and_silence_has_no_loudness():
    audio = np.random.default_rng(0).standard_normal((2, 2 * RATE)) * 0.1
    assert measured(audio, "stereo", 777).integrated == pytest.approx(measured(audio, "stereo", 50000).integrated, abs=1e-9)
    assert measured(0 * audio, "stereo").integrated == -np.inf
    assert measured(np.zeros((4, RATE)) + 0.1, "ambix1").integrated is None


def test_side_channels_weigh_more_and_low_frequency_channels_nothing():
    weights = dict(zip(LAYOUTS["7.1.4"].labels, channel_weights(LAYOUTS["7.1.4"]), strict=True))
    assert (weights["LFE1"], weights["M+090"], weights["M+135"], weights["U+045"]) == (0.0, 1.41, 1.0, 1.0)
    assert channel_weights(LAYOUTS["ambix1"]) is None
