"""Downloads of one file: resumed, bounded, checked, and never half there."""

import hashlib

import pytest
from server import serving

from see2sound_addon.errors import Cancelled, See2SoundError
from see2sound_addon.weights.fetch import fetch

DATA = bytes(range(256)) * 2000
HASH = hashlib.sha256(DATA).hexdigest()


def get(address, path, progress=lambda *_: None, data=DATA, sha256=HASH):
    fetch([f"{address}/eye.onnx"], path, len(data), sha256, progress)


def code_of(call):
    with pytest.raises(See2SoundError) as caught:
        call()
    assert "\n" not in str(caught.value) and caught.value.hint
    return caught.value.code


def test_a_file_arrives_whole_and_a_second_time_nothing_is_asked(tmp_path):
    seen = []
    with serving({"eye.onnx": DATA}) as (address, handler):
        get(address, tmp_path / "eye.onnx", lambda label, done, total: seen.append((label, done / total)))
        assert (tmp_path / "eye.onnx").read_bytes() == DATA and len(handler.asked) == 1
        get(address, tmp_path / "eye.onnx")
        assert len(handler.asked) == 1
    assert seen[-1][1] == 1.0 and "127.0.0.1" in seen[0][0]
    assert [path.name for path in tmp_path.iterdir()] == ["eye.onnx"]


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_download_goes_on_where_it_stopped(tmp_path, ranges):
    """A server that knows no ranges sends all of it anew; the file is right either way."""
    with serving({"eye.onnx": DATA}, ends_after=100_000, ranges=ranges) as (address, handler):
        assert code_of(lambda: get(address, tmp_path / "eye.onnx")) == "download-failed"
        assert not (tmp_path / "eye.onnx").exists()
        begun = (tmp_path / "eye.onnx.download").stat().st_size
        assert 0 < begun <= 100_000
        get(address, tmp_path / "eye.onnx")
        assert handler.asked[1][1] == f"bytes={begun}-"
    assert (tmp_path / "eye.onnx").read_bytes() == DATA


def test_a_cancelled_download_goes_on_where_it_stopped(tmp_path):
    def enough(label, done, total):
        if done > 100:
            raise Cancelled

    with serving({"eye.onnx": DATA}) as (address, handler):
        with pytest.raises(Cancelled):
            get(address, tmp_path / "eye.onnx", enough)
        assert not (tmp_path / "eye.onnx").exists()
        get(address, tmp_path / "eye.onnx")
        assert int(handler.asked[1][1].removeprefix("bytes=").removesuffix("-")) > 100 * 1024
    assert (tmp_path / "eye.onnx").read_bytes() == DATA


@pytest.mark.parametrize("sent", [DATA[:-1] + b"!", b"<html>Please log in</html>", DATA[:1000]])
def test_another_file_than_announced_is_thrown_away(tmp_path, sent):
    (tmp_path / "eye.onnx").write_bytes(b"the old one")
    with serving({"eye.onnx": sent}) as (address, _):
        code = code_of(lambda: get(address, tmp_path / "eye.onnx"))
    assert code in ("download-wrong", "download-failed")
    assert (tmp_path / "eye.onnx").read_bytes() == b"the old one"


def test_a_wrong_file_does_not_spoil_the_next_download(tmp_path):
    with serving({"eye.onnx": DATA[:-1] + b"!"}) as (address, _):
        assert code_of(lambda: get(address, tmp_path / "eye.onnx")) == "download-wrong"
    assert list(tmp_path.iterdir()) == []
    with serving({"eye.onnx": DATA}) as (address, _):
        get(address, tmp_path / "eye.onnx")
    assert (tmp_path / "eye.onnx").read_bytes() == DATA


def test_the_next_address_is_tried(tmp_path):
    with serving({"eye.onnx": DATA}) as (address, handler):
        wrong = [f"{address}/not_here.onnx", "http://127.0.0.1:9/eye.onnx", f"{address}/eye.onnx"]
        fetch(wrong, tmp_path / "eye.onnx", len(DATA), HASH)
        assert [path for path, _ in handler.asked] == ["/not_here.onnx", "/eye.onnx"]
    assert (tmp_path / "eye.onnx").read_bytes() == DATA


def test_what_goes_wrong_is_one_clear_line(tmp_path):
    with serving({}) as (address, _):
        assert code_of(lambda: get(address, tmp_path / "eye.onnx")) == "download-failed"
    assert code_of(lambda: get("http://no.such.host.invalid", tmp_path / "eye.onnx")) == "download-failed"
    too_much = 2**60
    assert code_of(lambda: fetch(["http://127.0.0.1:9/x"], tmp_path / "x", too_much, HASH)) == "disk-full"
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_sends_more_than_announced_is_not_followed(tmp_path):
    """No more than the announced size is written, whatever comes."""
    with serving({"eye.onnx": DATA + bytes(2**22)}) as (address, _):
        get(address, tmp_path / "eye.onnx")
    assert (tmp_path / "eye.onnx").stat().st_size == len(DATA)
