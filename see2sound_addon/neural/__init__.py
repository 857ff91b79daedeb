"""Neural models: chosen, checked, loaded and run in an environment and a process of their own.

`client`, `catalogue` and `environment` run in our own Python, `checks` in both; the rest runs where torch is.
"""
