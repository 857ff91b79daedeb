"""Moving pictures, written by other libraries: PyAV, OpenCV and Pillow."""

import fractions
import tracemalloc

import cv2
import numpy as np
import pytest
from PIL import Image

from see2sound_addon.errors import See2SoundError
from see2sound_addon.media.moving import is_moving, open_moving

av = pytest.importorskip("av")
SIZE = (96, 64)


def picture(number, size=SIZE):
    """Grey of a level that tells the number, with a red upper left corner."""
    pixels = np.full((size[1], size[0], 3), 30 + 4 * number, np.uint8)
    pixels[: size[1] // 4, : size[0] // 4] = (255, 0, 0)
    return pixels


def number_of(pixels):
    return round((float(pixels[-20:, -20:].mean()) - 30) / 4)


def write(path, times, codec="libx264", size=SIZE, metadata=None):
    """A video whose frames are shown at `times` in seconds."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=1000)
        stream.bit_rate = 4_000_000
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.time_base = stream.time_base = fractions.Fraction(1, 1000)
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(picture(number, size), "rgb24")
            frame.pts, frame.time_base = round(time * 1000), fractions.Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp4", "libx264"), ("a.mov", "mpeg4"), ("a.mkv", "libx264"), ("a.webm", "libvpx-vp9"), ("a.avi", "mjpeg")],
)
def test_videos_are_read_frame_by_frame(tmp_path, name, codec):
    path = tmp_path / name
    if name.endswith("avi"):
        out = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 25, SIZE)
        for number in range(40):
            out.write(picture(number)[..., ::-1])
        out.release()
    else:
        write(path, np.arange(40) / 25, codec)
    assert is_moving(path)
    moving = open_moving(path)
    frames = list(moving.read())
    assert moving.size == SIZE and len(frames) == 40
    assert [number_of(frame.pixels) for frame in frames] == list(range(40))
    np.testing.assert_allclose([frame.time for frame in frames], np.arange(40) / 25, atol=1e-3)
    assert frames[0].pixels[3, 3, 0] > 200 > 60 > frames[0].pixels[3, 3, 2]  # red, not blue
    assert moving.notes == []


@pytest.mark.parametrize("name", ["v.mp4", "v.mkv"])
def test_a_variable_frame_rate_keeps_its_times(tmp_path, name):
    times = np.cumsum(np.where(np.arange(40) % 3 == 0, 0.1, 0.02))
    times -= times[0]
    write(tmp_path / name, times)
    moving = open_moving(tmp_path / name)
    np.testing.assert_allclose([frame.time for frame in moving.read()], times, atol=1.1e-3)
    assert moving.rate == pytest.approx(39 / times[-1], rel=0.1)


@pytest.mark.parametrize("times", [np.arange(240) / 24, np.cumsum(np.where(np.arange(240) % 3 == 0, 0.1, 0.02))])
@pytest.mark.parametrize("name", ["r.mp4", "r.mkv"])
def test_only_the_range_is_given(tmp_path, name, times):
    times = times - times[0]
    path = tmp_path / name
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=1000, options={"g": "12"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.codec_context.time_base = stream.time_base = fractions.Fraction(1, 1000)
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(picture(number % 50), "rgb24")
            frame.pts, frame.time_base = round(time * 1000), fractions.Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    moving = open_moving(path)
    frames = list(moving.read(150, 160))
    wanted = [n for n, time in enumerate(times) if 148.75 <= time * moving.rate < 159.75]
    assert [number_of(frame.pixels) for frame in frames] == [n % 50 for n in wanted]
    np.testing.assert_allclose([frame.time for frame in frames], times[wanted], atol=1.1e-3)


def test_a_turned_phone_video_is_upright(tmp_path):
    flat, turned = tmp_path / "flat.mp4", tmp_path / "turned.mp4"
    write(flat, np.arange(10) / 25)
    with av.open(str(flat)) as source, av.open(str(turned), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    data = turned.read_bytes()  # PyAV writes no display matrix: turn that of the track header by hand (ISO 14496-12, 8.3.2)
    at = data.index(b"tkhd") + 4 + 4 + 20 + 16
    one, minus = (0x10000).to_bytes(4, "big"), (0x100000000 - 0x10000).to_bytes(4, "big")
    zero = bytes(4)
    turned.write_bytes(
        data[:at] + zero + one + zero + minus + zero + zero + zero + zero + (0x40000000).to_bytes(4, "big") + data[at + 36 :]
    )
    moving = open_moving(turned)
    assert moving.size == (SIZE[1], SIZE[0])
    pixels = next(iter(moving.read())).pixels
    assert pixels.shape == (SIZE[0], SIZE[1], 3)
    assert pixels[3, -3, 0] > 200 > 60 > pixels[3, -3, 2]  # the corner went from upper left to upper right


@pytest.mark.parametrize(("name", "kind"), [("a.gif", "GIF"), ("a.png", "PNG"), ("a.apng", "PNG"), ("a.webp", "WEBP")])
def test_animations_are_read_with_their_own_times(tmp_path, name, kind):
    images = [Image.fromarray(picture(number)) for number in range(6)]
    holds = [100, 40, 40, 200, 60, 100]
    more = {"lossless": True} if kind == "WEBP" else {}
    images[0].save(tmp_path / name, kind, save_all=True, append_images=images[1:], duration=holds, loop=0, **more)
    assert is_moving(tmp_path / name)
    moving = open_moving(tmp_path / name)
    frames = list(moving.read())
    assert [number_of(frame.pixels) for frame in frames] == list(range(6))
    np.testing.assert_allclose([frame.time for frame in frames], np.cumsum([0, *holds[:-1]]) / 1000, atol=0.006)
    assert moving.seconds == pytest.approx(sum(holds) / 1000, abs=0.07)


def test_a_gif_of_one_frame_and_pictures_are_stills(tmp_path):
    Image.fromarray(picture(1)).save(tmp_path / "one.gif")
    Image.fromarray(picture(1)).save(tmp_path / "one.png")
    (tmp_path / "broken.gif").write_bytes(b"GIF89a" + b"\0" * 9)
    assert not any(is_moving(tmp_path / name) for name in ("one.gif", "one.png", "broken.gif", "missing.gif"))


@pytest.mark.parametrize("suffix", ["png", "exr"])
def test_numbered_pictures_by_pattern_and_by_folder(tmp_path, suffix):
    for number in (1, 2, 3, 6, 7):
        values = picture(number)[..., ::-1]
        cv2.imwrite(
            str(tmp_path / f"f_{number:04d}.{suffix}"), values if suffix == "png" else (values / 255).astype(np.float32)
        )
    (tmp_path / "f_x.png").write_bytes(b"")
    for path in (tmp_path / f"f_####.{suffix}", tmp_path):
        assert is_moving(path)
        moving = open_moving(path, rate=10)
        frames = list(moving.read())
        np.testing.assert_allclose([frame.time for frame in frames], [0.0, 0.1, 0.2, 0.5, 0.6])
        assert moving.seconds == pytest.approx(0.7)
        assert any("missing in the sequence: 4 to 5" in note for note in moving.notes)
        if suffix == "png":
            assert [number_of(frame.pixels) for frame in frames] == [1, 2, 3, 6, 7]
    assert [f.time for f in open_moving(tmp_path / f"f_####.{suffix}", rate=10).read(2, 3)] == pytest.approx([0.1, 0.2])


def test_a_damaged_picture_of_a_sequence_is_left_out(tmp_path):
    for number in range(1, 6):
        Image.fromarray(picture(number)).save(tmp_path / f"{number:03d}.png")
    (tmp_path / "003.png").write_bytes(b"no picture")
    moving = open_moving(tmp_path / "###.png")
    assert [number_of(frame.pixels) for frame in moving.read()] == [1, 2, 4, 5]
    assert any("003.png" in note for note in moving.notes)


def test_what_can_be_read_of_a_cut_off_video_is_used(tmp_path):
    path = tmp_path / "cut.avi"
    out = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 25, SIZE)
    for number in range(50):
        out.write(picture(number)[..., ::-1])
    out.release()
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    moving = open_moving(path)
    frames = list(moving.read())
    assert 10 < len(frames) < 40
    assert [number_of(frame.pixels) for frame in frames[:-1]] == list(range(len(frames) - 1))  # the last one is cut
    assert any("can be read up to" in note for note in moving.notes)


def test_a_picture_that_changes_its_size_is_scaled(tmp_path):
    for number in range(1, 5):
        size = SIZE if number < 3 else (48, 48)
        Image.fromarray(picture(number, size)).save(tmp_path / f"{number:03d}.png")
    moving = open_moving(tmp_path)
    assert {frame.pixels.shape for frame in moving.read()} == {(64, 96, 3)}
    assert any("size" in note for note in moving.notes)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("missing.mp4", None, "picture-missing"), ("empty.mp4", b"", "picture-unreadable"),
        ("text.mkv", b"not a video at all" * 99, "picture-unreadable"), ("none_###.png", None, "frames-none"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_line(tmp_path, name, content, code):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(See2SoundError) as error:
        list(open_moving(tmp_path / name).read())
    assert error.value.code == code and "\n" not in str(error.value) and error.value.hint


def test_a_range_beyond_the_end_is_said(tmp_path):
    write(tmp_path / "a.mp4", np.arange(10) / 25)
    with pytest.raises(See2SoundError, match="no frame between 500 and 600") as error:
        list(open_moving(tmp_path / "a.mp4").read(500, 600))
    assert error.value.code == "frames-none"


def test_a_long_video_is_never_whole_in_memory(tmp_path):
    path = tmp_path / "long.avi"
    out = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 25, (640, 360))
    for number in range(300):
        out.write(picture(number % 50, (640, 360))[..., ::-1])
    out.release()
    tracemalloc.start()
    count = sum(1 for _ in open_moving(path).read())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 300 and peak < 12 * 640 * 360 * 3  # of 300 frames


def test_files_that_show_all_directions_say_so(tmp_path):
    write(tmp_path / "flat.mp4", np.arange(5) / 25)
    assert not open_moving(tmp_path / "flat.mp4").spherical
    data = (tmp_path / "flat.mp4").read_bytes()
    # Spherical Video V1: an XML document in a uuid box, here at the end of the file.
    xml = b"<rdf:SphericalVideo><GSpherical:Spherical>true</GSpherical:Spherical></rdf:SphericalVideo>"
    box = (8 + 16 + len(xml)).to_bytes(4, "big") + b"uuid" + bytes.fromhex("ffcc8263f8554a938814587a02521fdd") + xml
    (tmp_path / "round.mp4").write_bytes(data + box)
    assert open_moving(tmp_path / "round.mp4").spherical
    # Spherical Video V2: boxes sv3d > proj > equi.
    box = bytes(20)
    for kind in (b"equi", b"proj", b"sv3d"):
        box = (8 + len(box)).to_bytes(4, "big") + kind + box
    (tmp_path / "newer.mp4").write_bytes(data + box)
    assert open_moving(tmp_path / "newer.mp4").spherical


def test_of_a_long_file_only_the_range_is_read(tmp_path):
    """The first half is destroyed: a reader that goes through it would say so."""
    path = tmp_path / "long.avi"
    out = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 25, SIZE)
    for number in range(1500):
        out.write(picture(number % 50)[..., ::-1])
    out.release()
    data = bytearray(path.read_bytes())
    data[len(data) // 10 : len(data) // 2] = bytes(len(data) // 2 - len(data) // 10)
    path.write_bytes(data)
    moving = open_moving(path)
    frames = list(moving.read(1400, 1410))
    assert [number_of(frame.pixels) for frame in frames] == [n % 50 for n in range(1399, 1410)]
    assert moving.notes == []
