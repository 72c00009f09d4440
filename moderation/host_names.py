"""Which addresses are given under many names: a trace that one comment alone does not show.

A reader keeps the own address and the own name. An advertiser has one shop and a name for every comment. Counted over
all the comments of a batch before any is judged, so that the order of the comments makes no difference.
"""

from __future__ import annotations

from collections import defaultdict

from moderation.signals.links import is_public_place
from moderation.signals.view import NOTICE_KINDS, host_of, same_site, written_hosts
from moderation.verdict import Submission

FEWEST_PAGES = 2  # friends answer each other under one article


class HostNames:
    """The names that were seen with each host, and the pages they stood on.

    Front doors of giants, places that readers cite, shorteners and the page's own site are nobody's own address and are
    not counted.
    """

    def __init__(self) -> None:
        self._names: defaultdict[str, set[str]] = defaultdict(set)
        self._pages: defaultdict[str, set[str]] = defaultdict(set)

    def see(self, submission: Submission) -> None:
        """Count one comment."""
        name = (submission.author or "").strip().casefold()
        if not name or submission.by_site or submission.kind in NOTICE_KINDS:  # a notice's "name" is a page's title
            return
        for host in own_hosts(submission):
            self._names[host].add(name)
            self._pages[host].add(f"{submission.site}\x00{submission.page}")

    def names(self, submission: Submission) -> int | None:
        """How many names were seen with the comment's hosts on at least two pages; None if none of its hosts was."""
        counts = [
            len(self._names[host]) for host in own_hosts(submission) if len(self._pages.get(host, ())) >= FEWEST_PAGES
        ]
        return max(counts, default=None)


def own_hosts(submission: Submission) -> frozenset[str]:
    """The hosts that a comment gives as somebody's own."""
    hosts = {host_of(submission.author_url or ""), *map(host_of, submission.links), *written_hosts(submission.text)}
    own = host_of(submission.site or "")
    return frozenset(host for host in hosts if host and not same_site(host, own) and not is_public_place(host))
