from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scenes import RATE, SPEED, angle_between, frequency_of, intensity_direction, moving, noise, rendered, scene, source, tone
from scipy.signal import butter, sosfiltfilt
from scipy.spatial.transform import Rotation

from see2sound_addon.errors import See2SoundError
from see2sound_addon.materials import BANDS, MATERIALS
from see2sound_addon.soundscene import Air, Cone, Ground, Response, Shoebox, Trajectory
from see2sound_addon.spatial.bands import filter_bands
from see2sound_addon.spatial.room import surroundings
from see2sound_addon.spatial.room.images import images, reverberation_time

REFERENCE = np.load(Path(__file__).parents[1] / "data" / "pyroomacoustics_images.npz")
ROOMS = ("plain", "hall", "odd")
FLAT = (0.3,) * 7


def click(seconds=0.1):
    samples = np.zeros(int(seconds * RATE), np.float32)
    samples[0] = 1.0
    return samples


def room_of(name, **more):
    """A room of the reference's, and where its listener and its source are; its corner is at the origin."""
    size = REFERENCE[f"{name} size"]
    walls = tuple(tuple(wall) for wall in REFERENCE[f"{name} walls"])
    return Shoebox(tuple(size / 2), tuple(size), walls, **more), REFERENCE[f"{name} listener"], REFERENCE[f"{name} source"]


def octave_energy_decay(response, hertz):
    """Schroeder's backward integral in dB, of one octave."""
    band = sosfiltfilt(butter(3, [hertz / 2**0.5, min(hertz * 2**0.5, 0.45 * RATE)], "band", fs=RATE, output="sos"), response)
    energy = np.cumsum((band**2)[..., ::-1], axis=-1)[..., ::-1]
    energy = energy if energy.ndim == 1 else energy.sum(axis=0)
    return 10 * np.log10(energy / energy[0] + 1e-30)


def time60(decay, high=-5.0, low=-35.0):
    inside = np.flatnonzero((decay < high) & (decay > low))
    slope = np.polyfit(inside / RATE, decay[inside], 1)[0]
    return -60.0 / slope


@pytest.mark.parametrize("name", ROOMS)
def test_the_images_are_those_of_pyroomacoustics(name):
    """Where they are and what every octave keeps, all 62 up to the third order; references/pyroomacoustics_images.py."""
    room, listener, place = room_of(name, order=3)
    found = images(room)
    points = np.array([image.mirror(place[None])[0] for image in found])
    kept = np.array([image.reflectance for image in found])
    assert len(found) == 62
    for expected, damping in zip(REFERENCE[f"{name} images"][1:], REFERENCE[f"{name} damping"][1:], strict=True):
        nearest = np.linalg.norm(points - expected, axis=1).argmin()
        assert points[nearest] == pytest.approx(expected, abs=1e-5)
        assert kept[nearest] == pytest.approx(damping, abs=1e-6)


@pytest.mark.parametrize("still", [True, False])
def test_reflections_arrive_when_and_as_loud_as_those_of_pyroomacoustics(still, monkeypatch):
    """The rendered response is the sum of its images, at 1 / distance each, to -60 dB from 50 Hz to 16 kHz: both where all
    reflections are one response and where each one travels."""
    if not still:
        monkeypatch.setattr(surroundings, "stands_still", lambda *_: False)
    room, listener, place = room_of("plain", order=3, tail=False)
    heard = rendered(scene([source(place)], 0.4, tuple(listener), room=room), [click()], "mono")[0]
    frequency = np.fft.rfftfreq(len(heard), 1 / RATE)
    distance, kept = REFERENCE["plain distance"], REFERENCE["plain damping"][:, 0]
    expected = ((kept / distance)[:, None] * np.exp(-2j * np.pi * frequency * (distance / SPEED)[:, None])).sum(axis=0)
    audible = (frequency > 50) & (frequency < 16000)
    error = np.fft.rfft(heard)[audible] - expected[audible]
    assert 10 * np.log10((np.abs(error) ** 2).sum() / (np.abs(expected[audible]) ** 2).sum()) < -60


