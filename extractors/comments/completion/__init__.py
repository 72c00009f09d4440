"""Comments that a page claims and does not show, read from the site's interface or feed and merged."""
