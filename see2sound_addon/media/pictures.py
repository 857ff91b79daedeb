"""Read pictures and the first frame of videos as 8-bit RGB."""

from __future__ import annotations

import math
import os
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

# OpenCV reads OpenEXR, and only pictures of a bearable size, if it is told so before it is imported for the first time.
os.environ.setdefault("OPENCV_IO_ENABLE_OPENEXR", "1")
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(2**26))
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # errors are said once, by the library's own

import cv2
import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from ..errors import See2SoundError
from ..paths import is_file
from .exr import check_exr
from .png import check_rows
from .spherical import is_spherical

SMALLEST_SIDE = 16
"""Pixels; a smaller picture shows nothing that could be told apart."""
WORKING_SIDE = 2048
"""Pixels; a larger picture is scaled down to this. Directions stay exact: they are kept as fractions of the picture."""
FULL_FRAME_DIAGONAL = math.hypot(36.0, 24.0)
"""Millimetres; what the "35 mm equivalent" of EXIF refers to."""
VIDEOS = (".mp4", ".mov", ".mkv", ".avi", ".webm", ".m4v")
LARGEST_FRAME = 64 * 10**6
"""Pixels of a video's frame."""
LARGEST_LINEAR = 2**26
"""Pixels of pictures that OpenCV decodes: OpenEXR, HDR, and TIFF of 16 or 32 bits a colour."""
EXR = b"\x76\x2f\x31\x01"
LARGE = 64 * 10**6
"""Pixels; a larger JPEG is decoded at a reduced size."""
LONGEST_SHAPE = 40
"""How many times longer than wide a picture may be."""
PILLOW_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "TGA", "PPM")
"""Pillow knows more, some of which start other programs; these are what artists have."""
PILLOW_FAULTS = (
    Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError, MemoryError, OverflowError, KeyError, TypeError,
    IndexError, struct.error, zlib.error, AttributeError, RuntimeError,
)  # fmt: skip
"""What its decoders raise."""
_FORMATS_KNOWN = "PNG, JPEG, WebP, TIFF, OpenEXR, HDR, BMP or GIF, or a video in MP4, MOV, MKV, AVI or WebM"


@dataclass
class Picture:
    """A picture ready to be looked at.

    `pixels`: (height, width, 3) uint8 RGB as displayed. `width`, `height`: the file's own size after its EXIF
    orientation. `focal_pixels`: focal length in pixels of that size where EXIF tells it. `spherical`: whether its metadata say
    that it shows all directions. `notes`: what the reader had to do that its user should know.
    """

    pixels: np.ndarray
    width: int
    height: int
    focal_pixels: float | None = None
    spherical: bool = False
    notes: list[str] = field(default_factory=list)


def read_picture(path: str | os.PathLike[str]) -> Picture:
    """Read PNG, JPEG, WebP, TIFF, OpenEXR or HDR, with alpha, grey, 8, 16 or 32 bits, or the first frame of a video.

    Errors: `picture-missing`, `picture-unreadable`, `picture-truncated`, `picture-too-small`, `picture-too-large`.
    """
    path = Path(path)
    if not is_file(path):
        raise See2SoundError("picture-missing", f"There is no picture at {str(path)[:300]}.", "Check the path.")
    head = _first_bytes(path)
    if not head:
        raise unreadable(path, "the file is empty")
    if path.suffix.lower() in VIDEOS:
        decoded = _first_frame(path)
    elif head.startswith((EXR, b"#?RADIANCE", b"#?RGBE")):
        decoded = _read_with_opencv(path)
    else:
        decoded = _read_with_pillow(path)
    width, height = decoded.size
    picture = Picture(decoded.pixels, width, height, decoded.focal_pixels, is_spherical(path))
    if max(width, height) > WORKING_SIDE:
        small = "{1} x {0}".format(*decoded.pixels.shape[:2])
        picture.notes.append(f"The picture of {width} x {height} pixels was scaled down to {small}.")
    return picture


@dataclass
class _Decoded:
    """`pixels`: (h, w, 3) uint8, at most WORKING_SIDE long. `size`: of the file's own picture, (width, height)."""

    pixels: np.ndarray
    size: tuple[int, int]
    focal_pixels: float | None = None


