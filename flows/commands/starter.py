"""`tamis init`: a commented tamis.toml to start from."""

from __future__ import annotations

from pathlib import Path

from flows.errors import FlowError

TEMPLATE = """# Tamis settings. Every key can be overridden by an environment variable: TAMIS_DATABASE_URL=...,
# TAMIS_FETCH__ATTEMPTS=5. Relative paths start at this file. A wrong key is reported with its line.

# database_url = "sqlite:///tamis.sqlite"        # or "postgresql+psycopg://user:password@host/name"
# archive = "archive"                            # raw pages, as WARC files; or "s3://bucket/folder"
# languages = ["fr", "en", "de"]                 # the languages that comments are told apart in
# jobs = 0                                       # worker processes; 0 = one a core
# page_seconds = 15.0                            # a page that takes longer is quarantined
# alarms = []                                    # where alarms go: apprise addresses such as "mailto://..."

[fetch]
# user_agent = "tamis (+https://example.org/bot)" # say who you are and where you can be reached
# total_deadline = 30.0                          # seconds for a whole exchange
# max_bytes = 16000000                           # decompressed
# attempts = 3                                   # tries of a page in one run
# proxy = "http://proxy.example:3128"            # it must keep private addresses out itself
# ca_file = "authorities.pem"                    # certificate authorities to trust besides the public ones

[moderation]
# lean = false                                   # true: less memory, more comments of undecidable language
# hold_words = ["casino"]                        # whole words that send a comment to review
# auto_reject = false                            # true: reject unseen what is surely spam, once audits prove it safe

[desk]
# wait_hours = 72                                # an alarm tells when a comment waits for review for longer
# queue_over = 500                               # or when more than so many wait
# address = "https://desk.example.org"           # where editors open the desk, for links in alarms

[retention]
# archive = 365                                  # days that replaced raw pages are kept; without it: for ever
# versions = 365                                 # days that former texts are kept; without it: for ever

# One table a site. Give it at least one of urls, sitemaps, feeds.
[sites.magazine]
urls = ["https://example.org/"]                  # pages to start from
# sitemaps = ["https://example.org/sitemap.xml"]
# feeds = ["https://example.org/feed/"]
# follow_links = true                            # by itself where only a home page is given, as here
# discover = true                                # look for sitemaps and feeds: the same
# include = ["/fiche-"]                          # only addresses that match one of these regular expressions
# exclude = ["/tag/", "/author/"]
# articles = ["/fiche-"]                         # addresses that are articles, whatever they look like
# lists = ["/dossiers/"]                         # addresses that only list others: no article, no comments
# language = "fr"                                # of all its articles, whatever its pages declare
# pace = 1.0                                     # seconds between two requests to the host
# recheck_hours = 24                             # without it by need: what is quiet is looked at ever more rarely
# short_nights = true                            # leave alone what the site says did not change
# max_pages = 5000                               # at most so many pages a run
# cron = "30 2 * * *"                            # when `tamis schedule` runs it
# timezone = "Europe/Paris"
# local = false                                  # true: the start addresses may be on this machine or network
"""


class AlreadyThere(FlowError):
    exit_code = 2


def write_settings(folder: Path) -> Path:
    """Writes FOLDER/tamis.toml and returns its path. Raises AlreadyThere rather than overwrite one."""
    path = folder / "tamis.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("x", encoding="utf-8")
    except FileExistsError:
        raise AlreadyThere(f"{path} is there already; edit it, or name another folder") from None
    except OSError as error:
        raise FlowError(f"{path} cannot be written: {error}") from error
    try:
        with file:
            file.write(TEMPLATE)
    except OSError as error:
        path.unlink(missing_ok=True)  # the disk is full: half of it would be read as settings
        raise FlowError(f"{path} cannot be written: {error}") from error
    return path.absolute()
