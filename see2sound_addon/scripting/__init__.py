"""Scenes and sources as scripts see them; `api` is the entrance."""
