"""The site, the databases, the operations and the victims of `benchmarks/crashes.py`."""
