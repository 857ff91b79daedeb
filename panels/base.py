"""Base class of the panels in the sidebar."""


class Sidebar:
    """Where all panels stand."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "See2Sound"
