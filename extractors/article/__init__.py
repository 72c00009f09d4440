"""The article of a page: its body and sections, who wrote it, when, and what the page says of itself."""
