"""Keeping the database in order: after each run, backups, checks, retention, erasure."""