def working_size(path: Path, size: tuple[int, int]) -> tuple[int, int]:
    """The size (width, height) to work with. Errors: `picture-too-small`, `picture-too-long`."""
    width, height = size
    if min(width, height) < SMALLEST_SIDE:
        raise See2SoundError(
            "picture-too-small",
            f"{path.name} is {width} x {height} pixels.",
            f"A picture needs at least {SMALLEST_SIDE} pixels on each side.",
        )
    if max(width, height) > LONGEST_SHAPE * min(width, height):
        raise See2SoundError(
            "picture-too-long",
            f"{path.name} is {width} x {height} pixels, a strip too thin to look at.",
            "Cut out a part of it.",
        )
    scale = min(1.0, WORKING_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def scaled(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Pixels scaled down to a size (width, height), each new one the mean of its area."""
    if pixels.shape[1::-1] == size:
        return pixels
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


@contextmanager
def quiet_opencv() -> Iterator[None]:
    """OpenCV prints no warnings of its own meanwhile."""
    level = cv2.getLogLevel()
    cv2.setLogLevel(0)
    try:
        yield
    finally:
        cv2.setLogLevel(level)


@contextmanager
def open_video(path: Path) -> Iterator[cv2.VideoCapture]:
    """A video that can be decoded, upright. Error: `picture-unreadable`."""
    with quiet_opencv():
        video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    video.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1.0)  # as a telephone held it
    try:
        if not video.isOpened():
            raise unreadable(path, "it is no video, or its codec is not known")
        if video.get(cv2.CAP_PROP_FRAME_WIDTH) * video.get(cv2.CAP_PROP_FRAME_HEIGHT) > LARGEST_FRAME:
            raise unreadable(path, "its frames are too large")
        yield video
    finally:
        video.release()


def _first_frame(path: Path) -> _Decoded:
    with open_video(path) as video:
        there, frame = video.read()
    if not there:
        raise unreadable(path, "it has no frame that could be decoded")
    size = frame.shape[1::-1]
    return _Decoded(np.ascontiguousarray(scaled(frame, working_size(path, size))[..., ::-1]), size)


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(16)
    except OSError as error:
        raise unreadable(path, error.strerror or str(error)) from error


def unreadable(path: Path, why: str) -> See2SoundError:
    """Error `picture-unreadable`."""
    return See2SoundError("picture-unreadable", f"{path.name} cannot be read as a picture: {why}.", f"Use {_FORMATS_KNOWN}.")


def _read_with_pillow(path: Path) -> _Decoded:
    with warnings.catch_warnings():
        # Pillow warns above 89 megapixels and refuses above 179; only the refusal matters here.
        warnings.simplefilter("ignore")
        try:
            with Image.open(path, formats=PILLOW_FORMATS) as image:
                return _decode(path, image)
        except UnidentifiedImageError:
            if not _first_bytes(path).startswith((b"II", b"MM")):
                raise unreadable(path, "its content is not a picture") from None
            # 16-bit RGB and floating-point TIFF are beyond Pillow.
            return _read_with_opencv(path)
        except See2SoundError:
            raise
        except PILLOW_FAULTS as error:
            raise open_error(path, error) from error


def open_error(path: Path, error: BaseException) -> See2SoundError:
    """What a fault of Pillow's decoders means to the user."""
    if isinstance(error, Image.DecompressionBombError):
        return _too_large(path, 178)
    why = one_line(error)
    if "truncated" in why or "broken" in why or isinstance(error, EOFError):
        return See2SoundError("picture-truncated", f"{path.name} is cut off or damaged: {why}.", "Copy or export it again.")
    return unreadable(path, why)


def one_line(error: BaseException) -> str:
    """The message of a library's error."""
    return " ".join(str(error).split())[:160].rstrip(".") or type(error).__name__


def _too_large(path: Path, megapixels: int) -> See2SoundError:
    return See2SoundError("picture-too-large", f"{path.name} has more than {megapixels} megapixels.", "Scale it down first.")


def _decode(path: Path, image: Image.Image) -> _Decoded:
    """A picture is made small before anything else is done to it, for each copy of a large one takes a gigabyte."""
    exif, full = image.getexif(), image.size
    target = working_size(path, full)
    if image.format == "JPEG" and full[0] * full[1] > LARGE:
        image.draft("RGB", target)
    reduced = full[0] / image.size[0]
    image.load()
    if image.format == "PNG" and not np.asarray(image.crop((0, image.height - 1, image.width, image.height))).any():
        check_rows(path)  # the last row is empty, as it is where rows are missing
    if image.mode in ("1", "P", "PA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode.startswith("I;"):
        image = Image.fromarray(scaled(np.asarray(image), target).astype(np.int32))
    elif image.size != target:
        transparency = image.info.get("transparency")
        if transparency is not None and image.mode in ("L", "RGB"):  # one colour of the file's own pixels is transparent
            image = image.convert("RGBA")
        box = (0.0, 0.0, min(full[0] / round(reduced), image.size[0]), min(full[1] / round(reduced), image.size[1]))
        image = image.resize(target, Image.Resampling.BOX, box)
    image = ImageOps.exif_transpose(_with_exif(image, exif))
    turned = exif.get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8)
    size = (full[1], full[0]) if turned else full
    if image.mode in ("I", "F"):
        pixels = _to_display(np.asarray(image))
    elif image.has_transparency_data:
        pixels = on_grey(image)
    else:
        pixels = np.asarray(image.convert("RGB"))
    return _Decoded(np.ascontiguousarray(pixels), size, _focal_pixels(exif, size))


def on_grey(image: Image.Image) -> np.ndarray:
    """A picture with transparency before middle grey, (height, width, 3) uint8."""
    rgba = image.convert("RGBA")
    grey = Image.new("RGBA", rgba.size, (128, 128, 128, 255))
    return np.asarray(Image.alpha_composite(grey, rgba).convert("RGB"))


def _with_exif(image: Image.Image, exif: Image.Exif) -> Image.Image:
    """Scaling loses the orientation, which `exif_transpose` reads from here."""
    image.getexif()[ExifTags.Base.Orientation] = exif.get(ExifTags.Base.Orientation, 1)
    return image


def _read_with_opencv(path: Path) -> _Decoded:
    if _first_bytes(path).startswith(EXR):
        try:
            check_exr(path, LARGEST_LINEAR)
        except (OSError, ValueError, struct.error) as error:
            raise unreadable(path, one_line(error)) from error
    try:
        data = np.memmap(path, np.uint8, "r")
        with quiet_opencv():
            pixels = cv2.imdecode(data, cv2.IMREAD_UNCHANGED | cv2.IMREAD_ANYDEPTH)
    except (cv2.error, OSError, ValueError, MemoryError) as error:
        if "MAX_IMAGE" in str(error):
            raise _too_large(path, 67) from error
        raise unreadable(
            path, one_line(error) if not isinstance(error, cv2.error) else error.err or "OpenCV refuses it"
        ) from error
    if pixels is None:
        raise See2SoundError(
            "picture-unreadable",
            f"{path.name} cannot be read: it is damaged, cut off, or has several layers.",
            "Save it again, as a single-layer OpenEXR or a PNG.",
        )
    size = pixels.shape[1::-1]
    target = working_size(path, size)
    if pixels.dtype.kind == "f":
        for rows in np.array_split(pixels, -(-len(pixels) // 256)):
            rows[~np.isfinite(rows)] = 0.0  # a single one would spread as the picture is scaled
    if pixels.dtype.kind in "ui" and pixels.dtype.itemsize == 4:  # which OpenCV does not scale
        pixels = scaled(pixels.astype(np.float64), target).astype(pixels.dtype)
    pixels = scaled(pixels, target)
    if pixels.ndim == 3:
        pixels = pixels[..., [2, 1, 0, 3]] if pixels.shape[2] == 4 else pixels[..., 2::-1]
    return _Decoded(_to_display(pixels), size)


def _to_display(pixels: np.ndarray) -> np.ndarray:
    """Grey, RGB or RGBA of any depth to (height, width, 3) uint8; linear light is exposed and sRGB-encoded."""
    if pixels.dtype == np.uint8:
        values = pixels.astype(np.float32) / 255.0
    elif pixels.dtype.kind in "ui":
        # Pillow hands 16-bit grey over as "I" (int32): its values tell the depth.
        full = 65535.0 if pixels.dtype.itemsize <= 2 or pixels.max(initial=0) <= 65535 else float(np.iinfo(pixels.dtype).max)
        values = pixels.astype(np.float32) / full
    else:
        values = np.nan_to_num(pixels.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    alpha = None
    if values.ndim == 3 and values.shape[2] == 4:
        alpha, values = np.clip(values[..., 3:], 0.0, 1.0), values[..., :3]
    if values.ndim == 2:
        values = values[..., None]
    if values.shape[2] != 3:
        values = np.repeat(values[..., :1], 3, axis=2)
    if pixels.dtype.kind == "f":
        values = _linear_to_srgb(values * _exposure(values))
        if alpha is not None:  # Blender's OpenEXR colours are already multiplied by alpha
            values = values + 0.5 * (1.0 - alpha)
    elif alpha is not None:
        values = values * alpha + 0.5 * (1.0 - alpha)
    return np.ascontiguousarray((np.clip(values, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8))


def _exposure(linear: np.ndarray) -> float:
    """The gain that puts the brightest hundredth of a high-dynamic-range picture at white, never darkening a plain one."""
    white = float(np.percentile(linear.max(axis=2), 99.0))
    return 1.0 / white if white > 1.0 or 0.0 < white < 0.05 else 1.0


def _linear_to_srgb(linear: np.ndarray) -> np.ndarray:
    """IEC 61966-2-1."""
    linear = np.clip(linear, 0.0, 1.0)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1.0 / 2.4) - 0.055)


def _focal_pixels(exif: Image.Exif, size: tuple[float, float]) -> float | None:
    """Focal length in pixels from EXIF: the 35 mm equivalent, else the focal plane's resolution (EXIF 2.32, 4.6.5)."""
    tags = exif.get_ifd(ExifTags.IFD.Exif)
    equivalent = _number(tags.get(ExifTags.Base.FocalLengthIn35mmFilm))
    if equivalent and 4.0 <= equivalent <= 2000.0:
        return equivalent / FULL_FRAME_DIAGONAL * math.hypot(*size)
    focal = _number(tags.get(ExifTags.Base.FocalLength))
    per_unit = _number(tags.get(ExifTags.Base.FocalPlaneXResolution))
    unit = {2: 25.4, 3: 10.0, 4: 1.0}.get(tags.get(ExifTags.Base.FocalPlaneResolutionUnit, 2))
    if focal and per_unit and unit:
        recorded = _number(tags.get(ExifTags.Base.ExifImageWidth)) or size[0]
        pixels = focal * per_unit / unit * size[0] / max(recorded, 1.0)
        if 0.2 * max(size) < pixels < 50.0 * max(size):
            return pixels
    return None


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) and number > 0.0 else None
