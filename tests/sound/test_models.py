"""The procedural models: exact, seamless, seeded, controllable; each named as AudioSet names it."""

import inspect
from pathlib import Path

import numpy as np
import pytest

from see2sound_addon.clips import Controls
from see2sound_addon.errors import See2SoundError
from see2sound_addon.lexicon.classes import CLASSES
from see2sound_addon.lexicon.lookup import explain
from see2sound_addon.sound.circle import Circle, active_rms
from see2sound_addon.sound.generator import synthesise
from see2sound_addon.sound.levels import FARTHEST_REFERENCE, FULL_SCALE
from see2sound_addon.sound.models import MODELS

RATE = 24000
SELDOM = {"rate", "period", "machine", "activity", "tubes", "animals", "air"}
"""Parameters of what happens seldom: a second may not show them."""
ALL = sorted(MODELS)


def test_there_are_at_least_sixty_classes_and_each_has_its_facts():
    assert len(MODELS) >= 60 and set(MODELS) == set(CLASSES)
    ontology = (Path(__file__).parent / "audioset_names.txt").read_text().splitlines()
    for name, known in CLASSES.items():
        assert known.audioset in ontology, name
        assert (
            known.extent in ("point", "area", "ambient") and 30.0 <= known.level <= 150.0 and known.level_source and known.lacks
        )
        meaning = explain(known.prompt)
        assert meaning.name == name and len(meaning.layers) == 1, known.prompt
        assert explain(name).name == name, name


def test_each_has_two_to_five_parameters_and_says_its_physics():
    for name, model in MODELS.items():
        assert 2 <= len(model.parameters) <= 5, name
        assert len(inspect.getdoc(model.make)) > 60, name
        for key, one in model.parameters.items():
            assert one.low < one.high and one.low <= one.default <= one.high and one.meaning, (name, key)
            assert one.at(0.0) == pytest.approx(one.low) and one.at(1.0) == pytest.approx(one.high)


