"""Bounds on the size of a plan."""

from __future__ import annotations

VERSION = 1
LARGEST_FILE = 64 * 2**20
"""Bytes of JSON."""
MOST_KEYS = 512
"""In one object; a source has 30."""
MOST_NUMBERS = 60 * 10**6
"""In all arrays of a plan: 64 sources that move for two hours, at 24 frames a second with one array of times each, have 55
million. They take 0.5 GB."""
MOST_SOURCES = 10_000
MOST_POINTS = 32
MOST_DETOURS, MOST_REFLECTIONS = 5000, 200
"""Of one source."""
MOST_TRACED = 20_000
"""Moments at which the surroundings were traced."""
INLINE = 2000
"""Numbers: an array longer than this is written to the file of arrays."""
