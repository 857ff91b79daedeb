"""The procedural models, one function each: a Circle in, a signal of any level out.

Further arguments of a model are words of the prompt that it understands.
"""
