"""Logging of the library: off by default, switched on by the shell's `--log`, a preference, or SEE2SOUND_LOG."""

from __future__ import annotations

import logging
import os
import sys

VARIABLE = "SEE2SOUND_LOG"
"""Environment variable with a level's name; worker processes receive it."""
LEVELS = ("WARNING", "INFO", "DEBUG")
_LOGGER = logging.getLogger(__package__)


def set_level(level: str) -> None:
    """Log messages of this level and above to standard error, in this process and in workers that start later.

    Parameters
    ----------
    level : str
        One of LEVELS; other names, such as an empty one, mean WARNING.
    """
    level = level if level in LEVELS else LEVELS[0]
    os.environ[VARIABLE] = level
    if not any(isinstance(handler, _ToStandardError) for handler in _LOGGER.handlers):
        _LOGGER.addHandler(_ToStandardError())
        _LOGGER.propagate = False  # Blender's own root handler would print each message once more
    _LOGGER.setLevel(level)


def set_level_from_environment() -> None:
    """`set_level` by the environment variable, where it is set."""
    if VARIABLE in os.environ:
        set_level(os.environ[VARIABLE])


class _ToStandardError(logging.StreamHandler):  # type: ignore[type-arg]
    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
