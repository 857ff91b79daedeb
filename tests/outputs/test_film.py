"""Mixes in films: the picture is the same to the bit, and every sound where it was to the sample."""

import subprocess

import av
import numpy as np
import pytest
import soundfile
import verifiers
from fulldisk import run_on_full_disk

from see2sound_addon import cli
from see2sound_addon.delivery.flac import FlacWriter
from see2sound_addon.delivery.formats import Signal
from see2sound_addon.delivery.wav import write_audio
from see2sound_addon.errors import See2SoundError
from see2sound_addon.outputs.film import CODECS, CONTAINERS, Track, put_into_film
from see2sound_addon.spatial.layouts import find_layout

RATE, SECONDS = 48000, 4


def video(path, codec="libx264", sound=None, seconds=SECONDS, shift=0):
    """Twenty-four pictures a second, with sound (n,) if there is one; shown from the picture `shift` on."""
    with av.open(str(path), "w") as film:
        picture = film.add_stream(codec, rate=24, width=160, height=96, pix_fmt="yuv420p")
        if sound is not None:
            voice = film.add_stream("aac", rate=RATE, layout="mono")
        for number in range(24 * seconds):
            frame = av.VideoFrame.from_ndarray(np.full((96, 160, 3), 2 * number % 256, np.uint8), "rgb24")
            frame.pts = number + shift
            film.mux(picture.encode(frame))
        film.mux(picture.encode(None))
        if sound is not None:
            for at in range(0, len(sound), 1024):
                frame = av.AudioFrame.from_ndarray(sound[None, at : at + 1024].astype(np.float32), "flt", "mono")
                frame.sample_rate, frame.pts = RATE, at
                film.mux(voice.encode(frame))
            film.mux(voice.encode(None))
    return path


def pictures(path):
    with av.open(str(path)) as film:
        return [bytes(packet) for packet in film.demux(video=0) if packet.size]


def sound(path, number=0):
    """A track (n, channels) from the first picture on, its layout and its metadata."""
    with av.open(str(path)) as film:
        stream, picture = film.streams.audio[number], film.streams.video[0]
        channels, parts, begin = stream.channels, [], None
        resampler = av.AudioResampler("flt", stream.layout.name, RATE)
        for frame in film.decode(audio=number):
            begin = frame.time if begin is None else begin
            parts += [part.to_ndarray().reshape(-1, channels) for part in resampler.resample(frame)]
        late = round((begin - float(picture.start_time * picture.time_base)) * RATE)
        whole = np.concatenate(parts)
        return (whole[-late:] if late < 0 else np.pad(whole, ((late, 0), (0, 0)))), channels, dict(stream.metadata)


def mix(path, channels, seconds=SECONDS, seed=0):
    soundfile.write(path, np.random.default_rng(seed).normal(0, 0.05, (seconds * RATE, channels)), RATE, "FLOAT")
    return path


def lag(made, true, at=0):
    """Samples by which `made` is later, over a second."""
    size = 2 * RATE
    spectra = np.fft.rfft(made[at : at + RATE], size) * np.fft.rfft(true[at : at + RATE], size).conj()
    found = int(np.fft.irfft(spectra).argmax())
    return found - size if found > RATE else found


CASES = [
    (suffix, codec, channels)
    for suffix, codecs in CONTAINERS.items()
    for codec in codecs
    for channels in (2, 6, 8)
    if channels <= CODECS[codec].most
]


