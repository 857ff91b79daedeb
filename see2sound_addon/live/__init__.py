"""A moving picture, or a camera device, heard as it is seen: against the clock."""
