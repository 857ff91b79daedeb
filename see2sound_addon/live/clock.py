"""Frames as a camera gives them: each at its time, and none that was missed."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from ..errors import See2SoundError
from ..media.moving import Frame, MovingPicture
from ..media.pictures import quiet_opencv


@dataclass(frozen=True)
class Seen:
    """`number`: of the frame. `at`: the clock's time at which it was there to be seen. `pixels`: (height, width, 3) RGB."""

    number: int
    at: float
    pixels: np.ndarray


class Frames(threading.Thread, ABC):
    """Gives the latest frame. `count`: frames that have come. `ended`: whether no more will come."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.count, self.ended = 0, False
        self._latest: Seen | None = None
        self._there = threading.Condition()
        self.error: See2SoundError | None = None

    def take(self, wait: float) -> Seen | None:
        """The latest frame that was not taken yet; None if none comes within `wait` seconds."""
        with self._there:
            if self._latest is None and not self.ended:
                self._there.wait(wait)
            latest, self._latest = self._latest, None
            return latest

    def show(self, at: float, pixels: np.ndarray) -> None:
        """A frame is there; the one before is missed if it was not taken."""
        with self._there:
            self._latest = Seen(self.count, at, pixels)
            self.count += 1
            self._there.notify()

    def run(self) -> None:
        """Show all frames, then say that there are no more."""
        try:
            self.play()
        except See2SoundError as error:
            self.error = error
        finally:
            with self._there:
                self.ended = True
                self._there.notify()

    @abstractmethod
    def play(self) -> None:
        """Show all frames."""


class FileFrames(Frames):
    """The frames of a file at their own times. Each is decoded before its time, as a camera's is."""

    def __init__(self, moving: MovingPicture, start: float, first: int, last: int | None) -> None:
        super().__init__()
        self._moving, self._start, self._range = moving, start, (first, last)

    def play(self) -> None:
        """Wait for the time of each frame."""
        begin: float | None = None
        for frame in self._frames():
            begin = frame.time if begin is None else begin
            at = self._start + frame.time - begin
            time.sleep(max(0.0, at - time.perf_counter()))
            self.show(at, frame.pixels)

    def _frames(self) -> Iterator[Frame]:
        return self._moving.read(*self._range)


class DeviceFrames(Frames):
    """The frames of a camera device until a time of the clock. Error: `device-missing`."""

    def __init__(self, video: cv2.VideoCapture, until: float) -> None:
        super().__init__()
        self._video, self._until = video, until

    def play(self) -> None:
        """Take frames as they come."""
        try:
            while time.perf_counter() < self._until:
                there, frame = self._video.read()
                if not there:
                    raise See2SoundError("device-missing", "The camera gives no more frames.", "Check its cable.")
                self.show(time.perf_counter(), np.ascontiguousarray(frame[..., ::-1]))
        finally:
            self._video.release()


def open_device(number: int) -> cv2.VideoCapture:
    """A camera device. Error: `device-missing`."""
    with quiet_opencv():
        video = cv2.VideoCapture(number)
    if not video.isOpened():
        video.release()
        raise See2SoundError("device-missing", f"There is no camera device {number}.", "Connect one, or give a video.")
    video.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return video
