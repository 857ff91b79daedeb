"""What hides, bends and reflects sound, against closed forms, measured on rendered mixes where it can be heard."""

from dataclasses import replace

import numpy as np
import pytest
from meshes import body, box, flat_surface, geometry, joined, moved, path, quad, scene
from scenes import noise, rendered, tone

from see2sound_addon.acoustics.geometry import Geometry, Surface
from see2sound_addon.acoustics.trace import trace_acoustics
from see2sound_addon.materials import BANDS, MATERIALS
from see2sound_addon.planfile import plan_to_json
from see2sound_addon.soundscene import Shoebox
from see2sound_addon.spatial.room.images import image_of, images

SPEED = 343.3
ASKED = slice(1, 6)
"""The octaves from 250 Hz to 4 kHz."""


def band_levels(signal, rate=48000):
    """(bands,) dB of a sixth of an octave around each middle, so that slopes do not count."""
    power = np.abs(np.fft.rfft(signal)) ** 2
    frequency = np.fft.rfftfreq(len(signal), 1.0 / rate)
    return np.array([10.0 * np.log10(power[(frequency > b * 2**-0.08) & (frequency < b * 2**0.08)].sum()) for b in BANDS])


def only_ways(plan):
    """A plan with its direct sound and detours, without reflections and reverberation."""
    return replace(plan, room=None, sources=[replace(source, reflections=[], tail=None) for source in plan.sources])


def kurze_anderson(longer):
    """dB of a thin screen, an approximation of Maekawa's chart that is not the one in use (JASA 55, 1971)."""
    root = np.sqrt(2.0 * np.pi * 2.0 * longer * np.array(BANDS) / SPEED)
    return 5.0 + 20.0 * np.log10(root / np.tanh(root))


SCREENS = {
    "low barrier by a road": ((0, 0, 1.6), (0, 20, 0.8), 8.0, 3.0),
    "high barrier": ((0, 0, 1.6), (0, 20, 0.8), 8.0, 6.0),
    "near the source": ((0, 0, 1.6), (0, 30, 1.0), 28.0, 2.5),
    "near the listener": ((0, 0, 1.2), (0, 12, 1.0), 1.0, 1.8),
    "at an angle": ((0, 0, 1.6), (15, 20, 1.0), 10.0, 3.5),
}


@pytest.mark.parametrize("name", SCREENS)
def test_a_thin_screen_takes_what_maekawa_says(name):
    ear, mouth, place, height = SCREENS[name]
    screen = quad((-500, place, -200), (500, place, -200), (500, place, height), (-500, place, height))
    # The shortest way over a straight edge: both planes through it, unfolded into one.
    legs = np.hypot(place - ear[1], height - ear[2]) + np.hypot(mouth[1] - place, height - mouth[2])
    longer = np.hypot(legs, mouth[0] - ear[0]) - np.linalg.norm(np.subtract(mouth, ear))
    plan = scene(ear, mouth, speed_of_sound=SPEED)
    traced, _ = trace_acoustics(plan, geometry(screen, surfaces=[flat_surface(0.02)]))
    sound = [noise(1.0)]
    lost = band_levels(rendered(plan, sound, "mono")[0]) - band_levels(rendered(only_ways(traced), sound, "mono")[0])
    assert lost[ASKED] == pytest.approx(kurze_anderson(longer)[ASKED], abs=2.0)
    (detour,) = traced.sources[0].detours
    way = np.linalg.norm(detour.first[0] - ear) + detour.between[0] + np.linalg.norm(detour.last[0] - mouth)
    assert way - np.linalg.norm(np.subtract(mouth, ear)) == pytest.approx(longer, rel=0.03)
    # It is heard from the edge.
    assert detour.first[0][1:] == pytest.approx([place, height], abs=0.03)