def test_the_first_twenty_images_one_by_one():
    """Arrival to 0.1 sample and level to 0.1 dB, each image alone against all the others."""
    room, listener, place = room_of("hall", order=3, tail=False)
    room = replace(room, walls=(FLAT,) * 6)
    heard = rendered(scene([source(place)], 0.5, tuple(listener), room=room), [click()], "mono")[0]
    frequency = np.fft.rfftfreq(len(heard), 1 / RATE)
    order = np.argsort(REFERENCE["hall distance"])
    distance = REFERENCE["hall distance"][order]
    walls = np.rint(np.log(REFERENCE["hall damping"][order, 0]) / np.log(np.sqrt(0.9)))
    level = np.sqrt(0.7) ** walls / distance
    used = (frequency > 200) & (frequency < 15000)
    waves = level[:, None] * np.exp(-2j * np.pi * frequency[used] * (distance / SPEED)[:, None])
    rest = np.fft.rfft(heard)[used]
    slopes = -2j * np.pi * frequency[used] / RATE * waves  # what one sample of lateness would add
    fit = np.linalg.lstsq(np.concatenate([waves, slopes])[:, ::4].T, rest[::4], rcond=None)[0]
    gain, late = fit[: len(distance)], fit[len(distance) :] / fit[: len(distance)]
    assert np.abs(20 * np.log10(np.abs(gain[:21]))).max() < 0.1
    assert np.abs(late[:21]).max() < 0.1


def test_a_turned_room_sounds_the_same():
    room, listener, place = room_of("odd", order=2)
    turn = Rotation.from_euler("xyz", [0.4, -1.0, 2.0])
    turned = replace(room, centre=tuple(turn.apply(room.centre)), rotation=tuple(turn.as_quat()[[3, 0, 1, 2]]))
    heard = rendered(scene([source(place)], 0.3, tuple(listener), room=room), [click()], "mono")
    moved = rendered(scene([source(turn.apply(place))], 0.3, tuple(turn.apply(listener)), room=turned), [click()], "mono")
    assert np.abs(moved - heard).max() < 1e-5 * np.abs(heard).max()


def test_octaves_keep_what_the_wall_leaves_them():
    gains = np.array([0.9, 0.9, 0.5, 0.5, 0.5, 0.2, 0.2])
    for hertz, gain in ((60, 0.9), (1000, 0.5), (12000, 0.2)):
        wave = tone(hertz, 0.5)
        filtered = filter_bands(wave, gains, RATE)[4000:-4000]
        assert np.abs(filtered).max() == pytest.approx(gain, rel=0.04)
    assert np.abs(filter_bands(noise(), np.ones(7), RATE) - noise()[512:-512]).max() < 1e-6


@pytest.mark.parametrize("layout", ["mono", "7.1.4", "ambix2", "binaural"])
def test_reverberation_lasts_as_long_as_eyring_says(layout):
    """T30 of every octave within 10 % of pyroomacoustics' number, with noise of several seeds to tell it exactly."""
    room, listener, place = room_of("hall", order=2)
    heard = np.concatenate([
        rendered(scene([source(place)], 4.0, tuple(listener), room=room, seed=seed), [click()], layout)
        for seed in range(1 if layout in ("7.1.4", "ambix2") else 4)
    ])  # fmt: skip
    heard = heard[np.abs(heard).max(axis=1) > 0]
    for hertz, expected in zip(BANDS, REFERENCE["hall eyring"], strict=True):
        assert time60(octave_energy_decay(heard, hertz)) == pytest.approx(expected, rel=0.10), hertz


def test_air_shortens_high_reverberation():
    room, _, _ = room_of("hall")
    dry, damp = reverberation_time(room, SPEED, None), reverberation_time(room, SPEED, Air())
    assert dry[:-1] == pytest.approx(REFERENCE["hall eyring"][:-1], rel=1e-3)
    # Kuttruff, "Room Acoustics": 4 m V of air beside A; m at 8 kHz, 20 degrees, 50 % is 0.105 dB / m of ISO 9613-1.
    size = np.array(room.size)
    surface, volume = 2 * (size[[0, 1, 2]] * size[[1, 2, 0]]).sum(), size.prod()
    walls = -surface * np.log(1 - 0.35)
    assert damp[6] == pytest.approx(55.26 / SPEED * volume / (walls + 4 * 0.105 / 4.343 * volume), rel=0.02)


def test_the_tail_goes_on_where_the_reflections_end():
    """With few reflections and noise, or with many: the same energy over time, within 1.5 dB."""
    room, listener, place = room_of("plain")

    def energy(order, tail, seed):
        plan = scene([source(place)], 0.4, tuple(listener), room=replace(room, order=order, tail=tail), seed=seed)
        heard = rendered(plan, [click()], "mono")[0]
        # All images of a click are positive and pile up at low frequencies; above, they add in power.
        heard = sosfiltfilt(butter(3, 1000, "high", fs=RATE, output="sos"), heard) ** 2
        edges = (np.array([0.025, 0.04, 0.05, 0.06]) * RATE).astype(int)
        return np.array([heard[a:b].sum() for a, b in zip(edges[:-1], edges[1:], strict=True)])

    many = energy(10, False, 0)
    for order in (0, 1, 3):
        few = np.mean([energy(order, True, seed) for seed in range(6)], axis=0)
        assert np.abs(10 * np.log10(few / many)).max() < 1.5


