"""The room of a scene: its settings, reading it, and adding a box for one."""