def test_a_wall_of_brick_lets_through_what_the_mass_law_says():
    """24 cm of brick, so wide that nothing comes around; field incidence, 20 log10(m f) - 47."""
    slab = box((-3000, 10, -3000), (3000, 10.24, 3000))
    plan = scene((0, 0, 0), (0, 20, 0))
    traced, _ = trace_acoustics(plan, geometry(slab, surfaces=["brick"]))
    loss = -traced.sources[0].occlusion.octaves[0]
    assert loss[ASKED] == pytest.approx(20.0 * np.log10(0.24 * 1800.0 * np.array(BANDS))[ASKED] - 47.0, abs=3.0)
    sound = [noise(1.0)]
    free, heard = rendered(plan, sound, "mono")[0], rendered(only_ways(traced), sound, "mono")[0]
    assert (band_levels(free) - band_levels(heard))[1:4] == pytest.approx(loss[1:4], abs=1.5)


def test_thin_panes_hollow_houses_and_inside_out_walls():
    def loss(mesh, surface):
        traced, _ = trace_acoustics(scene((0, 0, 0), (0, 20, 0)), geometry(mesh, surfaces=[surface]))
        return -traced.sources[0].occlusion.octaves[0]

    f = np.array(BANDS)
    pane = quad((-900, 10, -900), (900, 10, -900), (900, 10, 900), (-900, 10, 900))
    assert loss(pane, "window") == pytest.approx(20 * np.log10(0.004 * 2500 * f) - 47, abs=0.2)
    # A closed body of 8 m is a house with a wall on either side, not 8 m of brick.
    house = loss(box((-900, 6, -900), (900, 14, 900)), "brick")
    assert house[0] == pytest.approx(2 * (20 * np.log10(0.115 * 1800 * 125.0) - 47), abs=0.2)
    vertices, triangles = box((-900, 10, -900), (900, 10.24, 900))
    assert loss((vertices, triangles[:, ::-1]), "brick") == pytest.approx(loss((vertices, triangles), "brick"), abs=1e-6)


def test_reflections_are_those_of_the_shoebox():
    """All 24 images up to the second order, while both move: 0.1 ms, 0.5 dB in every octave."""
    size, n = np.array((8.0, 6.0, 4.0)), 26
    walls = MATERIALS["wood panels"]
    ear = np.linspace((2.1, 2.2, 1.5), (3.3, 2.9, 1.6), n)
    mouth = np.linspace((6.7, 4.3, 1.2), (5.1, 1.3, 1.1), n)
    plan = scene(ear, mouth, speed_of_sound=SPEED)
    traced, _ = trace_acoustics(plan, geometry(box((0, 0, 0), size), surfaces=["wood panels"], frames=n, rate=25.0))
    found = traced.sources[0].reflections
    expected = list(images(Shoebox(tuple(size / 2), tuple(size), (walls,) * 6, order=2)))
    assert len(found) == len(expected) == 24
    for frame in (0, 12, 25):
        for image in expected:
            way = np.linalg.norm(image.mirror(mouth[frame : frame + 1])[0] - ear[frame])
            near = min(found, key=lambda one: np.linalg.norm(image_of(one).mirror(mouth[:1]) - image.mirror(mouth[:1])))
            own = np.linalg.norm(image_of(near).mirror(mouth[frame : frame + 1])[0] - ear[frame])
            assert abs(own - way) / SPEED < 1e-4
            level = 20 * np.log10(np.sqrt(1 - near.absorption) / own) - 20 * np.log10(image.reflectance / way)
            assert np.abs(level).max() < 0.5
            assert np.interp(frame / 25.0, near.times, near.gain) > 0.99


def test_a_mix_in_a_shoebox_mesh_is_that_in_a_shoebox():
    """The engine's own room and the traced one, sample by sample."""
    size, n = np.array((8.0, 6.0, 4.0)), 26
    plan = scene(
        np.linspace((2.1, 2.2, 1.5), (3.3, 2.9, 1.6), n), np.linspace((6.7, 4.3, 1.2), (5.1, 1.3, 1.1), n), speed_of_sound=SPEED
    )
    traced, _ = trace_acoustics(plan, geometry(box((0, 0, 0), size), surfaces=["wood panels"], frames=n, rate=25.0))
    room = Shoebox(tuple(size / 2), tuple(size), (MATERIALS["wood panels"],) * 6, order=2, tail=False)
    sound = [noise(1.0)]
    own = rendered(replace(plan, room=room), sound, "5.1")
    dry = replace(traced, room=None, sources=[replace(source, tail=None) for source in traced.sources])
    assert np.abs(rendered(dry, sound, "5.1") - own).max() < 10 ** (-50 / 20) * np.abs(own).max()


