"""What a page says, field by field, by generic means. Sites that differ override the one method that differs."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from lxml.html import HtmlElement

from extractors.article import author as authors
from extractors.article import metadata, publication
from extractors.article import publisher as publishers
from extractors.article.block_features import Stated
from extractors.article.body import article_blocks
from extractors.article.bylines import Byline, bylines
from extractors.article.lead import find_lead
from extractors.article.outline import NO_HEADINGS, Outline, outline
from extractors.article.owner import owner
from extractors.article.parts import Parts, parts_of
from extractors.article.sections import Structure, full_text, structured
from extractors.comments import find_thread, thread_of
from extractors.comments.adapter import Platform
from extractors.comments.thread import Thread
from extractors.errors import LayoutChanged, NoArticle, TooComplex
from extractors.html import Document, without
from extractors.language import language_of
from extractors.records import Comment, CommentKind, LinkCounts, PageKind, Section
from extractors.structured import Statements, text_in
from extractors.tweets.finds import TweetFinds, find_tweets
from extractors.urls import absolute, base_of, canonical_url, host_of
from extractors.whole_site.site_profile import LEAST_BLOCK, SiteProfile, fingerprint
from extractors.whole_site.traits import PageTraits, place_of, tail_of, told

if TYPE_CHECKING:
    from bs4 import Tag

MAX_BLOCKS = 120_000
"""Judging so many takes a few seconds and half a gigabyte; real pages have hundreds."""
_LEAST_ARTICLE = 800  # characters beside the posts of a forum that may be its menus and notices
_LATER_PAGE = re.compile(r"(?:[?&/](?:start|st)[=/][1-9]|[?&;/-]p(?:age)?[=/-]?(?:[2-9]|[1-9]\d)(?!\d))", re.IGNORECASE)
_LEAST_LEFT = 100  # characters of text that must be left when what the site repeats is taken out
_MAX_WIDGETS = 3
_BARE_PAGE = 300  # characters shown below which what is hidden is read too: a script may show it


class PageObject:
    """Any article page. What a subclass for a site says, the generic reading leaves to it.

    `hosts`: the hosts it is for, without "www."; a subdomain counts too. `paths`: a regular expression that finds the
    paths of those hosts that it is for; empty: all. `priority`: the greater one reads an address that two are for.
    `comments`: where the theme keeps its comments; None: found by generic means.
    """

    hosts: ClassVar[tuple[str, ...]] = ()
    paths: ClassVar[str] = ""
    priority: ClassVar[int] = 0
    comments: ClassVar[type[Platform] | None] = None

    def __init__(self, document: Document, fetched_at: datetime | None = None) -> None:
        """`fetched_at` dates what a page says in relative terms ("3 days ago")."""
        self.document = document
        self.profile: SiteProfile | None = None  # what its site is known to repeat
        self.first_look: tuple[int, ...] = ()  # the article's blocks as the page alone tells them
        self.threads: list[Thread] = []  # as they were met: the last one is the page's
        self.fetched_at = fetched_at
        self.statements = Statements(document)

    def canonical_url(self) -> str:
        return canonical_url(self.document, self.statements)

    def site_name(self) -> str | None:
        return metadata.site_name(self.document, self.statements)

    def publisher(self) -> str | None:
        return publishers.publisher(self.statements, self._signature.organisation)

    def language(self) -> str | None:
        return self._language

    def title(self) -> str | None:
        return self._title if self.profile is None else self.profile.without_suffix(self._title)

    def author(self) -> str | None:
        if not self.blocks:
            return self.opening_post.author if self.opening_post is not None else None
        labels = self.profile.labels if self.profile is not None else ()
        return "; ".join(name for name in self._signature.people if name not in labels) or None

    def published(self) -> str | None:
        if not self.blocks:
            return self.opening_post.date if self.opening_post is not None else None
        return self._publication.published

    def modified(self) -> str | None:
        return self._publication.modified

    @functools.cached_property
    def _publication(self) -> publication.Publication:
        return publication.publication(
            self.document, self.statements, self.outline, self.bylines, self.language(), self.fetched_at
        )

    @functools.cached_property
    def _signature(self) -> authors.Signature:
        return authors.signature(
            self.outline,
            self.statements,
            self.bylines,
            self.document.url,
            self.site_name(),
            owner(self.document, self.statements, self.outline),
        )

    @functools.cached_property
    def _title(self) -> str | None:
        return metadata.title(self.document, self.statements)

    @functools.cached_property
    def _language(self) -> str | None:
        return language_of(self.document, self.statements, self.text())

    def thread(self) -> Thread:
        return self._thread

    def tweets(self) -> TweetFinds:
        return self._tweets

    def headings(self) -> Mapping[HtmlElement, int]:
        """Elements that are headings by the theme's design though they are no h-tags, with their levels, 1 to 6."""
        return NO_HEADINGS

    def article_element(self) -> HtmlElement | None:
        """The element that holds the article's text; None: the blocks are judged one by one."""
        return None

    def left_out(self) -> Collection[HtmlElement]:
        """Elements whose text is not the article's, though they stand within it."""
        return ()

    @functools.cached_property
    def _thread(self) -> Thread:
        while True:
            found = (
                find_thread(self.document, self.fetched_at)
                if self.comments is None
                else thread_of(self.comments(), self.document, self.fetched_at)
            )
            self.threads.append(found)
            known = self.profile.widgets if self.profile is not None else ()
            if place_of(found) not in known or len(self.threads) > _MAX_WIDGETS:
                return found
            for node in found.nodes:  # the site's newest comments, not this page's: the thread stands elsewhere
                without(node)

    @functools.cached_property
    def _tweets(self) -> TweetFinds:
        return find_tweets(self.document)

    @functools.cached_property
    def outline(self) -> Outline:
        """The page's text blocks without the comment thread and the tweets. Raises TooComplex."""
        timelines = [node for node in self.tweets().nodes if node.tag != "blockquote"]  # a tweet may be quoted
        apart = {*self.thread().nodes, *timelines, *self.left_out()}
        headings = self.headings()
        shown = outline(self.document.tree, apart, headings=headings)
        if len(shown.blocks) > MAX_BLOCKS:
            raise TooComplex(f"{self.document.url}: more than {MAX_BLOCKS:,} text blocks")
        if sum(len(block.text) for block in shown.blocks) >= _BARE_PAGE:
            return shown
        everything = outline(self.document.tree, apart, headings=headings, with_hidden=True)
        return everything if len(everything.blocks) > len(shown.blocks) else shown

    @functools.cached_property
    def blocks(self) -> tuple[int, ...]:
        """The article's blocks, indices of the outline's; none on a page of posts. Raises NoArticle without text."""
        element = self.article_element()
        if element is None:
            found = article_blocks(self.outline, self.stated(), self.thread_starts)
        else:
            found = self.outline.blocks_in(element)
        size = sum(len(self.outline.blocks[index].text) for index in found)
        if element is None and size < _LEAST_ARTICLE and self._holds_posts(size):
            found = ()
        elif not found:
            raise NoArticle(f"{self.document.url}: no text on the page")
        self.first_look = found
        return self._without_repeated(found)

    def _holds_posts(self, size: int) -> bool:
        """Whether the page is a topic of a forum: what is left beside its posts, `size` characters, is none of them."""
        posts = [one for one in self.thread().comments if one.kind is CommentKind.POST]
        return bool(posts) and self.thread().comments[0] is posts[0] and sum(len(one.body) for one in posts) > size

    @functools.cached_property
    def opening_post(self) -> Comment | None:
        """The message that opens a topic, where the page is the topic's first and holds nothing but posts."""
        if self.blocks or _LATER_PAGE.search(self.document.url):
            return None
        return next(iter(self.thread().comments), None)

    def _without_repeated(self, found: tuple[int, ...]) -> tuple[int, ...]:
        """Without the blocks that other articles of the site show too, unless nothing else is left."""
        if self.profile is None or not self.profile.repeated:
            return found
        again = {index for index in found if self.block_key(index) in self.profile.repeated}
        kept = tuple(index for index in found if index not in again)
        size = sum(len(self.outline.blocks[index].text) for index in kept)
        return kept if size >= _LEAST_LEFT else found

    def block_key(self, index: int) -> str | None:
        """The block's fingerprint; None for headings and short blocks, which are told apart by nothing."""
        block = self.outline.blocks[index]
        if len(block.text) < LEAST_BLOCK or self.outline.nodes[block.node].heading:
            return None
        return fingerprint(block.text)

    def traits(self, kind: PageKind, margin: float, said: PageKind | None = None) -> PageTraits:
        """What the page adds to the profile of its site, as it is read without one."""
        own = {place: told(thread.comments) for thread in self.threads if (place := place_of(thread))}
        keys = (self.block_key(index) for index in self.first_look)
        stated = next((" ".join(one.text_content().split()) for one in self.document.tree.iter("title")), None)
        tail = tail_of(stated, self._title)
        return PageTraits(
            url=self.canonical_url(),
            kind=str(kind),
            margin=round(margin, 2),
            stated=said and str(said),
            language=self.language(),
            system=self.threads[0].discussion.platform if self.threads and self.threads[0].comments else None,
            tail=tail,
            ending=None if tail or not self._title else self._title[-100:],
            names=self._signature.people,
            blocks=tuple(dict.fromkeys(key for key in keys if key is not None)),
            comments=tuple((place, keys) for place, keys in own.items() if keys),
        )

    def parts(self, kind: PageKind) -> Parts | None:
        """Which page of its article this is; None for one that is whole."""
        return parts_of(self.document, kind, self.thread(), self.canonical_url())

    @functools.cached_property
    def thread_starts(self) -> int | None:
        """The block of the outline before which the comment thread stood."""
        thread = set(self.thread().nodes)
        return next((at for at, node in self.outline.gaps if node in thread), None)

    def stated(self) -> Stated:
        """What the page's metadata says about its text."""
        article = self.statements.article
        return Stated(self.title(), text_in(article.get("articleBody")), tuple(authors.stated_names(self.statements)))

    @functools.cached_property
    def structure(self) -> Structure:
        apart = set(self.lead_blocks)
        return structured(self.outline, [index for index in self.blocks if index not in apart], self.title())

    @functools.cached_property
    def bylines(self) -> tuple[Byline, ...]:
        """Where the page may show who wrote the article and when."""
        return bylines(self.outline, self.blocks, self.title())

    @functools.cached_property
    def lead_blocks(self) -> tuple[int, ...]:
        """The blocks that introduce the article, indices of the outline's."""
        descriptions = [
            text_in(self.statements.article.get("description")),
            self.statements.meta("description"),
            self.statements.meta("og:description", "twitter:description"),
        ]
        return find_lead(self.outline, self.blocks, self.title(), [text for text in descriptions if text])

    def lead(self) -> str | None:
        return "\n\n".join(self.outline.blocks[index].text for index in self.lead_blocks) or None

    def text(self) -> str:
        return full_text(self.sections())

    def sections(self) -> tuple[Section, ...]:
        return self.structure.sections

    def footnotes(self) -> tuple[str, ...]:
        return self.structure.footnotes

    def links(self) -> LinkCounts:
        base = base_of(self.document)
        host = host_of(self.document.url)
        internal = external = 0
        for index in self.blocks:
            for anchor in self.outline.blocks[index].anchors:
                if target := absolute(anchor, base):
                    same = host_of(target) == host
                    internal += same
                    external += not same
        return LinkCounts(internal=internal, external=external)

    def required(self, selector: str, within: Tag | None = None) -> Tag:
        """The first element that a CSS selector finds. Raises LayoutChanged if there is none."""
        found = (within or self.document.soup).select_one(selector)
        if found is None:
            raise LayoutChanged(f"{self.document.url}: no {selector}; has the site's layout changed?")
        return found

    def with_class(self, name: str) -> list[HtmlElement]:
        """The elements of a class, in page order."""
        return list(self.document.tree.find_class(name))

    def node(self, selector: str) -> HtmlElement | None:
        """The first element that an XPath expression finds, for overrides on the fast tree."""
        found = self.document.tree.xpath(selector)
        return found[0] if isinstance(found, list) and found else None