def test_the_tail_is_diffuse_in_every_layout():
    room, listener, place = room_of("hall", order=0)
    plan = scene([source(place)], 2.0, tuple(listener), room=room)
    late = slice(int(0.15 * RATE), int(1.0 * RATE))
    heard = rendered(plan, [click()], "7.1.4")[:, late]
    heard = heard[np.abs(heard).max(axis=1) > 0]
    assert len(heard) == 11
    assert np.abs(np.corrcoef(heard) - np.eye(11)).max() < 0.1
    assert np.ptp(10 * np.log10((heard**2).sum(axis=1))) < 1.5
    ambix = rendered(plan, [click()], "ambix3")[:, late]
    order = np.floor(np.sqrt(np.arange(16)))
    assert (ambix**2).mean(axis=1) * (2 * order + 1) == pytest.approx(np.full(16, (ambix[0] ** 2).mean()), rel=0.25)
    ears = rendered(plan, [click()], "binaural")[:, late]
    high = sosfiltfilt(butter(3, 1500, "high", fs=RATE, output="sos"), ears)
    assert abs(np.corrcoef(high)[0, 1]) < 0.25
    assert 10 * np.log10((ears[0] ** 2).sum() / (ears[1] ** 2).sum()) == pytest.approx(0.0, abs=1.0)
    # As much energy as the loudspeakers': the head's response has the mean power 1 around the middle frequencies.
    assert 10 * np.log10((rendered(plan, [click()], "mono")[0, late] ** 2).sum() / (heard**2).sum()) == pytest.approx(0, abs=1)


def test_the_ground_reflects_with_its_own_delay_and_level():
    plan = scene([source((0, 10, 2))], 0.2, (0, 0, 1.5), room=Ground(0.0, FLAT))
    heard = rendered(plan, [click()], "mono")[0]
    direct, reflected = np.hypot(10, 0.5), np.hypot(10, 3.5)
    for distance, gain in ((direct, 1.0), (reflected, np.sqrt(0.7))):
        arrival = distance / SPEED * RATE
        assert heard[round(arrival) - 8 : round(arrival) + 9].sum() == pytest.approx(gain / distance, rel=0.02)


def test_a_reflection_has_a_doppler_shift_of_its_own():
    """A source that flies from the listener towards a wall: lower directly, higher from the wall."""
    speed = 20.0
    path = moving([0, 1], [(0, 5, 0), (0, 5 + speed, 0)])
    room = Shoebox(
        (0, 50, 0), (200, 200, 200), (MATERIALS["open"],) * 3 + ((0.0,) * 7,) + (MATERIALS["open"],) * 2, order=1, tail=False
    )
    plan = scene([source(path)], 2.0, (0, 0, 0), room=room, distance_model="none")
    heard = rendered(plan, [tone(1000, 2.0)], "mono")[0]
    late = heard[int(0.9 * RATE) : int(1.05 * RATE)]
    spectrum = np.abs(np.fft.rfft(late * np.hanning(len(late)), 1 << 18))
    frequency = np.fft.rfftfreq(1 << 18, 1 / RATE)
    below, above = frequency < 1000, frequency >= 1000
    assert frequency[below][spectrum[below].argmax()] == pytest.approx(1000 / (1 + speed / SPEED), rel=2e-3)
    assert frequency[above][spectrum[above].argmax()] == pytest.approx(1000 / (1 - speed / SPEED), rel=2e-3)


def test_reflections_come_from_where_the_walls_are():
    """Only the wall on the left is there: what follows the direct sound comes from beyond it."""
    walls = (MATERIALS["open"],) * 3 + ((0.0,) * 7,) + (MATERIALS["open"],) * 2
    plan = scene([source((5, 0, 0))], 0.3, (0, 0, 0), room=Shoebox((0, 0, 0), (20, 12, 20), walls, order=1, tail=False))
    heard = rendered(plan, [click()], "ambix1")
    late = int((np.hypot(5, 12) / SPEED - 0.002) * RATE)
    assert angle_between(intensity_direction(heard[:, late:]), (5, 12, 0)) < 0.5


