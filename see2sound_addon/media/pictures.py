"""Read a picture of any kind that Blender artists have into 8-bit RGB."""

from __future__ import annotations

import math
import os
import warnings
from dataclasses import dataclass, field
from pathlib import Path

# OpenCV reads OpenEXR, and only pictures of a bearable size, if it is told so before it is imported for the first time.
os.environ.setdefault("OPENCV_IO_ENABLE_OPENEXR", "1")
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(178 * 10**6))

import cv2
import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from ..errors import See2SoundError

SMALLEST_SIDE = 16
"""Pixels; a smaller picture shows nothing that could be told apart."""
WORKING_SIDE = 2048
"""Pixels; a larger picture is scaled down to this. Directions stay exact: they are kept as fractions of the picture."""
FULL_FRAME_DIAGONAL = math.hypot(36.0, 24.0)
"""Millimetres; what the "35 mm equivalent" of EXIF refers to."""
VIDEOS = (".mp4", ".mov", ".mkv", ".avi", ".webm", ".m4v")
LARGEST_FRAME = 178 * 10**6
"""Pixels of a video's frame, as for pictures."""
LONGEST_SHAPE = 40
"""How many times longer than wide a picture may be."""
_PILLOW_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "TGA", "PPM")
"""Pillow knows more, some of which start other programs; these are what artists have."""
_FORMATS_KNOWN = "PNG, JPEG, WebP, TIFF, OpenEXR, HDR, BMP or GIF, or a video in MP4, MOV, MKV, AVI or WebM"


@dataclass
class Picture:
    """A picture ready to be looked at.

    `pixels`: (height, width, 3) uint8 RGB as displayed. `width`, `height`: the file's own size after its EXIF
    orientation. `focal_pixels`: focal length in pixels of that size where EXIF tells it. `notes`: what the reader had
    to do that its user should know.
    """

    pixels: np.ndarray
    width: int
    height: int
    focal_pixels: float | None = None
    notes: list[str] = field(default_factory=list)


def read_picture(path: str | os.PathLike[str]) -> Picture:
    """Read PNG, JPEG, WebP, TIFF, OpenEXR or HDR, with alpha, grey, 8, 16 or 32 bits, or the first frame of a video.

    Errors: `picture-missing`, `picture-unreadable`, `picture-truncated`, `picture-too-small`, `picture-too-large`.
    """
    path = Path(path)
    if not path.is_file():
        raise See2SoundError("picture-missing", f"There is no picture at {path}.", "Check the path.")
    head = _first_bytes(path)
    if not head:
        raise _unreadable(path, "the file is empty")
    if path.suffix.lower() in VIDEOS:
        pixels, focal = _first_frame(path), None
    elif head.startswith((b"\x76\x2f\x31\x01", b"#?RADIANCE", b"#?RGBE")):
        pixels, focal = _to_display(_decode_with_opencv(path)), None
    else:
        pixels, focal = _read_with_pillow(path)
    height, width = pixels.shape[:2]
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
    picture = Picture(pixels, width, height, focal)
    if path.suffix.lower() in VIDEOS:
        picture.notes.append(f"Only the first frame of {path.name} is looked at; what moves later is not followed.")
    scale = WORKING_SIDE / max(width, height)
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        picture.pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        picture.notes.append(f"The picture of {width} x {height} pixels was scaled down to {size[0]} x {size[1]}.")
    return picture


def _first_frame(path: Path) -> np.ndarray:
    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        size = video.get(cv2.CAP_PROP_FRAME_WIDTH) * video.get(cv2.CAP_PROP_FRAME_HEIGHT)
        if not video.isOpened() or size > LARGEST_FRAME:
            raise _unreadable(path, "it is no video, or its frames are too large" if video.isOpened() else "it is no video")
        there, frame = video.read()
    finally:
        video.release()
    if not there:
        raise _unreadable(path, "it has no frame that could be decoded")
    return np.ascontiguousarray(frame[..., ::-1])


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(16)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error


def _unreadable(path: Path, why: str) -> See2SoundError:
    return See2SoundError("picture-unreadable", f"{path.name} cannot be read as a picture: {why}.", f"Use {_FORMATS_KNOWN}.")


def _read_with_pillow(path: Path) -> tuple[np.ndarray, float | None]:
    with warnings.catch_warnings():
        # Pillow warns above 89 megapixels and refuses above 179; only the refusal matters here.
        warnings.simplefilter("ignore")
        try:
            with Image.open(path, formats=_PILLOW_FORMATS) as image:
                return _decode(image)
        except Image.DecompressionBombError as error:
            raise See2SoundError(
                "picture-too-large", f"{path.name} has more than 178 megapixels.", "Scale it down first."
            ) from error
        except UnidentifiedImageError:
            if not _first_bytes(path).startswith((b"II", b"MM")):
                raise _unreadable(path, "its content is not a picture") from None
            # 16-bit RGB and floating-point TIFF are beyond Pillow.
            return _to_display(_decode_with_opencv(path)), None
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            if "truncated" in str(error) or "broken" in str(error) or isinstance(error, EOFError):
                raise See2SoundError(
                    "picture-truncated", f"{path.name} is cut off or damaged: {error}.", "Copy or export it again."
                ) from error
            raise _unreadable(path, str(error)) from error


def _decode(image: Image.Image) -> tuple[np.ndarray, float | None]:
    exif = image.getexif()
    image.load()
    image = ImageOps.exif_transpose(image)
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        pixels = _to_display(np.asarray(image))
    elif image.has_transparency_data:
        rgba = image.convert("RGBA")
        grey = Image.new("RGBA", rgba.size, (128, 128, 128, 255))
        pixels = np.asarray(Image.alpha_composite(grey, rgba).convert("RGB"))
    else:
        pixels = np.asarray(image.convert("RGB"))
    return np.ascontiguousarray(pixels), _focal_pixels(exif, image.size)


def _decode_with_opencv(path: Path) -> np.ndarray:
    data = np.fromfile(path, np.uint8)
    log_level = cv2.getLogLevel()
    cv2.setLogLevel(0)
    try:
        pixels = cv2.imdecode(data, cv2.IMREAD_UNCHANGED | cv2.IMREAD_ANYDEPTH)
    except cv2.error as error:
        raise _unreadable(path, error.err or "OpenCV refuses it") from error
    finally:
        cv2.setLogLevel(log_level)
    if pixels is None:
        raise See2SoundError(
            "picture-unreadable",
            f"{path.name} cannot be read: it is damaged, cut off, or has several layers.",
            "Save it again, as a single-layer OpenEXR or a PNG.",
        )
    if pixels.ndim == 3:
        pixels = pixels[..., [2, 1, 0, 3]] if pixels.shape[2] == 4 else pixels[..., 2::-1]
    return pixels


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
