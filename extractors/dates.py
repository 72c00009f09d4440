"""Dates as pages write them, turned into ISO 8601 with their precision; never a guessed year."""