def test_moving_and_still_sources_hear_the_same_room(monkeypatch):
    room, listener, place = room_of("odd", order=2)
    plan = scene([source(place, cone=Cone(1.0, 2.0, 0.3))], 1.0, tuple(listener), room=room, air=Air())
    for layout, bound in (("5.1", -55), ("ambix2", -55), ("binaural", -40)):
        still = rendered(plan, [noise()], layout)
        with monkeypatch.context() as patch:
            patch.setattr(surroundings, "stands_still", lambda *_: False)
            travelling = rendered(plan, [noise()], layout)
        assert 10 * np.log10(((still - travelling) ** 2).sum() / (still**2).sum()) < bound, layout


@pytest.mark.parametrize("layout", ["7.1.4", "binaural", "ambix1"])
def test_any_part_of_a_mix_in_a_room_equals_that_part_of_the_whole(layout):
    room, listener, place = room_of("hall", order=2)
    path = moving([0, 4], [place, place + np.array([-3.0, 1.0, 0.2])])
    plan = scene([source(place, loop=True), source(path, "b", loop=True)], 4.0, tuple(listener), room=room)
    clips = [noise(0.7), noise(0.9, 1)]
    whole = rendered(plan, clips, layout)
    part = rendered(plan, clips, layout, start=130001, stop=150000)
    assert (part == whole[:, 130001:150000]).all()
    for end in (32768, 32700, 65536, 131072):  # where blocks end
        assert (rendered(plan, clips, layout, start=0, stop=end) == whole[:, :end]).all()


@pytest.mark.parametrize("loop", [False, True])
def test_the_tail_of_a_quieter_source_is_as_much_quieter(loop):
    room, listener, place = room_of("hall", order=0)
    mixes = [
        rendered(scene([source(place, loop=loop, gain_db=gain)], 1.0, tuple(listener), room=room), [noise(0.4)], "5.1")
        for gain in (0.0, -20.0)
    ]
    assert np.abs(mixes[0][:, int(0.6 * RATE) :]).max() > 1e-4
    assert np.abs(mixes[1] - 0.1 * mixes[0]).max() < 1e-6


def test_synchronous_sources_keep_the_times_of_their_reflections():
    room, listener, place = room_of("plain", order=1, tail=False)
    late = rendered(scene([source(place)], 0.3, tuple(listener), room=room), [click()], "mono")[0]
    early = rendered(scene([source(place, synchronous=True)], 0.3, tuple(listener), room=room), [click()], "mono")[0]
    delay = REFERENCE["plain distance"].min() / SPEED * RATE
    frequency = np.fft.rfftfreq(len(late))
    moved = np.fft.irfft(np.fft.rfft(late) * np.exp(2j * np.pi * frequency * delay), len(late))
    assert np.abs(np.fft.rfft(early - moved))[frequency < 0.3].max() < 1e-3


def test_a_listener_outside_the_room_is_an_error():
    room, listener, place = room_of("plain")
    leaving = moving([0, 1], [listener, (20.0, 0, 0)])
    for ears in ((20.0, 0, 0), leaving):
        with pytest.raises(See2SoundError) as caught:
            rendered(scene([source(place)], 1.0, ears, room=room), [click()], "mono")
        assert caught.value.code == "room-outside"
    with pytest.raises(See2SoundError, match="below the ground"):
        rendered(scene([source((0, 0, 1))], 1.0, (0, 0, -1), room=Ground(0.0, FLAT)), [click()], "mono")


def test_a_source_outside_the_room_is_heard_without_it_and_said_so():
    room, listener, place = room_of("plain", order=2)
    notes = []
    heard = rendered(scene([source((30, 0, 0))], 0.5, tuple(listener), room=room), [click()], "mono", notes)
    alone = rendered(scene([source((30, 0, 0))], 0.5, tuple(listener)), [click()], "mono")
    assert np.abs(heard - alone).max() < 1e-7
    assert any("not in the room all the time" in note for note in notes)


def response_plan(**more):
    return scene([source((0, 2, 0))], 0.5, (0, 0, 0), room=Response(Path("ir.wav"), **more))


def only_response(layout, response, listener=None, **more):
    """What a measured response adds, alone."""
    plan = response_plan(**more)
    if listener is not None:
        plan.listener = listener
    heard = rendered(plan, [click()], layout, response=np.asarray(response, np.float32))
    plan.room = None
    return heard - rendered(plan, [click()], layout)


def test_a_stereo_response_comes_from_left_and_right():
    response = np.zeros((2, 4800))
    response[0, 1000], response[1, 2000] = 0.5, 0.25
    heard = only_response("stereo", response, gain_db=-6.0)
    assert heard[0, 1000] == pytest.approx(0.5 * 10 ** (-6 / 20), rel=1e-4)
    assert heard[1, 2000] == pytest.approx(0.25 * 10 ** (-6 / 20), rel=1e-4)
    assert np.abs(heard).sum(axis=1) == pytest.approx(np.abs(heard).max(axis=1), rel=1e-2)


