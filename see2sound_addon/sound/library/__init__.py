"""The artist's own recordings: an index of folders, searched by words."""
