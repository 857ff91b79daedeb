"""Files and plans made wrong at random, from a seed."""

import copy
import io
import json
import struct
import wave

import cv2
import h5py
import numpy as np
import soundfile
from PIL import Image

EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def bytes_made_wrong(random, data):
    """A few of: flipped bits, bytes replaced, a number made extreme, a stretch cut out, doubled or swapped, an early end."""
    data = bytearray(data)
    for _ in range(int(random.integers(1, 6))):
        if len(data) < 8:
            break
        place = (
            int(random.integers(0, len(data) - 4))
            if random.random() < 0.5
            else int(random.integers(0, min(200, len(data) - 4)))
        )
        match int(random.integers(0, 7)):
            case 0:
                data[place] ^= 1 << int(random.integers(0, 8))
            case 1:
                length = int(random.integers(1, 16))
                data[place : place + length] = random.bytes(length)
            case 2:
                data[place : place + 4] = struct.pack(random.choice(["<I", ">I"]), int(random.choice(EXTREMES)))
            case 3:
                data[place : place + 2] = struct.pack(random.choice(["<H", ">H"]), int(random.choice(EXTREMES)) & 0xFFFF)
            case 4:
                del data[place : place + int(random.integers(1, 100))]
            case 5:
                data[place:place] = data[place : place + int(random.integers(1, 200))]
            case 6:
                del data[max(1, place) :]
    return bytes(data)


def picture(random, folder):
    """A picture's path, of one of the kinds that are read."""
    kind = str(
        random.choice(["png", "jpg", "tiff", "webp", "bmp", "gif", "exr", "hdr", "tga", "ppm", "float.tiff", "mp4", "avi"])
    )
    path = folder / f"case.{kind}"
    pixels = np.random.default_rng(1).integers(0, 256, (48, 64, 3)).astype(np.uint8)
    if kind in ("exr", "hdr", "float.tiff"):
        cv2.imwrite(str(path), pixels.astype(np.float32) / 100.0)
    elif kind in ("mp4", "avi"):
        video = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*("mp4v" if kind == "mp4" else "MJPG")), 10.0, (64, 48))
        for _ in range(3):
            video.write(pixels)
        video.release()
    else:
        mode = str(random.choice(["RGB", "L", "RGBA", "P", "1", "I;16", "CMYK"]))
        image = Image.fromarray(pixels)
        try:
            made = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257) if mode == "I;16" else image.convert(mode)
            made.save(path)
        except (OSError, ValueError, KeyError):  # not each format has each mode
            image.save(path)
    path.write_bytes(bytes_made_wrong(random, path.read_bytes()))
    return path


def film(random, folder):
    """A moving picture's path: a video, an animation or a folder of numbered pictures."""
    kind = str(random.choice(["mp4", "avi", "mkv", "gif", "png", "webp", "folder"]))
    images = [np.random.default_rng(n).integers(0, 256, (48, 64, 3)).astype(np.uint8) for n in range(6)]
    path = folder / f"film.{kind}"
    if kind == "folder":
        path.mkdir(exist_ok=True)
        for number, pixels in enumerate(images):
            cv2.imwrite(str(path / f"{number:03d}.png"), pixels)
        wrong = path / f"{int(random.integers(0, len(images))):03d}.png"
        wrong.write_bytes(bytes_made_wrong(random, wrong.read_bytes()))
        return path
    if kind in ("mp4", "avi", "mkv"):
        video = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*("MJPG" if kind == "avi" else "mp4v")), 10.0, (64, 48))
        for pixels in images:
            video.write(pixels)
        video.release()
    else:
        first, *rest = [Image.fromarray(pixels) for pixels in images]
        first.save(path, save_all=True, append_images=rest, duration=100)
    path.write_bytes(bytes_made_wrong(random, path.read_bytes()))
    return path


