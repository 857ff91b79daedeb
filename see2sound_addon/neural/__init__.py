"""Neural models, in a separate environment and process.

`choice`, `client`, `environment` and `requests` run in See2Sound's own Python. `loading`, `pictures`, `sounds` and `status`
need torch.
"""