def test_a_reflection_ends_with_its_wall():
    """A listener walks along a wall of 4 m: its echo is there while the mirror shows the source, and comes and goes softly."""
    n = 201
    ear = np.linspace((-10, 0, 1.5), (10, 0, 1.5), n)
    wall = quad((-2, 5, 0), (2, 5, 0), (2, 5, 3), (-2, 5, 3))
    plan = scene(ear, ear + np.array((0.0, 0.2, 0.0)), seconds=8.0)
    traced, _ = trace_acoustics(plan, geometry(wall, rate=25.0, frames=n))
    (echo,) = traced.sources[0].reflections
    gain = np.interp(np.arange(n) / 25.0, echo.times, echo.gain)
    assert (gain[np.abs(ear[:, 0]) < 1.6] == 1.0).all() and (gain[np.abs(ear[:, 0]) > 2.4] == 0.0).all()
    assert np.abs(np.diff(gain)).max() < 0.4
    assert np.interp(2.0, ear[100:, 0], gain[100:]) == pytest.approx(0.5, abs=0.15)


def test_a_car_behind_a_house_fades_when_it_is_hidden():
    """Its direct sound falls by half within one frame of the sight line's end; it returns likewise, and is heard around the
    corners meanwhile."""
    n, rate = 251, 25.0
    along = np.linspace(-30.0, 30.0, n)
    mouth = np.stack([along, np.full(n, 30.0), np.full(n, 0.7)], axis=1)
    house = box((-4, 10, 0), (4, 18, 6))
    lawn = quad((-100, -100, 0), (100, -100, 0), (100, 100, 0), (-100, 100, 0))
    shape = geometry(house, lawn, surfaces=["brick", "grass"], rate=rate, frames=n)
    traced, notes = trace_acoustics(scene((0, 0, 1.6), mouth, seconds=10.0, rate=rate), shape)
    source = traced.sources[0]
    direct = np.interp(np.arange(n) / rate, source.occlusion.times, source.occlusion.octaves[:, 2])
    half = np.flatnonzero(np.diff((direct < -3.01).astype(int)))
    # The corner at (4, 10) is the one that hides: x = 12 at 30 m. The sound was emitted by its delay earlier.
    delay = np.hypot(12.0, 30.0) / 343.3
    for crossing, edge in zip(half, (-12.0, 12.0), strict=True):
        frame = (np.interp(edge, along, np.arange(n) / rate) + delay) * rate
        assert abs(crossing + 0.5 - frame) <= 1.0
    assert direct[half[0] + 5 : half[1] - 4].max() < -40.0 and direct[: half[0] - 5].min() > -0.1
    assert source.detours and notes == []
    sides = {round(float(detour.first[len(detour.first) // 2, 0])) for detour in source.detours}
    assert {-4, 4} <= sides
    # No detour leaps, and nothing is louder than in the open.
    level = _rms(only_ways(traced), 10.0)
    free = _rms(scene((0, 0, 1.6), mouth, seconds=10.0, rate=rate), 10.0)
    assert (level / free).max() < 1.1
    assert (level / free).min() > 10 ** (-25 / 20)


def _rms(plan, seconds):
    signal = rendered(plan, [tone(500.0, seconds)], "mono")[0]
    return np.sqrt((signal[: len(signal) // 4800 * 4800].reshape(-1, 4800) ** 2).mean(axis=1))[2:-2]


def test_a_truck_that_passes_hides_what_is_behind_it():
    """Moving occluders: the truck is between both from 4 to 6 s."""
    n, rate = 251, 25.0
    truck = body(box((-5, 9, 0), (5, 11.5, 4)), name="truck", poses=moved(np.linspace((-25, 0, 0), (25, 0, 0), n)))
    shape = Geometry([truck], [Surface.named("metal")], rate, n)
    traced, _ = trace_acoustics(scene((0, 0, 1.6), (0, 20, 1.0), seconds=10.0), shape)
    direct = np.interp([3.8, 4.2, 5.0, 5.8, 6.2], traced.sources[0].occlusion.times, traced.sources[0].occlusion.octaves[:, 2])
    assert direct[[0, 4]] == pytest.approx(0.0, abs=0.1)
    assert direct[1:4].max() < -15.0


def test_what_belongs_to_a_source_does_not_hide_it():
    n = 26
    poses = moved(np.linspace((0, 10, 0), (5, 10, 0), n))
    hull = body(box((-2, -1, 0), (2, 1, 1.5)), name="Hull", poses=poses, owners=("Hull", "Car"), group="Car")
    wheel = body(box((-2, -1.1, 0), (-1.4, -1, 0.6)), name="Wheel", poses=poses, owners=("Wheel", "Car"), group="Car")
    shape = Geometry([hull, wheel], [Surface.named("metal")], 25.0, n, {"Hull": "Car"})
    plan = scene((0, 0, 1), np.linspace((0, 10, 0.7), (5, 10, 0.7), n))
    plan.sources[0].object = "Hull"
    traced, notes = trace_acoustics(plan, shape)
    assert len(traced.sources[0].occlusion.octaves) == 0 and traced.sources[0].detours == [] and notes == []
    plan.sources[0].object = ""
    traced, notes = trace_acoustics(plan, shape)
    assert traced.sources[0].occlusion.octaves.max() < -10.0
    assert len(notes) == 1 and "'Hull'" in notes[0]


def test_a_fence_that_passes_does_not_flutter():
    """Bars of 6 cm every 20 cm pass a source at 5 m/s: about a third is hidden all the time."""
    n = 101
    bars = joined(*(quad((x, 5, 0), (x + 0.06, 5, 0), (x + 0.06, 5, 3), (x, 5, 3)) for x in np.arange(-40, 40, 0.2)))
    fence = body(bars, poses=moved(np.linspace((-10, 0, 0), (10, 0, 0), n)))
    traced, _ = trace_acoustics(
        scene((0, 0, 1.5), (0, 10, 1.5), seconds=4.0), Geometry([fence], [Surface.named("metal")], 25.0, n)
    )
    level = _rms(only_ways(traced), 4.0)
    assert 20 * np.log10(level.max() / level.min()) < 2.0
    fine = rendered(only_ways(traced), [tone(500.0, 4.0)], "mono")[0][9600:-9600]
    envelope = np.sqrt((fine[: len(fine) // 480 * 480].reshape(-1, 480) ** 2).mean(axis=1))
    assert np.abs(20 * np.log10(envelope[1:] / envelope[:-1])).max() < 0.5  # in 10 ms


def test_cuts_are_cuts():
    """The camera jumps from one side of a wall to the other."""
    slab = box((-500, 4.9, -500), (500, 5.1, 500))
    plan = scene((0, 10, 0), (0, 12, 0), seconds=2.0)
    listener = path((0.0, 10.0, 0.0))
    plan.listener = type(listener)(
        np.array([0.0, 0.999999, 1.0, 2.0]), np.array([(0, 0, 0), (0, 0, 0), (0, 10, 0), (0, 10, 0)], float),
        np.array([[1.0, 0, 0, 0]]), np.array([1.0]),
    )  # fmt: skip
    traced, _ = trace_acoustics(plan, geometry(slab, rate=25.0, frames=51))
    occlusion = traced.sources[0].occlusion
    before, after = np.interp([0.995, 1.0], occlusion.times, occlusion.octaves[:, 2])
    assert before < -40.0 and after == 0.0


def test_the_same_plan_gives_the_same_bytes():
    n = 51
    plan = scene(np.linspace((0, 0, 1.6), (4, 0, 1.6), n), np.linspace((-6, 25, 1), (6, 25, 1), n), (2, 30, 1), seconds=2.0)
    shape = geometry(box((-4, 10, 0), (4, 18, 6)), box((8, -5, 0), (9, 40, 8)), rate=25.0, frames=n)
    texts = {plan_to_json(trace_acoustics(plan, shape)[0]) for _ in range(3)}
    assert len(texts) == 1
