"""What a crawl writes: the frontier, archived pages, articles, comments, verdicts."""
