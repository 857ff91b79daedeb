"""XML as ADM has it: elements, identifiers, times and names."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from ...errors import clean_line

FIRST = 0x1001
"""Numbers from here on are for own definitions."""


class Xml:
    """XML, element by element."""

    def __init__(self) -> None:
        self._out = io.BytesIO()
        self._xml = XMLGenerator(self._out, "UTF-8", short_empty_elements=True)
        self._xml.startDocument()

    @contextmanager
    def inside(self, name: str, **attributes: object) -> Iterator[None]:
        """An element with others in it."""
        self._xml.startElement(name, AttributesImpl({key: str(value) for key, value in attributes.items()}))
        yield
        self._xml.endElement(name)

    def put(self, name: str, text: object, **attributes: object) -> None:
        """An element with a text."""
        with self.inside(name, **attributes):
            self._xml.characters(str(text))

    def done(self) -> bytes:
        """All of it."""
        self._xml.endDocument()
        return self._out.getvalue()


def ticks_of(seconds: float) -> int:
    """Seconds in hundred-thousandths."""
    return round(seconds * 1e5)


def time_of(ticks: int) -> str:
    """Hours, minutes and seconds."""
    seconds, part = divmod(ticks, 100_000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{part:05d}"


def id_of(kind: str, number: int) -> str:
    """An identifier."""
    return f"{kind}_{number:04x}"


def name_of(text: str) -> str:
    """A name in any script, without what XML does not allow."""
    return clean_line(text) or "unnamed"
