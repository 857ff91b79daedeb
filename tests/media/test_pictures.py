import os
import struct
import sys
import zlib

os.environ.setdefault("OPENCV_IO_ENABLE_OPENEXR", "1")

import cv2
import numpy as np
import pytest
from limits import bounded
from PIL import Image

from see2sound_addon.errors import See2SoundError
from see2sound_addon.media.pictures import read_picture

HEIGHT, WIDTH = 40, 64


def corner_picture(depth=np.uint8, full=255):
    """Grey with a bright red upper left corner, (HEIGHT, WIDTH, 3)."""
    pixels = np.full((HEIGHT, WIDTH, 3), full * 0.4, np.float64)
    pixels[:10, :10] = [full, 0, 0]
    return pixels.astype(depth)


def assert_corner(picture):
    assert picture.pixels.shape == (HEIGHT, WIDTH, 3)
    assert picture.pixels.dtype == np.uint8
    red, rest = picture.pixels[4, 4].astype(int), picture.pixels[30, 50].astype(int)
    assert red[0] > 220 and red[1] < 60 and red[2] < 60
    assert np.ptp(rest) < 12


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tif", "bmp"])
def test_eight_bit_colour(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(corner_picture()).resize((WIDTH, HEIGHT)).save(path, quality=95)
    assert_corner(read_picture(path))


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bit_colour(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    cv2.imwrite(str(path), corner_picture(np.uint16, 65535)[..., ::-1])
    picture = read_picture(path)
    assert_corner(picture)
    assert picture.pixels[30, 50, 0] == pytest.approx(0.4 * 255, abs=1)


@pytest.mark.parametrize(("depth", "full"), [(np.uint8, 255), (np.uint16, 65535)])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_grey(tmp_path, suffix, depth, full):
    path = tmp_path / f"a.{suffix}"
    ramp = np.tile(np.linspace(0, full, WIDTH), (HEIGHT, 1)).astype(depth)
    cv2.imwrite(str(path), ramp)
    pixels = read_picture(path).pixels
    assert pixels.shape == (HEIGHT, WIDTH, 3)
    assert np.abs(pixels[0, :, 0].astype(int) - np.linspace(0, 255, WIDTH)).max() <= 1
    assert (pixels[..., 0] == pixels[..., 2]).all()


@pytest.mark.parametrize("suffix", ["exr", "hdr", "tif"])
def test_linear_light_is_encoded_for_display(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    linear = np.full((HEIGHT, WIDTH, 3), 0.2140, np.float32)  # sRGB 0.5
    linear[:10, :10] = [0, 0, 1]  # BGR
    assert cv2.imwrite(str(path), linear)
    picture = read_picture(path)
    assert_corner(picture)
    assert picture.pixels[30, 50, 1] == pytest.approx(127, abs=2)


def test_alpha_lies_over_grey(tmp_path):
    rgba = np.dstack([corner_picture(), np.full((HEIGHT, WIDTH), 255, np.uint8)])
    rgba[20:] = (255, 0, 0, 0)
    Image.fromarray(rgba).save(tmp_path / "a.png")
    pixels = read_picture(tmp_path / "a.png").pixels
    assert (pixels[30] == 128).all()
    assert pixels[4, 4, 0] > 220


def test_premultiplied_alpha_of_openexr(tmp_path):
    bgra = np.zeros((HEIGHT, WIDTH, 4), np.float32)
    bgra[:20] = (0.2, 0.2, 0.2, 1.0)
    cv2.imwrite(str(tmp_path / "a.exr"), bgra)
    pixels = read_picture(tmp_path / "a.exr").pixels
    assert pixels[30, 30, 0] == pytest.approx(128, abs=1)


@pytest.mark.parametrize(
    ("orientation", "transpose"),
    [(3, Image.Transpose.ROTATE_180), (6, Image.Transpose.ROTATE_90), (8, Image.Transpose.ROTATE_270)],
)
def test_exif_orientation(tmp_path, orientation, transpose):
    """The file holds the pixels turned; the tag turns them back."""
    image = Image.fromarray(corner_picture()).transpose(transpose)
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(tmp_path / "a.jpg", exif=exif, quality=95)
    assert_corner(read_picture(tmp_path / "a.jpg"))


def test_exif_focal_length(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA405] = 50
    Image.new("RGB", (600, 400), (90, 90, 90)).save(tmp_path / "a.jpg", exif=exif)
    picture = read_picture(tmp_path / "a.jpg")
    # On 36 x 24 mm a 50 mm lens shows 39.6 degrees across.
    assert np.degrees(2 * np.arctan(300 / picture.focal_pixels)) == pytest.approx(39.6, abs=0.05)


def test_a_hundred_megapixels_are_scaled_down_and_said_so(tmp_path):
    Image.new("L", (12000, 9000), 100).save(tmp_path / "a.png")
    picture = read_picture(tmp_path / "a.png")
    assert max(picture.pixels.shape) == 2048
    assert (picture.width, picture.height) == (12000, 9000)
    assert "12000 x 9000" in picture.notes[0]


def bad_files(folder):
    good = folder / "good.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)).save(good)
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)).save(folder / "good.jpg")
    cut = {"cut.png": good.read_bytes()[:60000], "cut.jpg": (folder / "good.jpg").read_bytes()[:9000]}
    others = {"text.png": b"not a picture at all" * 10, "empty.png": b"", "bad.exr": b"\x76\x2f\x31\x01" + bytes(50)}
    for name, data in {**cut, **others}.items():
        (folder / name).write_bytes(data)
    Image.new("RGB", (1, 1)).save(folder / "one.png")
    return {
        "missing.png": "picture-missing", "cut.png": "picture-truncated", "cut.jpg": "picture-truncated",
        "text.png": "picture-unreadable", "empty.png": "picture-unreadable", "bad.exr": "picture-unreadable",
        "one.png": "picture-too-small",
    }  # fmt: skip


def test_bad_pictures_get_one_clear_line_and_a_hint(tmp_path):
    for name, code in bad_files(tmp_path).items():
        with pytest.raises(See2SoundError) as caught:
            read_picture(tmp_path / name)
        assert caught.value.code == code, name
        assert name in caught.value.message
        assert "\n" not in str(caught.value)
        assert caught.value.hint


def test_of_a_video_the_first_frame_is_looked_at(tmp_path):
    """Made by another program's coder."""
    av = pytest.importorskip("av")
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as film:
        stream = film.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.bit_rate = WIDTH * 4, HEIGHT * 4, 4_000_000
        first = np.repeat(np.repeat(corner_picture(), 4, axis=0), 4, axis=1)
        for pixels in (first, np.zeros_like(first), np.zeros_like(first)):
            for packet in stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")):
                film.mux(packet)
        for packet in stream.encode():
            film.mux(packet)
    picture = read_picture(path)
    assert (picture.width, picture.height) == (WIDTH * 4, HEIGHT * 4)
    red, rest = picture.pixels[16, 16].astype(int), picture.pixels[120, 200].astype(int)
    assert red[0] > 200 and red[1] < 60 and np.ptp(rest) < 20 and 80 < rest.mean() < 125


@pytest.mark.parametrize("content", [b"", b"no video at all" * 100])
def test_what_is_no_video_is_refused(tmp_path, content):
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(See2SoundError, match=r"film\.mp4 cannot be read as a picture"):
        read_picture(path)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def claiming_png(path, side, rows, alpha=True):
    """A PNG of side x side pixels that has the data of its first rows only."""
    compressor = zlib.compressobj(1)
    row = bytes(1 + side * (4 if alpha else 3))
    data = b"".join(compressor.compress(row) for _ in range(rows)) + compressor.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 6 if alpha else 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


LARGE = {
    "float TIFF": lambda path: cv2.imwrite(str(path), np.zeros((13_300, 13_300), np.float32)),
    "float RGB TIFF": lambda path: cv2.imwrite(str(path), np.ones((8000, 8000, 3), np.float32)),
    "float RGB TIFF beyond": lambda path: cv2.imwrite(str(path), np.ones((9000, 9000, 3), np.float32)),
    "16-bit RGB TIFF": lambda path: cv2.imwrite(str(path), np.ones((8000, 8000, 3), np.uint16)),
    "PNG whose data ends early": lambda path: claiming_png(path, 13_300, 20),
    "PNG with alpha": lambda path: claiming_png(path, 13_300, 13_300),
    "palette": lambda path: Image.new("P", (13_300, 13_300)).save(path),
    "JPEG": lambda path: Image.new("RGB", (13_300, 13_300), (200, 40, 40)).save(path, progressive=True),
}
SUFFIXES = {"PNG": ".png", "palette": ".gif", "JPEG": ".jpg"}
REFUSED = {"float RGB TIFF beyond": "picture-too-large", "PNG whose data ends early": "picture-truncated"}


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
@pytest.mark.parametrize("kind", LARGE)
def test_a_large_picture_takes_less_than_two_gigabytes(kind, tmp_path):
    suffix = next((suffix for start, suffix in SUFFIXES.items() if kind.startswith(start)), ".tiff")
    path = tmp_path / f"large{suffix}"
    LARGE[kind](path)
    read = f"from see2sound_addon.media.pictures import read_picture; p = read_picture({str(path)!r})"
    code = f"{read}; assert max(p.pixels.shape) == 2048 and p.width >= 8000"
    found = bounded(code)
    assert (found["error"] or [None])[0] == REFUSED.get(kind)


def test_a_large_picture_keeps_its_directions_and_colours(tmp_path):
    """Scaled down as it is read: a mark is where it was, to half a pixel of the scaled picture, for each way of reading."""
    pixels = np.full((2500, 5003, 3), 200, np.uint8)
    pixels[1000:1100, 4000:4100] = (250, 10, 10)
    for name in ("a.png", "a.jpg", "a.tiff", "a.webp", "palette.png", "grey16.png", "a.exr"):
        if name == "palette.png":
            Image.fromarray(pixels).convert("P", palette=Image.Palette.ADAPTIVE).save(tmp_path / name)
        elif name == "grey16.png":
            cv2.imwrite(str(tmp_path / name), (pixels[..., 1].astype(np.uint16) * 257))
        elif name == "a.exr":
            cv2.imwrite(str(tmp_path / name), pixels[..., ::-1].astype(np.float32) / 255.0)
        else:
            Image.fromarray(pixels).save(tmp_path / name, quality=95)
        found = read_picture(tmp_path / name)
        assert (found.width, found.height) == (5003, 2500) and found.pixels.shape == (1023, 2048, 3), name
        dark = found.pixels[..., 1] < 130
        rows, columns = np.nonzero(dark)
        middle = ((columns.mean() + 0.5) / 2048 * 5003, (rows.mean() + 0.5) / 1023 * 2500)
        assert np.abs(np.array(middle) - (4050, 1050)).max() < 1.3, (name, middle)


def test_a_large_turned_picture_is_turned(tmp_path):
    pixels = np.zeros((1500, 3000, 3), np.uint8)
    pixels[:, :300] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise to show it
    Image.fromarray(pixels).save(tmp_path / "a.jpg", exif=exif)
    found = read_picture(tmp_path / "a.jpg")
    assert (found.width, found.height) == (1500, 3000) and found.pixels.shape == (2048, 1024, 3)
    assert found.pixels[:150].mean() > 250 > 5 > found.pixels[300:].mean()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1"])
def test_a_black_png_is_whole_and_one_without_its_last_rows_is_not(mode, tmp_path):
    path = tmp_path / "black.png"
    Image.new(mode, (61, 47)).save(path)
    assert read_picture(path).pixels.shape == (47, 61, 3)
    if mode == "RGBA":
        claiming_png(path, 64, 63)
        with pytest.raises(See2SoundError) as caught:
            read_picture(path)
        assert caught.value.code == "picture-truncated" and "98 %" in caught.value.message


def test_an_interlaced_black_png_is_whole(tmp_path):
    """By the sizes of its seven passes; ImageMagick's convention is the specification's."""
    sizes = [(8, 6), (8, 6), (16, 6), (15, 12), (31, 12), (30, 24), (61, 23)]
    data = b"".join(bytes(1 + 3 * columns) * rows for columns, rows in sizes)
    header = struct.pack(">IIBBBBB", 61, 47, 8, 2, 0, 0, 1)
    for cut, whole in ((0, True), (200, False)):
        body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data[: len(data) - cut])) + chunk(b"IEND", b"")
        (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + body)
        if whole:
            assert read_picture(tmp_path / "a.png").pixels.shape == (47, 61, 3)
        else:
            with pytest.raises(See2SoundError, match="cut off"):
                read_picture(tmp_path / "a.png")


def test_a_malformed_exr_is_refused_before_it_is_decoded(tmp_path):
    """Found by fuzzing: without its display window, OpenCV's decoder took 50 s for a file of 8 kB."""
    path = tmp_path / "a.exr"
    cv2.imwrite(str(path), np.ones((48, 64, 3), np.float32))
    whole = path.read_bytes()
    assert read_picture(path).pixels.shape == (48, 64, 3)
    place = whole.index(b"displayWindow")
    wrong = {
        "no window": whole[:place] + b"x" + whole[place + 1 :],
        "a window of 2^31 pixels": whole.replace(struct.pack("<4i", 0, 0, 63, 47), struct.pack("<4i", 0, 0, 2**31 - 1, 47)),
        "cut off": whole[: len(whole) // 2],
        "a header without end": whole[:8] + b"a\0b\0" + struct.pack("<i", 2**31 - 1) + whole[8:],
    }
    for case, data in wrong.items():
        path.write_bytes(data)
        with pytest.raises(See2SoundError) as caught:
            read_picture(path)
        assert caught.value.code == "picture-unreadable", case