@pytest.mark.slow
@pytest.mark.parametrize(("suffix", "codec", "channels"), CASES)
def test_every_container_and_codec(tmp_path, suffix, codec, channels):
    """The order of the channels, the moment at the beginning and at the end, the language and the picture."""
    source = video(tmp_path / f"v{'.webm' if suffix == '.webm' else '.mp4'}", "libvpx" if suffix == ".webm" else "libx264")
    true = soundfile.read(mix(tmp_path / "m.wav", channels))[0]
    out = tmp_path / f"film{suffix}"
    assert put_into_film(source, [Track(tmp_path / "m.wav", "Mix", "deu", codec)], out) == []
    made, count, facts = sound(out)
    assert count == channels and pictures(out) == pictures(source)
    assert facts.get("language") in ("deu", "ger")
    if suffix in (".mkv", ".webm"):
        assert facts["title"] == "Mix"
    for channel in range(channels):
        if channel == 3 and channels > 2 and codec not in ("pcm", "flac"):
            continue  # encoders keep no high sounds in LFE
        assert lag(made[:, channel], true[:, channel]) == 0
        assert lag(made[:, channel], true[:, channel], (SECONDS - 2) * RATE) == 0
    if codec in ("pcm", "flac"):
        assert np.abs(made[: len(true)] - true).max() < 1e-6 * 2 and len(made) == len(true)


@pytest.mark.slow
@pytest.mark.parametrize(("suffix", "codec"), [(".mov", "pcm"), (".mkv", "opus"), (".mp4", "opus")])
@pytest.mark.parametrize("channels", [4, 16])
def test_ambisonic_tracks(tmp_path, suffix, codec, channels):
    """Every channel in its place; FFmpeg and MediaInfo know what it is, by Opus' mapping or by the box of 360-degree video."""
    source = video(tmp_path / "v.mp4")
    true = soundfile.read(mix(tmp_path / "m.wav", channels))[0]
    put_into_film(source, [Track(tmp_path / "m.wav", "AmbiX", codec=codec)], tmp_path / f"f{suffix}")
    made, count, _ = sound(tmp_path / f"f{suffix}")
    assert count == channels and pictures(tmp_path / f"f{suffix}") == pictures(source)
    for channel in range(channels):
        assert lag(made[:, channel], true[:, channel], RATE) == 0
        others = [np.abs(np.corrcoef(made[RATE : 2 * RATE, channel], one[RATE : 2 * RATE])[0, 1]) for one in true.T]
        assert np.argmax(others) == channel
    with av.open(str(tmp_path / f"f{suffix}")) as film:
        assert film.streams.audio[0].layout.name == f"ambisonic {1 if channels == 4 else 3}"
    if suffix == ".mov":
        assert b"SA3D" in (tmp_path / "f.mov").read_bytes()


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_a_picture_of_all_directions_is_marked(tmp_path, suffix):
    """FFmpeg reads the projection, sound and picture still play, and a marked film stays marked."""
    source = video(tmp_path / "v.mp4")
    codec = "pcm" if suffix == ".mov" else "aac"
    plain, marked, again = (tmp_path / f"{name}{suffix}" for name in ("plain", "marked", "again"))
    track = Track(mix(tmp_path / "m.wav", 2), codec=codec)
    put_into_film(source, [track], plain)
    put_into_film(source, [track], marked, spherical=True)
    put_into_film(marked, [track], again)
    for path, there in ((plain, False), (marked, True), (again, True)):
        said = subprocess.run([verifiers.ffmpeg(), "-hide_banner", "-i", path], capture_output=True, text=True).stderr
        assert ("Spherical Mapping: equirectangular" in said) is there
        assert path.read_bytes().count(b"sv3d") == int(there)
        with av.open(str(path)) as film:
            assert sum(1 for _ in film.decode(video=0)) == SECONDS * 24
        with av.open(str(path)) as film:
            assert sum(frame.samples for frame in film.decode(audio=0)) >= SECONDS * RATE
    with pytest.raises(See2SoundError, match="not marked as 360-degree"):
        put_into_film(source, [Track(mix(tmp_path / "m.wav", 2))], tmp_path / "f.mkv", spherical=True)


