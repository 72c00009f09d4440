"""The SQL console: one statement of an analyst, answered by a process of its own that can be killed."""
