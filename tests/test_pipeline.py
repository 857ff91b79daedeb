import numpy as np
import pyloudnorm
import pytest
import soundfile
from PIL import Image
from scenes import RATE, noise, scene, source, tone, write_wav

from see2sound_addon import pipeline
from see2sound_addon.delivery.mixdown import Delivery
from see2sound_addon.errors import Cancelled, See2SoundError


def plan_with_clip(folder, **more):
    placed = source((3, 1, 0), loop=True)
    placed.clip = write_wav(folder / "a.wav", noise())
    return scene([placed], **more)


@pytest.mark.parametrize("layout", ["mono", "stereo", "binaural", "5.1", "ambix1", "ambix2", "ambix3"])
def test_the_same_plan_gives_the_same_bytes_and_the_exact_length(tmp_path, layout):
    plan = plan_with_clip(tmp_path, duration=0.777)
    first = pipeline.mix(plan, layout, tmp_path / "1.wav")
    pipeline.mix(plan, layout, tmp_path / "2.wav")
    assert (tmp_path / "1.wav").read_bytes() == (tmp_path / "2.wav").read_bytes()
    assert soundfile.info(tmp_path / "1.wav").frames == round(0.777 * RATE) == first.samples


def test_a_peak_above_full_scale_is_told_and_kept(tmp_path):
    placed = source((1, 0, 0), loop=True, gain_db=12.0, start=-1)
    placed.clip = write_wav(tmp_path / "a.wav", tone(500, 1.0))
    report = pipeline.mix(scene([placed]), "mono", tmp_path / "mix.wav")
    assert report.levels.peak == pytest.approx(12.0, abs=0.05)
    assert any("12.0 dB above full scale" in note for note in report.notes)
    assert np.abs(soundfile.read(tmp_path / "mix.wav")[0]).max() == pytest.approx(10 ** (12 / 20), rel=0.01)


def test_no_sources_are_silence_with_a_warning(tmp_path):
    report = pipeline.mix(scene([]), "5.1", tmp_path / "mix.wav")
    assert "no sources" in report.notes[0]
    assert not soundfile.read(tmp_path / "mix.wav")[0].any()


def test_a_missing_clip_writes_nothing(tmp_path):
    with pytest.raises(See2SoundError) as caught:
        pipeline.mix(scene([source((1, 0, 0))]), "5.1", tmp_path / "mix.wav")
    assert caught.value.code == "clip-missing"
    assert list(tmp_path.iterdir()) == []


def test_cancelling_a_mix_leaves_nothing(tmp_path):
    plan = plan_with_clip(tmp_path, duration=8.0)

    def stop(label, done, total):
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        pipeline.mix(plan, "5.1", tmp_path / "mix.wav", stop)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.wav"]


def test_a_folder_that_cannot_be_written_to(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(See2SoundError) as caught:
        pipeline.mix(plan_with_clip(tmp_path), "mono", tmp_path / "file" / "mix.wav")
    assert caught.value.code == "folder-missing"


def test_a_picture_of_one_colour_has_no_sources_and_says_so(tmp_path):
    Image.new("RGB", (300, 200), (40, 90, 160)).save(tmp_path / "a.png")
    found = pipeline.reconstruct(tmp_path / "a.png")
    assert found.sources == []
    assert any("Nothing in the picture" in note for note in found.notes)


def test_the_same_picture_is_seen_the_same_way_twice():
    from pathlib import Path

    import skimage

    path = Path(skimage.__file__).parent / "data" / "rocket.jpg"
    first, second = pipeline.reconstruct(path), pipeline.reconstruct(path)
    assert [s.id for s in first.sources] == [s.id for s in second.sources]
    for a, b in zip(first.sources, second.sources, strict=True):
        assert (a.evidence.mask == b.evidence.mask).all() and (a.position == b.position).all()


@pytest.mark.parametrize(("name", "bits"), [("mix.wav", 32), ("mix.wav", 24), ("mix.flac", 16)])
def test_a_mix_is_brought_to_a_loudness(tmp_path, name, bits):
    """Measured again in the file by another implementation."""
    plan = plan_with_clip(tmp_path, duration=4.0)
    report = pipeline.mix(plan, "stereo", tmp_path / name, delivery=Delivery(bits, -23.0))
    audio, rate = soundfile.read(tmp_path / name)
    assert pyloudnorm.Meter(rate).integrated_loudness(audio) == pytest.approx(-23.0, abs=0.1)
    assert report.levels.loudness == pytest.approx(-23.0, abs=1e-6)


def test_the_ceiling_goes_before_the_loudness(tmp_path):
    plan = plan_with_clip(tmp_path, duration=2.0)
    report = pipeline.mix(plan, "stereo", tmp_path / "mix.wav", delivery=Delivery(24, -3.0, -1.0))
    assert report.levels.true_peak == pytest.approx(-1.0, abs=1e-6)
    assert any("quieter to keep its true peak" in note for note in report.notes)


def test_integers_never_clip_in_silence(tmp_path):
    placed = source((1, 0, 0), loop=True, gain_db=12.0, start=-1)
    placed.clip = write_wav(tmp_path / "a.wav", tone(500, 1.0))
    report = pipeline.mix(scene([placed]), "mono", tmp_path / "mix.wav", delivery=Delivery(16))
    assert np.abs(soundfile.read(tmp_path / "mix.wav")[0]).max() == pytest.approx(10 ** (-1 / 20), rel=0.01)
    assert any("13.0 dB quieter" in note for note in report.notes)


def test_a_room_s_response_is_read_and_heard(tmp_path):
    """An echo after half a second, 6 dB down, from 30 degrees left."""
    from see2sound_addon.soundscene import Response

    plan = plan_with_clip(tmp_path, duration=1.5)
    plan.sources[0].loop = False
    response = np.zeros((2, RATE))
    response[0, RATE // 2] = 1.0
    plan.room = Response(write_wav(tmp_path / "ir.wav", response), gain_db=-6.0)
    pipeline.mix(plan, "stereo", tmp_path / "wet.wav")
    plan.room = None
    pipeline.mix(plan, "stereo", tmp_path / "dry.wav")
    echo = soundfile.read(tmp_path / "wet.wav")[0] - soundfile.read(tmp_path / "dry.wav")[0]
    expected = soundfile.read(tmp_path / "a.wav")[0][:RATE] * 10 ** (-6 / 20)
    assert np.abs(echo[RATE // 2 : 3 * RATE // 2, 0] - expected).max() < 1e-4
    assert np.abs(echo[:, 1]).max() < 1e-5