def test_pictures_that_begin_late_and_another_rate(tmp_path):
    """The sound begins with the first picture, wherever the file's clock is; 44.1 kHz stays in step."""
    source = video(tmp_path / "v.mkv", shift=36)
    clip = np.random.default_rng(1).normal(0, 0.05, (44100 * SECONDS, 2))
    soundfile.write(tmp_path / "m.wav", clip, 44100, "FLOAT")
    put_into_film(source, [Track(tmp_path / "m.wav", codec="pcm")], tmp_path / "f.mkv")
    with av.open(str(tmp_path / "f.mkv")) as film:
        first = next(film.decode(audio=0))
        picture = film.streams.video[0]
        assert first.time == pytest.approx(float(picture.start_time * picture.time_base), abs=1.1e-3)  # Matroska's clock
        assert first.sample_rate == 44100 and np.allclose(
            first.to_ndarray().reshape(-1, 2) / 2.0**31, clip[: first.samples], atol=1e-6
        )


def test_several_tracks_and_the_film_s_own_sound(tmp_path):
    own = 0.1 * np.sin(2 * np.pi * 700 * np.arange(SECONDS * RATE) / RATE)
    source = video(tmp_path / "v.mp4", sound=own)
    tracks = [
        Track(mix(tmp_path / "a.wav", 2), "Kopfhörer", "deu"),
        Track(mix(tmp_path / "b.wav", 6, seed=1), "Surround", "eng"),
    ]
    put_into_film(source, tracks, tmp_path / "keep.mkv", "keep")
    with av.open(str(tmp_path / "keep.mkv")) as film:
        found = [
            (s.codec_context.name, s.channels, s.metadata.get("title"), s.metadata.get("language")) for s in film.streams.audio
        ]
    assert found == [("aac", 1, None, None), ("flac", 2, "Kopfhörer", "deu"), ("flac", 6, "Surround", "eng")]
    put_into_film(source, tracks[:1], tmp_path / "replace.mkv", "replace")
    assert len(av.open(str(tmp_path / "replace.mkv")).streams.audio) == 1
    put_into_film(source, tracks[:1], tmp_path / "both.mkv", "mix")
    made = sound(tmp_path / "both.mkv")[0]
    true = soundfile.read(tmp_path / "a.wav")[0]
    rest = made[RATE : 3 * RATE, 0] - true[RATE : 3 * RATE, 0]
    spectrum = np.abs(np.fft.rfft(rest * np.hanning(len(rest))))
    assert spectrum.argmax() / 2 == 700 and np.sqrt(2 * (rest**2).mean()) == pytest.approx(
        0.0707, rel=0.1
    )  # one channel of two


def test_another_length_is_noted(tmp_path):
    source = video(tmp_path / "v.mp4")
    notes = put_into_film(source, [Track(mix(tmp_path / "a.wav", 2, 3))], tmp_path / "f.mp4")
    assert notes == ["a.wav is 1.00 s shorter than the picture."]


@pytest.mark.parametrize(
    ("out", "channels", "codec", "code"),
    [("f.avi", 2, "", "format-unknown"), ("f.mp4", 2, "pcm", "format-impossible"), ("f.mp4", 12, "", "format-impossible"),
     ("f.mp4", 8, "ac3", "format-impossible"), ("f.webm", 2, "", "format-impossible"), ("v.mp4", 2, "", "would-overwrite")],
)  # fmt: skip
def test_what_cannot_be_is_said_and_leaves_nothing(tmp_path, out, channels, codec, code):
    source = video(tmp_path / "v.mp4", seconds=1)
    track = Track(mix(tmp_path / "m.wav", channels, 1), codec=codec)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(See2SoundError) as raised:
        put_into_film(source, [track], tmp_path / out)
    assert raised.value.code == code and raised.value.hint
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_what_is_no_film(tmp_path, capsys):
    mix(tmp_path / "m.wav", 2, 1)
    (tmp_path / "text.mp4").write_text("no film")
    for name, words in (("text.mp4", "cannot be read as a film"), ("m.wav", "has no picture"), ("gone.mp4", "no file")):
        arguments = ["film", str(tmp_path / name), str(tmp_path / "m.wav"), "--out", str(tmp_path / "f.mp4")]
        if name == "m.wav":
            arguments[2] = str(mix(tmp_path / "n.wav", 2, 1))
        assert cli.main(arguments) == 1
        said = capsys.readouterr().err.strip().splitlines()
        assert words in said[-1] and not (tmp_path / "f.mp4").exists()


