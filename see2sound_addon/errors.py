"""The error class of the whole product."""

from __future__ import annotations

LONGEST = 600
"""Characters of a message."""


class See2SoundError(Exception):
    """An error for the user: what went wrong, and what to do about it.

    `code` is a short stable name for programs ("picture-missing"), `message` one line for the user, `hint` one line
    on what to do.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(clean_line(message))
        self.code = code
        self.message = clean_line(message)
        self.hint = clean_line(hint)

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


def clean_line(text: str) -> str:
    """Make a text one line that any terminal and report can show: no control characters, no lone surrogates, bounded length."""
    plain = "".join(letter if letter.isprintable() else _shown(letter) for letter in text[: 4 * LONGEST])
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST // 2]} ... {plain[-LONGEST // 3 :]}"


def _shown(letter: str) -> str:
    return " " if letter.isspace() else letter.encode("unicode_escape").decode()


class Cancelled(Exception):
    """Raised by a progress callback when the user cancels."""
