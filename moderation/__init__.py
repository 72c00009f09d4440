"""What we think of a comment: records in, explained verdicts out. Pure."""
