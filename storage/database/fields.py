"""The one list of what is stored of each record: from it come columns, the values of a bulk write, reading back, views.

A new field of a record is one line here, one in `extractors/records.py`, and a migration. Fields of one form stand
together in a row, so that a whole group is converted by one `map`: a page has a dozen comments, and a call for each of
their values would cost more than writing them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Any

from sqlalchemy import Boolean, Integer, Text

from extractors.records import CommentKind, DatePrecision, Order, Shortfall, TweetSource
from storage.database.columns import Json
from storage.database.values import json_text, storable


class Form(Enum):
    """How a value goes to the driver, which converts anything but text and int at several times their cost."""

    PLAIN = "as it is: numbers, and texts that we made ourselves"
    TEXT = "text of the page, without what a database refuses"
    NAME = "a word of an enumeration"
    FLAG = "yes or no"
    LIST = "a list of texts, as JSON"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a record and where it is kept. `path` is its attribute, dotted where a record holds another.

    `word` is the enumeration of a NAME. `content`: a change of it is a new version. `view`: its name in the record's
    clean view, where analysts see it; None: not there.
    """

    path: str
    column: str
    comment: str
    form: Form = Form.TEXT
    kind: Any = Text
    needed: bool = False
    word: Callable[[str], Any] | None = None
    content: bool = False
    view: str | None = None

    def read(self, value: Any) -> Any:
        """The stored value as the record has it."""
        if self.form is Form.LIST:
            return tuple(value)
        return self.word(value) if self.word is not None and value is not None else value


def _name(value: Any) -> str | None:
    return None if value is None else str(value)


def _list(value: Any) -> str:
    return json_text(value) if value else "[]"


class FieldTable:
    """The fields of one kind of record, in the order of their columns: `columns`, then `values` in that order."""

    def __init__(self, *fields: Field) -> None:
        self.fields = tuple(sorted(fields, key=lambda field: list(Form).index(field.form)))
        self.columns = tuple(field.column for field in self.fields)
        self.content = tuple(field for field in fields if field.content)
        self._plain, self._texts, self._names, self._flags, self._lists = (
            getter([field.path for field in self.fields if field.form is form]) for form in Form
        )

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def values(self, record: Any, flag: Callable[[bool], Any]) -> tuple[Any, ...]:
        """The record's values as the driver takes them; `flag` makes a yes or no of the database at hand."""
        return (
            *self._plain(record),
            *map(storable, self._texts(record)),
            *map(_name, self._names(record)),
            *map(flag, self._flags(record)),
            *map(_list, self._lists(record)),
        )

    def read(self, row: Any) -> dict[str, Any]:
        """A stored row as arguments of the record; those of a record within it are a dict under its name."""
        found: dict[str, Any] = {}
        for field in self.fields:
            outer, _, inner = field.path.rpartition(".")
            (found.setdefault(outer, {}) if outer else found)[inner] = field.read(getattr(row, field.column))
        return found

    def shown(self) -> Mapping[str, Field]:
        """The fields that the record's clean view has, by their names there."""
        return {field.view: field for field in self.fields if field.view is not None}


def getter(paths: list[str]) -> Callable[[Any], Iterable[Any]]:
    """All of the attributes at once, as a tuple however many they are."""
    if len(paths) > 1:
        return attrgetter(*paths)
    single = [attrgetter(path) for path in paths]
    return lambda record: tuple(get(record) for get in single)


