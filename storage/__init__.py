"""What we keep: the only package that imports SQLAlchemy and the only one that writes to disk."""
