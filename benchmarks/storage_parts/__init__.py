"""The parts of benchmarks/storage.py, one figure each."""
