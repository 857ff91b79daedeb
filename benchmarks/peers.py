"""Other people's engines on the same work, each in a process or an environment of its own; None where one cannot be had."""

import ctypes
import ctypes.util
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import numpy as np
from scenes import ABSORPTION, LISTENER, PLACES, RATE, ROOM_SIZE, clip

ENVIRONMENT = Path(__file__).resolve().parents[1] / "build" / "peers"

_PYROOMACOUSTICS = """
import sys, time
import numpy as np, pyroomacoustics as pra
size, listener, places, absorption, rate, seconds = eval(sys.argv[1])
room = pra.ShoeBox(size, fs=rate, materials=pra.Material(absorption), max_order=10, air_absorption=False)
signal = np.tile(np.random.default_rng(0).standard_normal(5 * rate), seconds // 5)
for place in places:
    room.add_source(place, signal=signal)
room.add_microphone_array(np.array([listener] * 6).T + 0.1 * np.arange(18).reshape(3, 6) / 18)
start = time.perf_counter()
room.simulate()
print(time.perf_counter() - start)
"""

_BLENDER = """
import sys, time
import bpy
bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
start = time.perf_counter()
bpy.ops.sound.mixdown(filepath=sys.argv[1] + ".wav", container="WAV", codec="PCM", format="F32", channels="{channels}")
print(time.perf_counter() - start)
"""

_BUILD = """
import math, sys
import bpy
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
scene.render.fps, scene.frame_end = 24, 24 * {seconds}
scene.render.ffmpeg.audio_mixrate = 48000
camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
scene.collection.objects.link(camera)
scene.camera = camera
for number in range(8):
    bpy.ops.object.speaker_add()
    obj = bpy.context.object
    obj.data.sound = bpy.data.sounds.load(sys.argv[2])
    for frame in range(1, scene.frame_end + 2, 6):
        angle = 0.5 * frame / 24 + number
        obj.location = (5 * math.cos(angle), 5 * math.sin(angle), math.sin(angle))
        obj.keyframe_insert("location", frame=frame)
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[1])
"""


def pyroomacoustics(seconds):
    """Seconds for eight still sources in a box, order 10, at six microphones."""
    python = ENVIRONMENT / "bin" / "python"
    try:
        if not python.exists():
            venv.create(ENVIRONMENT, with_pip=True)
            install = [python, "-m", "pip", "install", "--quiet", "pyroomacoustics==0.10.1"]
            subprocess.run(install, check=True, capture_output=True)
        work = repr((ROOM_SIZE, LISTENER, PLACES, ABSORPTION, RATE, seconds))
        return float(_output([python, "-c", _PYROOMACOUSTICS, work]))
    except (OSError, subprocess.CalledProcessError):
        return None


def blender(seconds, channels):
    """Seconds for Blender's own mixdown of eight moving Speakers, without delay."""
    import soundfile

    with tempfile.TemporaryDirectory() as folder:
        sound, scene = Path(folder) / "clip.wav", Path(folder) / "scene.blend"
        soundfile.write(sound, np.tile(clip() * 0.1, seconds // 5), RATE, subtype="FLOAT")
        try:
            _output([sys.executable, "-c", _BUILD.format(seconds=seconds), str(scene), str(sound)])
            text = _output([sys.executable, "-c", _BLENDER.format(channels=channels), str(scene)])
            return float(text.splitlines()[-1])
        except (OSError, subprocess.CalledProcessError, ValueError, IndexError):
            return None


def _output(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def openal(seconds, kind):
    """Seconds for OpenAL Soft's loopback device with eight moving sources, without delay: `kind` hrtf, 7.1 or ambix3."""
    name = ctypes.util.find_library("openal")
    if name is None:
        return None
    al = ctypes.CDLL(name)
    al.alcLoopbackOpenDeviceSOFT.restype = al.alcCreateContext.restype = ctypes.c_void_p
    al.alcCreateContext.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    al.alcMakeContextCurrent.argtypes = al.alcDestroyContext.argtypes = al.alcCloseDevice.argtypes = [ctypes.c_void_p]
    al.alcRenderSamplesSOFT.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
    al.alSource3f.argtypes = [ctypes.c_uint, ctypes.c_int, ctypes.c_float, ctypes.c_float, ctypes.c_float]
    device = al.alcLoopbackOpenDeviceSOFT(None)
    layout, channels, more = {
        "hrtf": (0x1501, 2, [0x1992, 1]), "7.1": (0x1506, 8, []), "ambix3": (0x1507, 16, [0x1997, 1, 0x1998, 1, 0x1999, 3]),
    }[kind]  # fmt: skip
    wanted = [0x1007, RATE, 0x1990, layout, 0x1991, 0x1406, *more, 0]
    context = al.alcCreateContext(device, (ctypes.c_int * len(wanted))(*wanted))
    if not context:
        return None
    al.alcMakeContextCurrent(context)
    buffer, sources = ctypes.c_uint(), (ctypes.c_uint * 8)()
    al.alGenBuffers(1, ctypes.byref(buffer))
    samples = (np.clip(clip() * 0.1, -1, 1) * 32767).astype(np.int16)
    al.alBufferData(buffer, 0x1101, samples.ctypes.data_as(ctypes.c_void_p), samples.nbytes, RATE)
    al.alGenSources(8, sources)
    for source in sources:
        al.alSourcei(source, 0x1009, buffer.value)
        al.alSourcei(source, 0x1007, 1)
        al.alSourcePlay(source)
    out, block = np.zeros((1024, channels), np.float32), 1024
    start = time.perf_counter()
    for number in range(seconds * RATE // block):
        for place, source in enumerate(sources):
            angle = 0.5 * number * block / RATE + place
            al.alSource3f(source, 0x1004, 5 * np.cos(angle), np.sin(angle), 5 * np.sin(angle))
        al.alcRenderSamplesSOFT(device, out.ctypes.data, block)
    taken = time.perf_counter() - start
    al.alcMakeContextCurrent(None)
    al.alcDestroyContext(context)
    al.alcCloseDevice(device)
    return taken if np.abs(out).max() > 0 else None
