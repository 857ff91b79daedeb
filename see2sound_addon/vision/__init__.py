"""Vision: objects and surfaces in a picture, their labels and their depth."""
