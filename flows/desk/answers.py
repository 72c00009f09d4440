"""What the desk's JSON interface answers, type by type: /api/openapi.json is made from these.

Frozen, and null where there is nothing to say. Moments are UTC. Lists are in the order in which they are shown.
"""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from moderation.edits import EditKind
from moderation.verdict import Action, LanguageRelation
from storage.desk.editors import Role

Span = tuple[int, int]
"""Start and end in the comment's text, in characters."""


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Reason(Answer):
    """One piece of evidence. `weight` is in log-odds of spam; `spans` are what it points at in the text."""

    signal: str
    meaning: str
    quote: str
    weight: float
    spans: tuple[Span, ...]


class Step(Answer):
    """A stretch of text that two versions share, or that one of them has."""

    kind: EditKind
    text: str


class Edit(Answer):
    """A decision on an earlier text, and the way from that text to the present one."""

    editor: str
    action: Action
    at: datetime
    version: int
    parts: tuple[str, ...]
    steps: tuple[Step, ...]
    links_out: tuple[str, ...]
    links_in: tuple[str, ...]


class CardArticle(Answer):
    id: int
    title: str | None
    url: str


class CardCampaign(Answer):
    id: int
    size: int | None


class Card(Answer):
    """All that is needed to decide on one comment. `version` goes back with the decision."""

    id: int
    version: int
    text_version: int
    edited: Edit | None
    site: str
    kind: str
    author: str | None
    author_key: str | None
    author_url: str | None
    date: str | None
    body: str
    links: tuple[str, ...]
    article: CardArticle
    article_language: str | None
    language: str | None
    relation: LanguageRelation
    labels: tuple[str, ...]
    probability: float | None
    reasons: tuple[Reason, ...]
    start: float | None
    model: str
    policy: str
    action: Action
    decided_by: str | None
    waiting_since: datetime | None
    permalink: str | None
    removed: bool
    leased_by: str | None
    campaign: CardCampaign | None


class LookCard(Card):
    """A card of the random sample, without what the machine or a colleague thought of it."""

    look: int
    look_kind: str


class Brief(Answer):
    """A comment among others: enough to recognise it."""

    id: int
    version: int
    author: str | None
    date: str | None
    body: str
    action: Action
    labels: tuple[str, ...]
    by_site: bool
    parent: int | None
    article: str | None
    site: str


class Section(Answer):
    heading: str | None
    text: str


class PageAnswer(Answer):
    """What a page is taken for, by whom (editor or settings; null: the page itself), and why."""

    id: int
    site: str
    url: str
    kind: str | None
    kind_by: str | None
    because: tuple[str, ...]


class KindAnswer(Answer):
    """The page as it stands now. `withdrawn`: the article that it had given and its comments were taken back."""

    page: PageAnswer
    withdrawn: bool


class LanguageAnswer(Answer):
    """The language that counts for an article now. `said_by`: the editor who set it; null: nobody did.

    `judged`: how many of its comments were judged again; null: the next run of its site does that.
    """

    article: int
    language: str | None
    said_by: str | None
    judged: int | None


class ContextArticle(Answer):
    id: int
    title: str | None
    url: str
    language: str | None
    language_by: str | None  # the editor who set it; null: nobody did
    lead: str | None
    page: PageAnswer | None  # that shows it; null: none does any more
    sections: tuple[Section, ...]


class Languages(Answer):
    """The comment's language and its article's, and how sure that is (null: a rule decided)."""

    comment: str | None
    comment_probability: float | None
    article: str | None
    article_probability: float | None
    because: str


class AuthorPast(Answer):
    key: str | None
    published: int
    waiting: int
    rejected: int
    first_seen_at: datetime | None
    hosts: tuple[str, ...]


class Duplicates(Answer):
    count: int
    shown: tuple[Brief, ...]


class PastDecision(Answer):
    """`undone`: a later decision took it back."""

    id: int
    editor: str
    action: Action
    reason: str | None
    version: int
    note: str | None
    at: datetime
    undoes: int | None
    undone: bool


class Context(Answer):
    """What surrounds a comment: article, thread, author, near-duplicates, and what was decided on it."""

    id: int
    article: ContextArticle
    languages: Languages | None
    thread: tuple[Brief, ...]
    author: AuthorPast
    duplicates: Duplicates
    history: tuple[PastDecision, ...]


class AuthorComments(Answer):
    key: str
    names: tuple[str, ...]
    comments: tuple[Brief, ...]
    counts: dict[Action, int]


class Count(Answer):
    """A count that stops somewhere: `more` says that there are more."""

    count: int
    more: bool


class SessionAnswer(Answer):
    editor: str
    role: Role
    sites: tuple[str, ...] | None
    csrf: str


class QueueAnswer(Answer):
    """`next` is what to pass as `after` for the following page; null at the end."""

    items: tuple[Card, ...]
    next: str | None
    waiting: Count


class LeasesAnswer(Answer):
    kept: tuple[int, ...]
    gone: tuple[Card, ...]


class ReleasedAnswer(Answer):
    released: int


class CampaignAnswer(Answer):
    id: int
    items: tuple[Brief, ...]
    waiting: Count


class Late(Answer):
    """A site where comments wait for longer than the hours agreed."""

    site: str
    hours: float
    oldest: datetime
    count: int
    more: bool


class CountsAnswer(Count):
    oldest: datetime | None
    overdue: tuple[Late, ...]


class DecisionAnswer(Answer):
    """`version` is the comment's after it: the next decision on it has to name it."""

    id: int
    comment: int
    action: Action
    reason: str | None
    version: int
    undoes: int | None
    at: datetime
    group: str  # the same for decisions that were sent together


class DecisionsAnswer(Answer):
    decisions: tuple[DecisionAnswer, ...]


class RuleVersion(Answer):
    version: str
    at: datetime
    by: str


class RulesAnswer(Answer):
    """The lists in force, by name (hold_words, ...), and the versions before, the newest first."""

    site: str | None
    lists: dict[str, tuple[str, ...]]
    version: str | None
    versions: tuple[RuleVersion, ...]


class RuleTried(Answer):
    """What an entry would have changed among past decisions."""

    fitting: int
    decisions: int
    approved_flipped: int
    refused_flipped: int
    sentence: str
    shown: tuple[Brief, ...]


class SampleAnswer(Answer):
    """`waiting`: how many looks of the kind asked for wait for you, the items among them."""

    items: tuple[LookCard, ...]
    waiting: Count


class SavedAnswer(Answer):
    saved: int


class SiteProof(Answer):
    """How far the random sample of a site has come. `upper_limit`: share of good comments that might be rejected."""

    site: str
    drawn: int
    audited_ham: int
    would_reject: int
    needed: int
    certified: bool
    broken: bool
    upper_limit: float
    ready_on: date | None


class ReasonAgreement(Answer):
    reason: str | None
    looked: int
    agreed: int


class Disagreed(Answer):
    """Two editors who decided differently on one comment."""

    comment_id: int
    first: str
    first_action: Action
    first_reason: str | None
    second: str
    second_action: Action
    second_reason: str | None
    looked_at: datetime


class ProgressAnswer(Answer):
    sites: tuple[SiteProof, ...]
    agreement: tuple[ReasonAgreement, ...]
    disagreements: tuple[Disagreed, ...]


class Fault(Answer):
    """Why a request was refused, in one sentence."""

    error: str


class Conflict(Fault):
    """Somebody else has decided: who and what, and the version to decide on now."""

    comment: int
    editor: str | None
    action: Action | None
    version: int
