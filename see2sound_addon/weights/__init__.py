"""Weights of models: cards, consent, downloads and checks. Needs no torch."""
