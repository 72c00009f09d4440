"""The site that `benchmarks/nights.py` runs night after night, and what happens to it."""
