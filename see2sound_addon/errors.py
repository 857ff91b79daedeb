"""The one error that a user may see."""

from __future__ import annotations


class See2SoundError(Exception):
    """What went wrong, and what to do about it.

    `code` is a short stable word for machines ("picture-missing"), `message` one line for people, `hint` one line
    on what to do.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Cancelled(Exception):
    """Raised by a progress callback when the user has had enough."""
