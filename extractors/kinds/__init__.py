"""What a page is: an article, a list of others, a static page, a login, an error, a media page."""