def test_a_mono_response_comes_from_everywhere():
    random = np.random.default_rng(3)
    response = random.standard_normal((1, 9600)) * np.exp(-np.arange(9600) / 2000)
    heard = only_response("5.1", response)
    heard = heard[np.abs(heard).max(axis=1) > 1e-6]
    assert len(heard) == 5
    assert np.abs(np.corrcoef(heard) - np.eye(5)).max() < 0.15
    assert (heard**2).sum() == pytest.approx((response**2).sum(), rel=0.05)


@pytest.mark.parametrize("order", [1, 3])
def test_an_ambisonic_response_stays_where_it_is_as_the_listener_turns(order):
    """A reflection from the west: the listener who turns to it has it in front."""
    from see2sound_addon.spatial.ambisonics import encode

    response = np.zeros(((order + 1) ** 2, 2400))
    response[:, 500] = encode(np.array([[0.0, 1.0, 0.0]]), order)[0]
    turned = Trajectory.fixed((0, 0, 0), (np.cos(np.pi / 4), 0, 0, np.sin(np.pi / 4)))
    five = only_response("5.1", response, turned)
    azimuth = np.radians([30, -30, 0, 0, 110, -110])
    energy = (five**2).sum(axis=1) * np.exp(1j * azimuth)
    assert five[3] == pytest.approx(0.0)
    assert np.degrees(np.angle(energy.sum())) == pytest.approx(0.0, abs=1.0)
    assert abs(energy.sum()) / (five**2).sum() > (0.5 if order == 1 else 0.7)
    assert only_response(f"ambix{order}", response, turned)[:4, 500] == pytest.approx([1, 0, 0, 1], abs=1e-5)
    assert only_response("mono", response)[0, 500] == pytest.approx(1.0, abs=1e-5)
    ahead, left = only_response("binaural", response, turned), only_response("binaural", response)
    assert 10 * np.log10((ahead[0] ** 2).sum() / (ahead[1] ** 2).sum()) == pytest.approx(0.0, abs=1.0)
    assert 10 * np.log10((left[0] ** 2).sum() / (left[1] ** 2).sum()) > 6.0
    # On time: the wave reaches the middle of the head at sample 500.
    assert np.abs(ahead).max(axis=0).argmax() == pytest.approx(500, abs=25)


def test_a_listener_who_turns_slowly_hears_no_steps():
    """A steady tone from all sides of a turning listener in AmbiX-1: W stays, X and Y follow cosine and sine."""
    response = np.zeros((4, 64))
    response[[0, 3], 0] = 1.0
    angle = np.linspace(0, np.pi / 2, 50)
    rotations = np.stack([np.cos(angle / 2), 0 * angle, 0 * angle, np.sin(angle / 2)], axis=1)
    plan = response_plan()
    plan.listener = Trajectory(np.linspace(0, 0.5, 50), np.zeros((1, 3)), rotations)
    clip = tone(1000, 0.5)
    heard = rendered(plan, [clip], "ambix1", response=response.astype(np.float32))
    plan.room = None
    heard = heard - rendered(plan, [clip], "ambix1")
    turn = np.pi / 2 * np.arange(heard.shape[1]) / RATE / 0.5
    inner = slice(2000, -2000)
    assert np.abs(heard[3] - clip * np.cos(turn))[inner].max() < 1e-3
    assert np.abs(heard[1] + clip * np.sin(turn))[inner].max() < 1e-3


def test_frequency_of_a_reflection_with_everything_still_is_the_source_s():
    room, listener, place = room_of("plain", order=3, tail=False)
    heard = rendered(scene([source(place)], 1.0, tuple(listener), room=room), [tone(1000, 2.0)], "mono")[0]
    assert frequency_of(heard[RATE // 4 :]) == pytest.approx(1000.0, rel=1e-6)


@pytest.mark.parametrize("synchronous", [False, True])
def test_nothing_is_heard_before_the_direct_sound(synchronous):
    room, listener, place = room_of("hall", order=1)
    plan = scene([source(place, synchronous=synchronous)], 0.5, tuple(listener), room=room)
    heard = rendered(plan, [click()], "5.1")
    direct = 0 if synchronous else int(REFERENCE["hall distance"].min() / SPEED * RATE)
    before = max(0, direct - int(0.012 * RATE))
    assert np.abs(heard[:, :before]).max(initial=0.0) < 1e-4 * np.abs(heard).max()
    assert np.abs(heard[:, direct + 4800 :]).max() > 1e-3 * np.abs(heard).max()
