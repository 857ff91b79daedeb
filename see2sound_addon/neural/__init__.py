"""Neural models, in a separate environment and process.

`client`, `catalogue` and `environment` run in our own Python, `checks` in both; the rest runs where torch is.
"""
