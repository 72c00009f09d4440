"""Publishing systems whose comments have fixed markup, one a file (see docs/extractors-platforms.md)."""
