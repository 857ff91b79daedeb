"""When sound arrives, how high and how loud, against closed forms."""

import numpy as np
import pytest
from scenes import RATE, SPEED, frequency_of, moving, noise, rendered, scene, source, tone

from see2sound_addon.soundscene import Cone, Fader, Trajectory
from see2sound_addon.spatial.delayline import Clip
from see2sound_addon.spatial.layouts import find_layout
from see2sound_addon.spatial.levels import distance_gain
from see2sound_addon.spatial.renderer import render


def click(at, length=RATE):
    clip = np.zeros(length, np.float32)
    clip[at] = 1.0
    return clip


@pytest.mark.parametrize("metres", [0.5, 3.7, 10.0, 100.0])
def test_a_click_arrives_after_distance_over_speed(metres):
    out = rendered(scene([source((metres, 0, 0), rolloff=0.0)]), [click(1000)], "mono")[0].astype(float)
    spectrum = np.fft.rfft(out)
    bins = np.arange(10, 4000)
    slope = np.polyfit(bins, np.unwrap(np.angle(spectrum[bins])), 1)[0]
    arrival = -slope * len(out) / (2 * np.pi)
    assert arrival == pytest.approx(1000 + metres / SPEED * RATE, abs=0.01)


@pytest.mark.parametrize("mach", [-0.3, -0.1, 0.1, 0.3])
def test_doppler_of_a_moving_source(mach):
    """f' = f / (1 - v/c) for a source that closes in with v; the listener stands still."""
    path = moving([0, 2], [[500 + 0, 0, 0], [500 - 2 * mach * SPEED, 0, 0]])
    plan = scene([source(path, rolloff=0.0, loop=True, start=-10)], duration=1.9)
    heard = rendered(plan, [tone(1000, 1.0)], "mono")[0][int(1.6 * RATE) : int(1.85 * RATE)]
    arrives_from_motion = frequency_of(heard)
    assert arrives_from_motion / 1000 == pytest.approx(1 / (1 - mach), rel=1e-4)


@pytest.mark.parametrize("mach", [-0.2, 0.1])
def test_doppler_of_a_moving_listener(mach):
    """f' = f (1 + v/c) for a listener that closes in with v."""
    ears = moving([0, 1], [[0, 0, 0], [mach * SPEED, 0, 0]])
    plan = scene([source((1000, 0, 0), rolloff=0.0, loop=True, start=-10)], listener=ears)
    heard = rendered(plan, [tone(1000, 1.0)], "mono")[0][4800:-4800]
    assert frequency_of(heard) / 1000 == pytest.approx(1 + mach, rel=1e-4)


def test_doppler_factor_zero_keeps_the_pitch_and_the_first_delay():
    path = moving([0, 1], [[34.33, 0, 0], [3.433, 0, 0]])
    plan = scene([source(path, rolloff=0.0, loop=True, start=-10)], doppler_factor=0.0)
    heard = rendered(plan, [tone(1000, 1.0)], "mono")[0]
    expected = np.sin(2 * np.pi * 1000 * (np.arange(RATE) / RATE - 0.1))
    assert np.abs(heard - expected).max() < 1e-3