@pytest.mark.parametrize("name", ALL)
def test_a_loop_is_exact_at_its_level_and_the_same_again(name):
    """Without a constant part, a click or clipping; at one metre as loud as the table says."""
    seconds = 1.617
    clip = synthesise(name, seconds, 5, RATE)
    samples = clip.samples.astype(float)
    assert samples.shape == (round(seconds * RATE),) and clip.samples.dtype == np.float32 and clip.model == name
    assert np.isfinite(samples).all() and 0.0 < np.abs(samples).max() <= 0.8913
    assert abs(samples.mean()) < 1e-3 * samples.std()
    assert (synthesise(name, seconds, 5, RATE).samples == clip.samples).all()
    assert not (synthesise(name, seconds, 6, RATE).samples == clip.samples).all()
    level = FULL_SCALE + 20 * np.log10(active_rms(samples, RATE)) + 20 * np.log10(clip.reference_distance)
    bounded = clip.reference_distance == FARTHEST_REFERENCE and level < CLASSES[name].level
    assert level == pytest.approx(CLASSES[name].level, abs=0.1) or bounded


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_a_loop_has_no_seam(name):
    """Where the clip meets its beginning it changes no more abruptly than elsewhere."""
    samples = synthesise(name, 2.0, 2, RATE).samples.astype(float)
    jumps = np.abs(np.diff(np.concatenate([samples, samples]), 2))
    assert jumps[len(samples) - 3 : len(samples) + 2].max() <= jumps[: len(samples) - 3].max()


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_a_one_shot_begins_at_once_and_ends_in_silence(name):
    samples = synthesise(name, 1.3, 3, RATE, Controls(loop=False)).samples.astype(float)
    assert len(samples) == round(1.3 * RATE) and np.isfinite(samples).all()
    loudest = np.abs(samples).max()
    assert abs(samples[0]) < 1e-6 and abs(samples[-1]) < 0.01 * loudest
    if MODELS[name].events:
        assert np.abs(samples[: RATE // 2]).max() > 0.03 * loudest, "its first event is at the start"


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_every_parameter_is_heard(name):
    """At one end of its range or the other, the same random numbers give another sound."""
    model = MODELS[name]
    plain = {seconds: model(Circle(seconds * RATE, RATE, 7)) for seconds in (1, 8)}
    for key, one in model.parameters.items():
        seconds = 8 if key in SELDOM or name in ("wind chime", "fireworks") else 1
        usual, changes = plain[seconds], []
        for value in (one.low, one.high):
            changed = model(Circle(seconds * RATE, RATE, 7), **{key: value})
            assert np.isfinite(changed).all() and np.abs(changed).max() > 0.0, key
            changes.append(np.abs(changed - usual).max() / np.abs(usual).max())
        assert max(changes) > 1e-3, key


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_parameters_can_be_curves(name):
    """Curves from one end of all ranges to the other are neither of the two ends."""
    known = MODELS[name].parameters
    rising = Controls({key: [(0.0, one.low), (1.0, one.high)] for key, one in known.items()})
    ends = [Controls({key: [(0.0, one.at(share))] for key, one in known.items()}) for share in (0.0, 1.0)]
    samples = synthesise(name, 1.0, 7, RATE, rising).samples
    assert np.isfinite(samples).all() and np.abs(samples).max() > 0.0
    assert not any(np.allclose(samples, synthesise(name, 1.0, 7, RATE, end).samples, atol=1e-6) for end in ends)


def test_a_curve_is_followed_where_a_model_takes_one_value():
    """A dog that grows: its barks at the start are a small dog's, at the end a large one's."""
    small, large = MODELS["dog"].parameters["size"].low, MODELS["dog"].parameters["size"].high
    moments = [(0.1, 1.0), (3.6, 1.0)]
    growing = synthesise("dog", 4.0, 2, RATE, Controls({"size": [(0.0, small), (4.0, large)]}, moments)).samples
    first, last = (centroid(part.astype(float), RATE) for part in (growing[: RATE // 2], growing[-RATE // 2 :]))
    assert first > 1.5 * last


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in ALL if MODELS[name].events])
def test_events_are_where_the_user_wants_them(name):
    """Three events in six seconds: the loudest quarter seconds lie at them, and a stronger one is louder."""
    moments = [(0.5, 0.4), (3.0, 1.6)]
    model = MODELS[name]
    quiet = {key: 0.0 for key, one in model.parameters.items() if key in ("air", "hiss", "breath") and one.low <= 0.0}
    samples = model(Circle(6 * RATE, RATE, 4, True, moments), **quiet)
    energy = np.square(samples - samples.mean()).reshape(24, -1).sum(axis=1)
    assert energy[11:18].max() > energy[1:8].max(), "the stronger one is louder"
    none = model(Circle(6 * RATE, RATE, 4, True, []), **quiet)
    assert not np.allclose(none, samples)


def test_curves_change_the_sound_over_time():
    """An engine that turns faster and faster fires faster and faster: two firings a turn."""
    clip = synthesise("car", 8.0, 3, RATE, Controls({"rpm": [(0.0, 900.0), (8.0, 2700.0)]}))
    rates = []
    for second in (1, 6):
        part = clip.samples[second * RATE : (second + 1) * RATE].astype(float)
        power = np.abs(np.fft.rfft(part * np.hanning(len(part)), 8 * RATE)) ** 2
        frequency = np.fft.rfftfreq(8 * RATE, 1 / RATE)
        wanted = 2.0 * (900.0 + 225.0 * (second + 0.5)) / 60.0
        near = (frequency > 0.8 * wanted) & (frequency < 1.2 * wanted)
        rates.append(frequency[near][power[near].argmax()] / wanted)
    assert rates == pytest.approx([1.0, 1.0], abs=0.06)


def test_an_engine_fires_twenty_eight_times_a_second():
    """850 turns a minute, four cylinders, four strokes: two firings a turn."""
    samples = synthesise("car", 8.0, 3).samples.astype(float)
    power, frequency = np.abs(np.fft.rfft(samples)) ** 2, np.fft.rfftfreq(len(samples), 1 / 48000)
    near = (frequency > 22) & (frequency < 36)
    assert frequency[near][power[near].argmax()] == pytest.approx(850 / 60 * 2, abs=0.4)


def test_a_bubble_rings_at_minnaert_s_frequency():
    """3.26 / radius Hz in water at the surface, Minnaert 1933; the model's 3 / radius is van den Doel's round figure."""
    from see2sound_addon.sound.blocks.grains import bubble

    for radius in (0.001, 0.003, 0.01):
        ring = bubble(Circle(RATE, RATE, 0), radius, 0.0)
        power = np.abs(np.fft.rfft(ring, 8 * RATE))
        assert np.fft.rfftfreq(8 * RATE, 1 / RATE)[power.argmax()] == pytest.approx(3.26 / radius, rel=0.12)


def test_crickets_chirp_faster_when_it_is_warm():
    """Dolbear: (T - 4) / 7 chirps a second."""
    for temperature in (11.0, 25.0):
        one = MODELS["cricket"](Circle(20 * RATE, RATE, 1), temperature=temperature, insects=1.0)
        envelope = np.abs(one).reshape(-1, RATE // 200).max(axis=1)
        power = np.abs(np.fft.rfft(envelope - envelope.mean(), 16 * len(envelope))) ** 2
        frequency = np.fft.rfftfreq(16 * len(envelope), 1 / 200)
        slow = (frequency > 0.4) & (frequency < 6.0)
        expected = (temperature - 4.0) / 7.0
        assert frequency[slow][power[slow].argmax()] == pytest.approx(expected, rel=0.25)


def test_layers_are_all_heard_and_adjectives_are_obeyed():
    both, waves = synthesise("waves and gulls", 6.0, 1), synthesise("waves", 6.0, 1)
    assert both.model == "waves on sand + gull" and not np.allclose(both.samples, waves.samples)
    small, large = (synthesise(f"{size} dog barking", 6.0, 1).samples.astype(float) for size in ("small", "large"))
    assert centroid(small) > 1.1 * centroid(large)
    assert synthesise("xyzzy", 1.0, 0).notes == ["No sound model matches 'xyzzy'; the clip is a neutral texture."]
    assert "makes no sound" in synthesise("a wall", 1.0, 0).notes[0]


def centroid(samples, rate=48000):
    power, frequency = np.abs(np.fft.rfft(samples)) ** 2, np.fft.rfftfreq(len(samples), 1 / rate)
    return (power * frequency).sum() / power.sum()


@pytest.mark.parametrize("duration", [0.05, 0.11, 65.0])
def test_any_duration(duration):
    for name in ALL if duration < 10 else ("songbird", "distant thunder", "train", "rain", "church bell"):
        clip = synthesise(name, duration, 1, 16000)
        assert len(clip.samples) == round(duration * 16000) and np.isfinite(clip.samples).all(), name


@pytest.mark.parametrize("duration", [0.0, -1.0, float("nan"), 1e9])
def test_impossible_durations(duration):
    with pytest.raises(See2SoundError, match="cannot last"):
        synthesise("rain", duration, 0)


@pytest.mark.parametrize(
    ("controls", "code"),
    [
        (Controls({"wings": [(0.0, 1.0)]}), "parameter-unknown"),
        (Controls({"size": [(0.0, 99.0)]}), "parameter-invalid"),
        (Controls({"size": [(0.0, float("nan"))]}), "parameter-invalid"),
        (Controls({"size": [(2.0, 0.3), (1.0, 0.4)]}), "parameter-invalid"),
        (Controls({"size": []}), "parameter-invalid"),
        (Controls(events=[(float("inf"), 1.0)]), "parameter-invalid"),
    ],
)
def test_wrong_controls_are_one_clear_line(controls, code):
    with pytest.raises(See2SoundError) as caught:
        synthesise("dog", 1.0, 0, 48000, controls)
    assert caught.value.code == code and "\n" not in str(caught.value)


def test_a_class_without_events_says_so():
    with pytest.raises(See2SoundError, match="has no events"):
        synthesise("wind", 1.0, 0, 48000, Controls(events=[(0.1, 1.0)]))


def test_a_slow_envelope_is_positive_slow_and_closed():
    circle = Circle(RATE * 3, RATE, 0)
    envelope = circle.slow(2.0, 0.5)
    assert (envelope > 0).all() and abs(envelope[0] - envelope[-1]) < 1e-3
    power = np.abs(np.fft.rfft(np.log(envelope) - np.log(envelope).mean())) ** 2
    assert power[np.fft.rfftfreq(len(envelope), 1 / RATE) > 3.0].sum() < 1e-2 * power.sum()
