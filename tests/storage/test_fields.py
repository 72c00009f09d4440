"""What is stored of a record is all of it: whoever adds a field and forgets storage fails here."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

from extractors.records import (
    Block,
    BlockKind,
    Comment,
    CommentKind,
    DatePrecision,
    Discussion,
    LinkCounts,
    Order,
    Page,
    Section,
    SectionKind,
    Shortfall,
    Tweet,
    TweetSource,
)
from storage.crawl.loading import load
from storage.crawl.reading_back import page_record
from storage.database.fields import ARTICLE, COMMENT, TWEET

COMMENTS = (
    Comment(
        position=1,
        id="comment-7",
        permalink="https://mag.example/a#comment-7",
        author="Zo\u00e9",
        author_url="https://zoe.example/",
        author_truncated=True,
        date="2026-03-01T10:00:00+01:00",
        date_text="1 mars 2026, 10 h",
        date_precision=DatePrecision.MINUTE,
        body="Deux lignes,\net un lien.",
        links=("https://zoe.example/lien",),
        parent=None,
        kind=CommentKind.POST,
        by_site=True,
    ),
    Comment(position=2, id="comment-8", author="Ali", body="R\u00e9ponse.", parent=1, kind=CommentKind.PINGBACK),
)
TWEETS = (
    Tweet(
        text="RT @ali: #pain chez @boulanger $FARINE https://t.co/x via @zoe",
        id="99",
        url="https://mastodon.example/@zoe/99",
        author_name="Zo\u00e9",
        handle="zoe",
        date="2026-03-01",
        date_text="1 mars",
        date_precision=DatePrecision.DAY,
        urls=("https://t.co/x",),
        hashtags=("pain",),
        mentions=("ali", "boulanger"),
        cashtags=("FARINE",),
        is_retweet=True,
        retweet_of="ali",
        via="zoe",
        source=TweetSource.MASTODON,
    ),
)
PAGE = Page(
    url="https://mag.example/a?page=1",
    canonical_url="https://mag.example/a",
    title="Le boulanger",
    site_name="Le Mag",
    publisher="Le Mag SA",
    language="fr",
    author="Marie Petit; Zo\u00e9",
    authors=("Marie Petit", "Zo\u00e9"),
    published="2026-02-28T08:00:00+01:00",
    modified="2026-03-01",
    lead="Un m\u00e9tier.",
    text="Le texte.",
    sections=(
        Section(
            level=3,
            kind=SectionKind.PSEUDO,
            heading="Missions",
            text="P\u00e9trir.",
            blocks=(Block(kind=BlockKind.LIST, text="P\u00e9trir."),),
        ),
    ),
    footnotes=("Note 1.",),
    discussion=Discussion(
        platform="wordpress",
        claimed=9,
        found=2,
        order=Order.NEWEST,
        next_page="https://mag.example/a/comment-page-2/",
        hosted_by="threads.example",
        shortfall=Shortfall.PAGINATED,
    ),
    comments=COMMENTS,
    tweets=TWEETS,
    links=LinkCounts(internal=3, external=4),
    extractor_version="9.9.9",
)


def unset(record: object) -> list[str]:
    """The fields of a record that hold what they would hold anyway: a loss of those would not be seen."""
    found = []
    for field in dataclasses.fields(record):  # type: ignore[arg-type]
        default = field.default_factory() if callable(field.default_factory) else field.default
        if getattr(record, field.name) == default:
            found.append(field.name)
    return found


OF_THE_PAGE = {"page_kind", "kind_cues", "post_key"}  # what an address is: kept with the page, not with its article


def test_the_sample_sets_every_field_of_every_record():
    first = replace(COMMENTS[0], parent=1)  # its answer has the parent
    records = (PAGE, PAGE.discussion, PAGE.links, first, *TWEETS, *PAGE.sections, *PAGE.sections[0].blocks)
    missing = {type(record).__name__: set(unset(record)) - OF_THE_PAGE for record in records}
    assert {name: fields for name, fields in missing.items() if fields} == {}


def test_every_field_of_a_page_is_read_back_as_it_was_loaded(database, make, judge):
    read = make.extracted(PAGE.url, COMMENTS, [judge(), judge()])
    load(database, [replace(read, page=PAGE)], None, make.now)
    with database.read() as connection:
        stored = page_record(connection, PAGE.canonical_url)
    assert stored == PAGE


def test_no_field_is_listed_twice():
    for fields in (ARTICLE, COMMENT, TWEET):
        assert len(set(fields.columns)) == len(fields.columns)
        assert len({field.path for field in fields}) == len(fields.columns)
