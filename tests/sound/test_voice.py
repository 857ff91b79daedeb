import numpy as np
import pytest

from see2sound_addon.errors import See2SoundError
from see2sound_addon.sound.generator import MODELS, choose_model, synthesise
from see2sound_addon.sound.levels import FARTHEST_REFERENCE, FULL_SCALE, TYPICAL_LEVELS
from see2sound_addon.sound.periodic import Circle

RATE = 48000
PROMPTS = {
    "calm water lapping": "calm water", "a waterfall": "waterfall", "heavy rain": "rain", "wind in leaves": "wind in leaves",
    "fire crackling": "fire", "rocket engine roar": "rocket roar", "distant thunder": "thunder",
    "car engine idling": "engine", "train on rails": "train", "steam locomotive chuffing": "steam train",
    "people talking": "crowd murmur", "birds singing": "birds", "city street ambience": "city ambience",
}  # fmt: skip


def spectrum(samples):
    power = np.abs(np.fft.rfft(np.asarray(samples, float))) ** 2
    return np.fft.rfftfreq(len(samples), 1 / RATE), power


def centroid(samples):
    frequency, power = spectrum(samples)
    return (frequency * power).sum() / power.sum()


@pytest.mark.parametrize(("prompt", "model"), PROMPTS.items())
def test_words_choose_the_model(prompt, model):
    assert choose_model(prompt) == model


def test_there_are_twelve_models_and_a_prompt_for_each():
    assert len({choose_model(p) for p in PROMPTS} - {"steam train"}) == 12
    assert set(PROMPTS.values()) == set(MODELS)


def test_an_unknown_prompt_gets_a_neutral_texture_and_says_so():
    voice = synthesise("xyzzy", 1.0, 0)
    assert voice.model == "neutral"
    assert "xyzzy" in voice.notes[0]
    assert np.abs(voice.samples).max() > 0.0


@pytest.mark.parametrize("prompt", [*PROMPTS, "unknown"])
def test_a_clip_is_exact_loud_as_its_kind_and_the_same_again(prompt):
    voice = synthesise(prompt, 3.217, 5)
    assert voice.samples.shape == (round(3.217 * RATE),)
    assert voice.samples.dtype == np.float32
    assert np.abs(voice.samples).max() <= 0.8913
    assert (synthesise(prompt, 3.217, 5).samples == voice.samples).all()
    assert not (synthesise(prompt, 3.217, 6).samples == voice.samples).all()
    # At one metre: what the file holds, and what its reference distance adds under the inverse law.
    rms = 20 * np.log10(np.sqrt((voice.samples.astype(float) ** 2).mean()))
    level = FULL_SCALE + rms + 20 * np.log10(voice.reference_distance)
    expected = TYPICAL_LEVELS[{"steam train": "train"}.get(voice.model, voice.model)]
    assert level == pytest.approx(expected, abs=0.1) or (voice.reference_distance == FARTHEST_REFERENCE and level < expected)


@pytest.mark.parametrize("prompt", [*PROMPTS, "unknown"])
def test_a_loop_has_no_seam(prompt):
    """Where the clip meets its beginning, it changes no more abruptly than elsewhere."""
    samples = synthesise(prompt, 4.0, 2).samples.astype(float)
    circle = np.concatenate([samples, samples])
    jumps = np.abs(np.diff(circle, 2))
    seam = jumps[len(samples) - 3 : len(samples) + 2].max()
    assert seam <= np.percentile(jumps, 99.99)


@pytest.mark.parametrize("duration", [0.05, 0.1, 0.77, 65.0])
def test_any_duration(duration):
    for prompt in (*PROMPTS, "unknown") if duration < 10 else ("birds", "thunder", "train", "rain"):
        voice = synthesise(prompt, duration, 1)
        assert len(voice.samples) == round(duration * RATE)
        assert np.isfinite(voice.samples).all()


@pytest.mark.parametrize("duration", [0.0, -1.0, float("nan"), 1e9])
def test_impossible_durations(duration):
    with pytest.raises(See2SoundError, match="cannot last"):
        synthesise("rain", duration, 0)


def test_an_engine_fires_thirty_times_a_second():
    """900 turns a minute, four cylinders, four strokes: two firings a turn."""
    samples = synthesise("car engine", 8.0, 3).samples.astype(float)
    envelope_frequency, power = spectrum(samples)
    near = (envelope_frequency > 24) & (envelope_frequency < 36)
    assert envelope_frequency[near][power[near].argmax()] == pytest.approx(30.0, abs=0.2)


def test_a_steam_train_chuffs_between_three_and_four_times_a_second():
    samples = synthesise("steam locomotive", 10.0, 3).samples.astype(float)
    envelope = np.abs(samples)
    frequency, power = spectrum(envelope - envelope.mean())
    slow = (frequency > 1) & (frequency < 8)
    assert 3.0 < frequency[slow][power[slow].argmax()] < 4.2


def test_sounds_have_the_spectra_of_their_kinds():
    brightness = {prompt: centroid(synthesise(prompt, 5.0, 1).samples) for prompt in PROMPTS}
    assert brightness["rocket engine roar"] < 600 and brightness["distant thunder"] < 300
    assert 2500 < brightness["birds singing"] < 6500
    assert brightness["heavy rain"] > 3000 and brightness["wind in leaves"] > 2000
    assert brightness["city street ambience"] < 1500
    # The rocket's haystack peaks near 60 Hz.
    frequency, power = spectrum(synthesise("rocket roar", 20.0, 1).samples)
    octave = [power[(frequency >= f / 2**0.5) & (frequency < f * 2**0.5)].sum() for f in (15, 30, 60, 120, 240, 480, 960)]
    assert int(np.argmax(octave)) in (2, 3)


def test_crackles_are_rarer_than_noise():
    """Fire is impulsive: its kurtosis lies far above that of the steady waterfall."""

    def kurtosis(samples):
        x = samples.astype(float) / samples.std()
        return (x**4).mean()

    assert kurtosis(synthesise("fire", 6.0, 1).samples) > 6.0
    assert kurtosis(synthesise("waterfall", 6.0, 1).samples) < 3.5


def test_a_slow_envelope_is_positive_slow_and_closed():
    circle = Circle(RATE * 3, RATE, 0)
    envelope = circle.slow(2.0, 0.5)
    assert (envelope > 0).all()
    assert abs(envelope[0] - envelope[-1]) < 1e-3
    frequency, power = spectrum(np.log(envelope) - np.log(envelope).mean())
    assert power[frequency > 3.0].sum() < 1e-2 * power.sum()
