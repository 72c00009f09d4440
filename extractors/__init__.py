"""What a page says: HTML in, records out. No network, no files, no clock, no database, no settings."""
