"""placeholder"""

from .metadata import metadata
