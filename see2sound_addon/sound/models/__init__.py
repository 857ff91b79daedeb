"""The procedural sound models, one function each: from a Circle to a signal of any level.

Further arguments of a model are words of the prompt that it understands.
"""
