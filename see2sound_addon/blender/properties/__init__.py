"""Property groups of scenes, objects and the window manager, and the preferences."""
