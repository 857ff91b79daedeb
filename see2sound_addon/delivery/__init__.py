"""What leaves the house besides sound."""
