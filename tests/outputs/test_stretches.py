"""A mix in stretches, rendered apart and joined, has the bytes of the whole."""

import numpy as np
import pytest
from scenes import RATE, moving, noise, scene, source, write_wav

from see2sound_addon import cli, pipeline
from see2sound_addon.errors import See2SoundError
from see2sound_addon.planfile import write_plan
from see2sound_addon.soundscene import Air, Shoebox
from see2sound_addon.spatial.renderer import BLOCK


@pytest.fixture
def plan(tmp_path):
    """Moving, with air and a room that rings on from one stretch into the next."""
    times = np.linspace(0.0, 12.0, 30)
    one = source(moving(times, np.column_stack([2 * np.cos(times), 2 * np.sin(times), 0 * times])), "a", loop=True)
    one.clip = write_wav(tmp_path / "a.wav", noise(1.3))
    walls = ((0.2,) * 7,) * 6
    plan = scene([one], 12.0, air=Air(), room=Shoebox((0.0, 0.0, 0.0), (9.0, 8.0, 4.0), walls, order=1))
    write_plan(plan, tmp_path / "plan.json")
    return plan


@pytest.mark.parametrize(("layout", "more"), [("binaural", []), ("5.1", ["--bits", "24"]), ("stereo", ["--loudness", "-23"])])
def test_joined_parts_are_the_whole_to_the_bit(plan, tmp_path, capsys, layout, more):
    given = [str(tmp_path / "plan.json"), "--layout", layout]
    assert cli.main(["render", *given, "--out", str(tmp_path / "whole.wav"), *more]) == 0
    parts = [str(tmp_path / f"part_{number}.wav") for number in (1, 2, 3)]
    for number, part in enumerate(parts, 1):
        assert cli.main(["render", *given, "--part", f"{number}/3", "--out", part]) == 0
    assert cli.main(["join", parts[2], parts[0], parts[1], "--out", str(tmp_path / "joined.wav"), *more]) == 0
    assert (tmp_path / "joined.wav").read_bytes() == (tmp_path / "whole.wav").read_bytes()


def test_what_does_not_fit_together_is_said(plan, tmp_path):
    for number in (1, 2, 3):
        pipeline.mix_part(plan, "stereo", tmp_path / f"{number}.wav", number, 3)
    pipeline.mix_part(plan, "5.1", tmp_path / "other.wav", 2, 3)
    write_wav(tmp_path / "plain.wav", noise(0.1))
    one, two, three = (tmp_path / f"{number}.wav" for number in (1, 2, 3))
    wrong = [
        ([one, three], "missing at 2.73 s"), ([one, two], "A part is missing"), ([two, three], "missing at 0.00"),
        ([one, two, two, three], "twice"), ([one, tmp_path / "other.wav", three], "another mix"),
        ([one, tmp_path / "plain.wav"], "no part of a mix"), ([tmp_path / "gone.wav"], "no file"),
    ]  # fmt: skip
    for parts, words in wrong:
        with pytest.raises(See2SoundError, match=words):
            pipeline.join_parts(parts, tmp_path / "out.wav")
        assert not (tmp_path / "out.wav").exists()
    with pytest.raises(See2SoundError, match="one of the parts"):
        pipeline.join_parts([one, two, three], one)
    count = -(-12 * RATE // BLOCK)
    with pytest.raises(See2SoundError, match=f"at most {count}"):
        pipeline.mix_part(plan, "stereo", tmp_path / "out.wav", 1, count + 1)
    assert cli.main(["render", str(tmp_path / "plan.json"), "--layout", "stereo", "--part", "4/3", "--out", "x.wav"]) == 1
