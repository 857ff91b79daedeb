"""The library for films."""

from __future__ import annotations

from typing import Any

from ..errors import See2SoundError


def film_library() -> Any:
    """PyAV. Error: `film-library`."""
    try:
        import av
    except ImportError as error:
        raise See2SoundError(
            "film-library", f"The library for films, PyAV, cannot be loaded ({error}).", "Install it: pip install av."
        ) from error
    return av