ARTICLE = FieldTable(
    Field(path="title", column="title", comment="Title without the site's name.", content=True, view="title"),
    Field(
        path="site_name",
        column="site_name",
        comment="The site's name as the page states it.",
        content=True,
        view="site_name",
    ),
    Field(
        path="publisher",
        column="publisher",
        comment="The organisation that publishes it, as the page states it.",
        view="publisher",
    ),
    Field(path="language", column="language", comment="ISO 639-1, lower case.", content=True, view="language"),
    Field(path="author", column="author", comment="Authors as shown, separated by '; '.", content=True),
    Field(
        path="published",
        column="published",
        comment="Publication date as stated, ISO 8601.",
        content=True,
        view="published",
    ),
    Field(
        path="modified",
        column="modified",
        comment="Modification date as stated, ISO 8601.",
        content=True,
        view="modified",
    ),
    Field(path="lead", column="lead", comment="The lead or excerpt.", content=True, view="lead"),
    Field(
        path="text",
        column="text",
        comment="The article's text without the lead.",
        needed=True,
        content=True,
        view="text",
    ),
    Field(
        path="footnotes",
        column="footnotes",
        comment="Its footnotes, a list of texts.",
        form=Form.LIST,
        kind=Json,
        needed=True,
    ),
    Field(
        path="discussion.platform",
        column="platform",
        comment="The comment system that was recognised.",
        view="comment_system",
    ),
    Field(
        path="discussion.claimed",
        column="comments_claimed",
        comment="The number of comments that the page states.",
        form=Form.PLAIN,
        kind=Integer,
        view="comments_claimed",
    ),
    Field(
        path="discussion.found",
        column="comments_found",
        comment="The number of comments extracted from its main page.",
        form=Form.PLAIN,
        kind=Integer,
        needed=True,
        view="comments_found",
    ),
    Field(
        path="discussion.order",
        column="comments_order",
        comment="oldest or newest first, on the page.",
        form=Form.NAME,
        word=Order,
    ),
    Field(
        path="discussion.next_page",
        column="comments_next_page",
        comment="The address of the page with more comments, as its main page names it.",
    ),
    Field(
        path="discussion.hosted_by",
        column="comments_hosted_by",
        comment="The other host that serves the thread, if any.",
    ),
    Field(
        path="discussion.shortfall",
        column="shortfall",
        comment="Why fewer comments were found than claimed.",
        form=Form.NAME,
        word=Shortfall,
        view="shortfall",
    ),
    Field(
        path="links.internal",
        column="links_internal",
        comment="Links of its text that stay on the site.",
        form=Form.PLAIN,
        kind=Integer,
        needed=True,
        view="links_internal",
    ),
    Field(
        path="links.external",
        column="links_external",
        comment="Links of its text that leave it.",
        form=Form.PLAIN,
        kind=Integer,
        needed=True,
        view="links_external",
    ),
)

COMMENT = FieldTable(
    Field(path="id", column="site_comment_id", comment="The site's own id."),
    Field(path="permalink", column="permalink", comment="Its own address."),
    Field(
        path="position",
        column="position",
        comment="Counts from 1 down the page it was last seen on.",
        form=Form.PLAIN,
        kind=Integer,
        needed=True,
        view="position",
    ),
    Field(
        path="kind",
        column="kind",
        comment="comment, pingback, trackback, post or removed.",
        form=Form.NAME,
        word=CommentKind,
        needed=True,
        content=True,
        view="kind",
    ),
    Field(path="author", column="author", comment="Name as shown.", content=True),
    Field(path="author_url", column="author_url", comment="The address behind the name.", content=True),
    Field(
        path="author_truncated",
        column="author_truncated",
        comment="The page cuts the name short.",
        form=Form.FLAG,
        kind=Boolean,
        needed=True,
    ),
    Field(
        path="date",
        column="date",
        comment="ISO 8601 as shown; null when the page shows no date or no year.",
        form=Form.PLAIN,
        view="written",
    ),
    Field(path="date_text", column="date_text", comment="The date as shown."),
    Field(
        path="date_precision",
        column="date_precision",
        comment="minute, day, noyear or relative.",
        form=Form.NAME,
        word=DatePrecision,
    ),
    Field(
        path="body",
        column="body",
        comment="Its text, blocks separated by line ends.",
        needed=True,
        content=True,
        view="body",
    ),
    Field(
        path="links",
        column="links",
        comment="Addresses linked from the body, in order.",
        form=Form.LIST,
        kind=Json,
        needed=True,
        content=True,
    ),
    Field(
        path="by_site",
        column="by_site",
        comment="Written by the site's own staff.",
        form=Form.FLAG,
        kind=Boolean,
        needed=True,
        view="by_site",
    ),
)

TWEET = FieldTable(
    Field(
        path="source",
        column="source",
        comment="twitter, mastodon, bluesky or threads.",
        form=Form.NAME,
        word=TweetSource,
        needed=True,
        view="source",
    ),
    Field(path="id", column="site_tweet_id", comment="The network's own id."),
    Field(path="url", column="url", comment="Its own address."),
    Field(path="author_name", column="author_name", comment="Display name."),
    Field(path="handle", column="handle", comment="Account, without @."),
    Field(path="text", column="text", comment="Its text as shown.", needed=True, view="text"),
    Field(path="date", column="date", comment="ISO 8601 as shown.", form=Form.PLAIN, view="written"),
    Field(path="date_text", column="date_text", comment="The date as shown."),
    Field(
        path="date_precision",
        column="date_precision",
        comment="minute, day, noyear or relative.",
        form=Form.NAME,
        word=DatePrecision,
    ),
    Field(
        path="is_retweet",
        column="is_retweet",
        comment="It repeats somebody else's.",
        form=Form.FLAG,
        kind=Boolean,
        needed=True,
        view="is_retweet",
    ),
    Field(path="retweet_of", column="retweet_of", comment="Whose: a handle."),
    Field(path="via", column="via", comment="The handle after `via`."),
)
