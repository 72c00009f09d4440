"""What one comment says: its author, date, body, kind and parent."""
