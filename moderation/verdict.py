"""The records of moderation: what is judged, why, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    PUBLISH = "publish"
    REVIEW = "review"
    REJECT = "reject"


class LanguageRelation(StrEnum):
    """The comment's language against its article's. `undecidable` never counts against a comment."""

    SAME = "same"
    OTHER = "other"
    UNDECIDABLE = "undecidable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One comment as it comes before the judge, with as much context as is known.

    `links` are the addresses linked from the comment; links written out in `text` need not be repeated. `site` is the
    host of the page, `page` its address. Every optional field may be None: an unknown context is never evidence.
    """

    id: str
    text: str
    author: str | None = None
    author_url: str | None = None
    links: tuple[str, ...] = ()
    kind: str = "comment"  # a CommentKind, or a channel such as "youtube" or "sms"
    site: str | None = None
    page: str | None = None
    article_language: str | None = None
    said_language: str | None = None  # the article's by an editor's word: overrules the site's and the page's
    article_title: str | None = None
    article_text: str | None = None
    by_site: bool = False
    date: str | None = None
    article_date: str | None = None
    position: int | None = None
    parent_text: str | None = None
    siblings: tuple[str, ...] = ()  # other comments of the page
    earlier_published: int | None = None  # comments of this author already accepted on this site
    host_names: int | None = None  # different author names seen with the hosts it links to, its own included
    links_back: bool | None = None  # whether a notice's page really links here, where somebody looked
    is_duplicate_of: int | None = None  # members of the campaign it belongs to, itself included


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One reason. `log_odds` is in natural log: +0.7 doubles the odds of spam, -0.7 halves them.

    `because` quotes the comment. `spans` are (start, end) offsets in the comment's text, in characters.
    """

    signal: str
    log_odds: float
    because: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement on one comment. `spam_probability` is 0 to 1 and calibrated.

    `labels` are stable words in alphabetical order: spam, off_language, promotional, pingback, trackback, duplicate...
    """

    action: Action
    labels: tuple[str, ...]
    spam_probability: float
    language: str | None
    language_relation: LanguageRelation
    evidence: tuple[Evidence, ...]
    model_version: str
    policy_version: str