def test_a_moving_tone_is_clean():
    """What is left of a fly-by tone after the best fit of the exact answer lies 75 dB below it."""
    speed, pass_by = 30.0, 5.0
    path = moving(np.linspace(0, 2, 49), [[speed * (t - 1), pass_by, 0] for t in np.linspace(0, 2, 49)])
    plan = scene([source(path, rolloff=0.0, loop=True, start=-10)], duration=2.0)
    heard = rendered(plan, [tone(8000, 1.0)], "mono")[0].astype(float)
    t = np.arange(len(heard)) / RATE
    # The emission time of uniform motion solves a quadratic: |p0 + v te|^2 = c^2 (t - te)^2.
    a = speed**2 - SPEED**2
    b = -2 * speed**2 + 2 * SPEED**2 * t
    c = speed**2 + pass_by**2 - SPEED**2 * t**2
    emitted = (-b + np.sqrt(b**2 - 4 * a * c)) / (2 * a)
    emitted = np.where(emitted > t, (-b - np.sqrt(b**2 - 4 * a * c)) / (2 * a), emitted)
    exact = np.sin(2 * np.pi * 8000 * emitted)
    inner = slice(RATE // 4, -2000)  # the sound from before the motion began has passed by then
    residual = heard[inner] - exact[inner]
    assert 10 * np.log10((residual**2).mean() / (exact[inner] ** 2).mean()) < -75


MODELS = {
    "inverse": lambda d, r, m, k: r / (r + k * (d - r)),
    "inverse_clamped": lambda d, r, m, k: r / (r + k * (min(max(d, r), m) - r)),
    "linear": lambda d, r, m, k: min(max(1 - k * (d - r) / (m - r), 0), 1),
    "linear_clamped": lambda d, r, m, k: min(max(1 - k * (min(max(d, r), m) - r) / (m - r), 0), 1),
    "exponent": lambda d, r, m, k: (d / r) ** -k,
    "exponent_clamped": lambda d, r, m, k: (min(max(d, r), m) / r) ** -k,
    "none": lambda d, r, m, k: 1.0,
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("distance", [0.5, 1.0, 3.0, 20.0, 80.0])
def test_distance_models_are_openal_s(model, distance):
    placed = source((distance, 0, 0), reference_distance=2.0, max_distance=50.0, rolloff=0.8)
    got = distance_gain(np.array([distance]), placed, model)[0]
    assert got == pytest.approx(MODELS[model](distance, 2.0, 50.0, 0.8), rel=1e-9)


def test_the_level_falls_by_six_decibels_a_doubling():
    levels = []
    for metres in (4.0, 8.0):
        out = rendered(scene([source((metres, 0, 0), loop=True, start=-10)]), [tone(1000, 1.0)], "mono")
        levels.append(10 * np.log10((out.astype(float) ** 2).mean()))
    assert levels[0] - levels[1] == pytest.approx(6.02, abs=0.01)


def test_a_cone_makes_a_source_quieter_behind():
    """A source faces along its local -Z: turned by 90 degrees about X it faces along +Y."""
    towards_y = Trajectory.fixed((0, 0, 0), (np.cos(np.pi / 4), np.sin(np.pi / 4), 0, 0))
    cone = Cone(np.radians(60), np.radians(120), 0.1)
    placed = source(towards_y, cone=cone, rolloff=0.0, loop=True, start=-10)
    in_front = rendered(scene([placed], listener=(0, 5, 0)), [noise()], "mono")
    behind = rendered(scene([placed], listener=(0, -5, 0)), [noise()], "mono")
    assert np.abs(in_front).max() / np.abs(behind).max() == pytest.approx(10.0, rel=1e-3)


def test_a_camera_cut_neither_clicks_nor_smears():
    times = np.array([0.0, 0.5 - 1e-6, 0.5, 1.0])
    ears = Trajectory(
        times, np.array([[0, 0, 0], [0, 0, 0], [20.0, 0, 0], [20.0, 0, 0]]), np.array([[1.0, 0, 0, 0]]), np.array([0.5])
    )
    plan = scene([source((10.0, 1.0, 0), loop=True, start=-10, rolloff=0.0)], listener=ears)
    heard = rendered(plan, [tone(500, 1.0)], "mono")[0].astype(float)
    steady = np.abs(np.diff(heard, 2))[:20000].max()
    assert np.abs(np.diff(heard, 2)).max() < 1.2 * steady
    assert frequency_of(heard[:20000]) == pytest.approx(500, abs=0.01)
    assert frequency_of(heard[26000:]) == pytest.approx(500, abs=0.01)


def test_a_source_at_the_listener_is_finite_and_one_far_away_is_quiet():
    near = rendered(scene([source((0, 0, 0), loop=True, start=-10)], distance_model="inverse"), [noise()], "ambix1")
    assert np.isfinite(near).all()
    far = rendered(scene([source((1e6, 0, 0), loop=True, start=-5000)]), [noise()], "ambix1")
    assert np.abs(far).max() < 1e-3


def test_a_loop_has_no_seam():
    clip = tone(480, 0.25)
    plan = scene([source((5, 0, 0), loop=True, start=-10, rolloff=0.0)])
    heard = rendered(plan, [clip], "mono")[0].astype(float)
    expected = np.sin(2 * np.pi * 480 * (np.arange(RATE) / RATE - 5 / SPEED))
    assert np.abs(heard - expected).max() < 1e-3


def test_pitch_plays_a_clip_faster():
    plan = scene([source((5, 0, 0), loop=True, start=-10, pitch=1.5)])
    assert frequency_of(rendered(plan, [tone(400, 1.0)], "mono")[0][2000:]) == pytest.approx(600, rel=1e-5)


@pytest.mark.parametrize("mach", [1.0, 2.0, 5.0])
@pytest.mark.parametrize("samples", [2, 49])
def test_faster_than_sound_is_bounded_heard_and_said(mach, samples):
    t = np.linspace(0, 2, samples)
    path = moving(t, np.stack([mach * SPEED * (t - 1), 5 + 0 * t, 0 * t], axis=1))
    notes = []
    plan = scene([source(path, loop=True, start=-10, rolloff=0.0)], duration=2.0)
    blocks = list(render(plan, [tone(500, 1.0)], find_layout("mono"), notes))
    heard = np.concatenate(blocks, axis=1)[0].astype(float)
    assert any("faster than 0.9 times the speed of sound" in note for note in notes)
    # At the speed of sound itself, what was sounded over a while arrives at once, as a boom: bounded, and without a click.
    assert np.abs(heard).max() < 25.0
    assert np.abs(np.diff(heard, 2)).max() < 3 * (2 * np.pi * 500 / RATE) ** 2 * np.abs(heard).max()
    near = heard[int(0.9 * RATE) : int(1.3 * RATE)]
    assert np.sqrt((near**2).mean()) > 0.2


def test_a_slow_source_is_not_called_fast():
    t = np.linspace(0, 2, 49)
    notes = []
    path = moving(t, np.stack([0.5 * SPEED * t, 5 + 0 * t, 0 * t], axis=1))
    list(render(scene([source(path, loop=True)]), [tone(500, 1.0)], find_layout("mono"), notes))
    assert notes == []


def test_pitch_folds_nothing_back():
    """18 kHz played twice as fast would be 36 kHz: silence, not 12 kHz."""
    plan = scene([source((5, 0, 0), loop=True, start=-10, pitch=2.0, rolloff=0.0)])
    assert np.abs(rendered(plan, [tone(18000, 1.0)], "mono")).max() < 1e-3


def test_gain_bounds_hold():
    near = source((0.2, 0, 0), reference_distance=1.0, rolloff=2.0, max_gain=1.0)
    far = source((1000, 0, 0), min_gain=0.5)
    assert distance_gain(np.array([0.2]), near, "inverse")[0] == 1.0
    assert distance_gain(np.array([1000.0]), far, "inverse")[0] == 0.5


def test_a_fader_moves_as_the_source_sounds_not_as_it_is_heard():
    """343.3 m away, faded out at one second: silent from two seconds on, not before."""
    fader = Fader(np.array([0.0, 0.99, 1.0]), np.array([0.0, 0.0, -120.0]))
    plan = scene([source((SPEED, 0, 0), loop=True, start=-10, rolloff=0.0, fader=fader)], duration=3.0)
    heard = rendered(plan, [tone(500, 1.0)], "mono")[0]
    assert np.abs(heard[int(1.9 * RATE) : int(1.98 * RATE)]).max() > 0.99
    assert np.abs(heard[int(2.01 * RATE) :]).max() < 1e-4


def test_what_doppler_lifts_beyond_hearing_does_not_fold_back():
    """16 kHz that closes in at 200 m/s would be 38 kHz: nothing, where folding would give 9.8 kHz."""
    path = moving([0, 2], [[600, 0, 0], [200, 0, 0]])
    plan = scene([source(path, rolloff=0.0, loop=True, start=-10)], duration=1.9)
    heard = rendered(plan, [tone(16000, 1.0)], "mono")[0][int(1.75 * RATE) :]
    assert np.abs(heard).max() < 0.03
    slow = rendered(plan, [tone(3000, 1.0)], "mono")[0][int(1.75 * RATE) : int(1.88 * RATE)]
    assert frequency_of(slow) == pytest.approx(3000 / (1 - 200 / SPEED), rel=1e-4)
    assert np.abs(slow).max() == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(("frequency", "decibels"), [(1000, -84), (8000, -84), (16000, -79), (20000, -73)])
def test_reading_between_samples(frequency, decibels):
    clip = Clip(tone(frequency, 1.0), False)
    moments = np.sort(np.random.default_rng(0).uniform(100, RATE - 100, 30000))
    error = np.array([clip.read(moments[i : i + 60]) for i in range(0, 30000, 60)]).ravel() - np.sin(
        2 * np.pi * frequency * moments / RATE
    )
    assert 10 * np.log10((error**2).mean() / 0.5) < decibels


def test_cuts_one_after_the_other_keep_the_level():
    times = np.array([0.0, 0.5, 0.503, 0.506, 0.509, 1.0])
    ears = Trajectory(times, np.zeros((6, 3)), np.array([[1.0, 0, 0, 0]]), times[1:5])
    heard = rendered(scene([source((5, 0, 0), loop=True, start=-10, rolloff=0.0)], listener=ears), [tone(500, 1.0)], "mono")[0]
    assert np.abs(heard).max() == pytest.approx(1.0, abs=0.01)


def test_an_exaggerated_doppler_shift_does_not_turn_time_around():
    path = moving([0, 2], [[5, 0, 0], [505, 0, 0]])
    notes = []
    ramp_up = np.linspace(-1, 1, RATE, dtype=np.float32)
    plan = scene([source(path, rolloff=0.0, loop=True, start=-10)], duration=1.9, doppler_factor=2.0)
    heard = np.concatenate(list(render(plan, [ramp_up], find_layout("mono"), notes)), axis=1)[0]
    assert np.median(np.diff(heard[RATE:])) >= 0.0
    assert notes


def test_a_long_path_s_curve_is_the_same_wherever_it_is_asked():
    """Curves are made piece by piece; SciPy's through all samples at once is the truth."""
    from scipy.interpolate import Akima1DInterpolator

    from see2sound_addon.spatial.motion import segments

    random = np.random.default_rng(1)
    times = np.cumsum(random.uniform(0.01, 0.1, 5000))
    points = np.cumsum(random.standard_normal((5000, 3)) * 0.01, axis=0)
    (path,), _ = segments(moving(times, points), 300.0)
    whole = Akima1DInterpolator(times, points, method="makima")
    for begin in (0.0, 100.0, 101.0, 40.0, times[-1] - 1.0):
        asked = np.linspace(begin, begin + 3.0, 500)
        assert path.positions(asked) == pytest.approx(whole(np.clip(asked, times[0], times[-1])), abs=1e-12)
