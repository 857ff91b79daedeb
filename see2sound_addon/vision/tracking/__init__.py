"""Follow objects through the frames of a moving picture."""