def film_with_sound(random, folder):
    """The path of a video with a soundtrack."""
    import av

    suffix, codec = [("mp4", "aac"), ("mkv", "libopus"), ("mov", "pcm_s16le"), ("webm", "libopus"), ("mka", "flac")][
        int(random.integers(0, 5))
    ]
    path, layout = folder / f"film.{suffix}", str(random.choice(["mono", "stereo", "5.1"]))
    samples = 0.1 * np.random.default_rng(3).standard_normal((9600, {"mono": 1, "stereo": 2, "5.1": 6}[layout]))
    with av.open(str(path), "w") as out:
        picture = None if suffix == "mka" else out.add_stream("libvpx" if suffix == "webm" else "mpeg4", rate=25)
        if picture is not None:
            picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        voice = out.add_stream(codec, rate=48000, layout=layout)
        for number in range(5 if picture is not None else 0):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 50 * number, np.uint8), "rgb24")
            frame.pts = number
            out.mux(picture.encode(frame))
        if picture is not None:
            out.mux(picture.encode(None))
        for at in range(0, len(samples), 960):
            part = (samples[at : at + 960].reshape(1, -1) * 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(part, "s16", layout)
            frame.sample_rate, frame.pts = 48000, at
            out.mux(voice.encode(frame))
        out.mux(voice.encode(None))
    path.write_bytes(bytes_made_wrong(random, path.read_bytes()))
    return path


SOUNDS = (
    ("wav", "WAV", "PCM_16"), ("wav", "WAV", "PCM_24"), ("wav", "WAV", "FLOAT"), ("wav", "WAV", "DOUBLE"),
    ("wav", "WAV", "GSM610"), ("wav", "WAV", "IMA_ADPCM"), ("wav", "WAV", "ULAW"), ("wav", "WAVEX", "PCM_16"),
    ("wav", "RF64", "PCM_16"), ("w64", "W64", "PCM_16"),
    ("flac", "FLAC", "PCM_16"), ("ogg", "OGG", "VORBIS"), ("opus", "OGG", "OPUS"), ("mp3", "MP3", "MPEG_LAYER_III"),
    ("aiff", "AIFF", "PCM_16"), ("au", "AU", "PCM_16"), ("caf", "CAF", "PCM_16"), ("raw", "WAV", "PCM_16"),
)  # fmt: skip


def sound(random, folder):
    """An audio file's path."""
    suffix, kind, subtype = SOUNDS[int(random.integers(0, len(SOUNDS)))]
    path = folder / f"case.{suffix}"
    rate = 8000 if subtype == "GSM610" else 48000
    channels = 1 if subtype == "GSM610" else int(random.choice([1, 2, 4]))
    samples = 0.1 * np.random.default_rng(2).standard_normal((4800, channels))
    try:
        soundfile.write(folder / "made", samples, rate, subtype=subtype, format=kind)
        data = (folder / "made").read_bytes()
    except soundfile.LibsndfileError:  # a codec that this build does not have
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setparams((1, 2, 48000, 0, "NONE", ""))
            file.writeframes(bytes(9600))
        data = buffer.getvalue()
    path.write_bytes(bytes_made_wrong(random, data) if random.random() < 0.95 else data)
    return path


ODD_VALUES = (
    None, True, False, 0, -1, 1, 0.5, -0.0, 1e-300, 1e300, -1e300, 10**40, float("nan"), float("inf"),
    "", "x", "../../x", "\0", "/dev/zero", "x" * 5000,
    [], {}, [[]], [0], ["a"], [[0, 0, 0]], [[1, 0, 0, 0]], [0.0, 1.0], [1.0, 0.0], {"array": "a"}, [None], [[float("nan")] * 3],
)  # fmt: skip
VALID = {
    "version": 1, "seed": 0, "sample_rate": 48000, "duration": 0.2, "speed_of_sound": 343.3, "doppler_factor": 1.0,
    "distance_model": "inverse_clamped", "air": {"temperature": 20.0, "humidity": 50.0, "pressure": 101.0},
    "listener": {"times": [0.0, 0.1], "positions": [[0, 0, 1.6], [0.1, 0, 1.6]], "rotations": [[1, 0, 0, 0]], "cuts": [0.1]},
    "sources": [
        {
            "id": "a", "label": "dog", "prompt": "dog", "extent": "point", "radius": 0.0, "clip": "a.wav",
            "start": 0.0, "loop": True, "gain_db": 0.0, "pitch": 1.0, "fader": {"times": [0.0], "gain_db": [0.0]},
            "times": [0.0, 0.2], "positions": [[2, 2, 1], [2, -2, 1]], "rotations": [[1, 0, 0, 0]], "cuts": [],
            "synchronous": False, "lfe_db": -10.0,
            "divergence": 0.1, "spread": 0.1, "points": [], "diffuse": False, "reference_distance": 1.0, "max_distance": 1000.0,
            "rolloff": 1.0, "min_gain": 0.0, "max_gain": 1.0, "cone": {"inner": 1.0, "outer": 2.0, "outer_gain": 0.5},
            "occlusion": {"times": [0.0], "gain_db": [0.0], "lowpass": [20000.0]},
        },
        {"id": "b", "clip": "a.wav", "extent": "area", "radius": 1.0, "positions": [[1, 1, 1]]},
        {"id": "c", "clip": "a.wav", "extent": "ambient", "positions": [[0, 0, 0]]},
    ],
    "room": {
        "kind": "shoebox", "centre": [0, 0, 1.5], "size": [8, 6, 3], "order": 1, "tail": True,
        "walls": dict.fromkeys(("-x", "+x", "-y", "+y", "floor", "ceiling"), "plaster"),
    },
}  # fmt: skip
TRACED = {
    "occlusion": {
        "times": [0.0, 0.1], "gain_db": [0.0, 0.0], "lowpass": [2e4, 2e4], "octaves": [[0.0] * 7, [-20.0] * 7],
    },
    "detours": [
        {
            "times": [0.0, 0.1], "first": [[1, 1, 1], [1, 1, 1.1]], "last": [[1, 1, 1], [1.1, 1, 1.1]], "between": [0.0, 0.1],
            "octaves": [[-5.0] * 7, [-120.0] * 7],
        }
    ],
    "reflections": [
        {
            "matrix": [[1, 0, 0], [0, 1, 0], [0, 0, -1]], "offset": [0, 0, 0], "absorption": [0.1] * 7, "times": [0.0, 0.1],
            "gain": [1.0, 0.0],
        }
    ],
    "tail": {"level": [[0.0] * 7, [-20.0] * 7], "decay": [[0.5] * 7, [1.0] * 7], "delay": [0.01, 0.02]},
}  # fmt: skip
ROOMS = (
    VALID["room"], None, {"kind": "ground", "height": 0.0, "material": "grass"}, {"kind": "response", "file": "a.wav"},
    {
        "kind": "traced", "times": [0.0, 0.1], "openness": [0.0, 0.5], "mean_free_path": [4.0, 8.0],
        "absorption": [[0.1] * 7, [0.2] * 7],
    },
)  # fmt: skip
NUMBERS = (-1e6, -1000.0, -1.0, -0.001, 0.0, 0.001, 0.1, 0.9, 2.0, 6.0, 10.0, 100.0, 1000.0, 1e5, 1e9)


def plan(random):
    """The text of a plan: odd values, numbers far out, keys gone or new, lists made long; sometimes no JSON any more."""
    made = copy.deepcopy(VALID)
    made["room"] = copy.deepcopy(ROOMS[int(random.integers(0, len(ROOMS)))])
    if made["room"] is not None and made["room"]["kind"] == "traced":
        made["sources"][0].update(copy.deepcopy(TRACED))
    for _ in range(int(random.integers(1, 5))):
        spoil(random, made)
    text = json.dumps(made)
    if random.random() < 0.1:
        text = bytes_made_wrong(random, text.encode()).decode("utf-8", "replace")
    return text


def spoil(random, made):
    """Change one value somewhere in nested data."""
    node, key = made, None
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = keys[int(random.integers(0, len(keys)))]
        if not isinstance(node[key], dict | list) or random.random() < 0.2:
            break
        node = node[key]
    value, choice = node[key], random.random()
    if isinstance(value, int | float) and not isinstance(value, bool) and choice < 0.6:
        node[key] = float(random.choice(NUMBERS)) if random.random() < 0.7 else float(value) * float(random.normal(1, 3))
    elif isinstance(value, list) and choice < 0.4 and value:
        node[key] = value * int(random.choice([2, 10, 1000]))
    elif isinstance(node, dict) and choice < 0.7:
        if random.random() < 0.5:
            del node[key]
        else:
            node[f"{key}x"] = value
    else:
        node[key] = copy.deepcopy(ODD_VALUES[int(random.integers(0, len(ODD_VALUES)))])


def head(random, folder):
    """A SOFA file's path: shapes, types and attributes at random, or bytes made wrong."""
    path = folder / "case.sofa"
    count = int(random.choice([0, 1, 4, 60, 300], p=[0.05, 0.05, 0.1, 0.4, 0.4]))
    n = np.arange(count) + 0.5
    directions = np.stack([n * 137.5 % 360, np.degrees(np.arcsin(1 - 2 * n / max(count, 1))), np.full(count, 1.2)], axis=1)
    impulse = np.zeros((count, 2, int(random.choice([1, 16, 64, 300], p=[0.05, 0.15, 0.4, 0.4]))))
    loudness = random.choice([1.0, 1e-300, 1e300, 0.0, float("nan")], p=[0.8, 0.05, 0.05, 0.05, 0.05])
    impulse[..., min(5, impulse.shape[2] - 1)] = float(loudness)
    rate = float(random.choice([44100, 48000, 0, -1, 1e9], p=[0.4, 0.45, 0.05, 0.05, 0.05]))
    parts = {
        "Data.IR": impulse, "Data.SamplingRate": np.array([rate]), "Data.Delay": np.zeros((1, 2)), "SourcePosition": directions,
    }  # fmt: skip
    with h5py.File(path, "w") as file:
        file.attrs["SOFAConventions"] = np.bytes_("SimpleFreeFieldHRIR")
        wrong = str(random.choice([*parts, "nothing", "nothing"]))
        for name, value in parts.items():
            _put_part(random, file, name, value, wrong == name)
        if isinstance(file.get("SourcePosition"), h5py.Dataset):
            file["SourcePosition"].attrs["Type"] = np.bytes_(
                str(random.choice(["spherical", "cartesian", "", "x" * 200], p=[0.7, 0.1, 0.1, 0.1]))
            )
    if random.random() < 0.3:
        path.write_bytes(bytes_made_wrong(random, path.read_bytes()))
    return path


def _put_part(random, file, name, value, wrong):
    if not wrong:
        file[name] = value
        return
    match int(random.integers(0, 7)):
        case 0:
            pass
        case 1:
            file.create_dataset(
                name, tuple(int(n) for n in random.choice([1, 2, 3, 10**6, 10**11], value.ndim)), float, chunks=True
            )
        case 2:
            file[name] = value.astype(np.float32)[..., None]
        case 3:
            file[name] = np.array(["text"] * max(1, value.size), "S8")
        case 4:
            file[name] = np.full(value.shape, random.choice([np.nan, np.inf, 1e30, -1e30, 1e-30]))
        case 5:
            file.create_group(name)
        case 6:
            file[name] = h5py.SoftLink("/nowhere")