def test_the_shell_puts_mixes_into_a_film(tmp_path, capsys):
    source = video(tmp_path / "v.mp4")
    mixes = [str(mix(tmp_path / "a.wav", 2)), str(mix(tmp_path / "b.wav", 6))]
    named = ["--name", "Headphones", "--name", "Surround", "--language", "eng"]
    assert cli.main(["film", str(source), *mixes, "--out", str(tmp_path / "f.mp4"), *named]) == 0
    assert "2 tracks" in capsys.readouterr().out
    with av.open(str(tmp_path / "f.mp4")) as film:
        found = [(one.channels, one.metadata.get("handler_name")) for one in film.streams.audio]
    assert found == [(2, "Headphones"), (6, "Surround")]


@pytest.mark.slow
def test_a_film_on_a_full_disk(tmp_path):
    clip = video(tmp_path / "v.mp4")
    mix(tmp_path / "m.wav", 2)
    (tmp_path / "out").mkdir()
    done = run_on_full_disk(["film", clip, tmp_path / "m.wav", "--codec", "flac", "--out", tmp_path / "out" / "f.mkv"])
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr[-2000:]
    assert list((tmp_path / "out").rglob("*")) == []


def test_a_soundtrack_that_begins_before_the_picture_stays_with_it(tmp_path):
    """The picture begins a second after the sound; a click is 1.5 s after the sound's beginning, half a second after its."""
    own = np.zeros(SECONDS * RATE)
    own[round(1.5 * RATE) : round(1.5 * RATE) + 200] = 0.5
    film = video(tmp_path / "a.mkv", sound=own, shift=24)
    silent = tmp_path / "silent.wav"
    soundfile.write(silent, np.zeros((SECONDS * RATE, 1)), RATE, "FLOAT")
    put_into_film(film, [Track(silent)], tmp_path / "b.mkv", "mix")
    heard, _, _ = sound(tmp_path / "b.mkv")
    assert np.abs(heard[:, 0]).argmax() / RATE == pytest.approx(0.5, abs=0.03)


def test_what_is_too_loud_for_a_film_is_said(tmp_path):
    loud = tmp_path / "loud.wav"
    soundfile.write(loud, 2.0 * np.sin(np.arange(SECONDS * RATE) / 10.0), RATE, "FLOAT")
    notes = put_into_film(video(tmp_path / "a.mp4"), [Track(loud)], tmp_path / "b.mkv")
    assert notes == ["loud.wav is 6.0 dB above full scale in the film, and was clipped. Lower the sources."]


def test_heights_are_not_taken_for_sides(tmp_path):
    """5.1.2 has eight channels, as 7.1."""
    for layout, fits in (("5.1.2", False), ("7.1", True)):
        one = find_layout(layout)
        write_audio(tmp_path / "mix.wav", np.zeros((8, SECONDS * RATE), np.float32), RATE, one.mask)
        signal = Signal(8, RATE, 10, one.mask, 24)
        if fits:
            put_into_film(video(tmp_path / "a.mp4"), [Track(tmp_path / "mix.wav")], tmp_path / "b.mkv")
            FlacWriter(tmp_path / "c.flac", signal)
            continue
        for work in (
            lambda: put_into_film(video(tmp_path / "a.mp4"), [Track(tmp_path / "mix.wav")], tmp_path / "b.mkv"),
            lambda signal=signal: FlacWriter(tmp_path / "c.flac", signal),
        ):
            with pytest.raises(See2SoundError) as caught:
                work()
            assert caught.value.code == "format-impossible"
