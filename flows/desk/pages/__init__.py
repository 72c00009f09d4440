"""The desk's HTML pages."""
