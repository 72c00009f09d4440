"""What the desk shows of a waiting comment: the card, and its context."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from flows.desk.answers import (
    AuthorComments,
    AuthorPast,
    Brief,
    Card,
    CardArticle,
    CardCampaign,
    Context,
    ContextArticle,
    Duplicates,
    Edit,
    Languages,
    LookCard,
    PageAnswer,
    PastDecision,
    Reason,
    Section,
    Step,
)
from moderation.edits import differences, edited_parts
from moderation.explain import Language, detail, meaning
from moderation.language.judge import LanguageJudge
from moderation.verdict import Action, Evidence, LanguageRelation
from storage.crawl.article_languages import language_of
from storage.crawl.campaigns import campaign_sizes, members
from storage.crawl.page_kinds import SitePage, page_of_article
from storage.database.engine import Database
from storage.desk.author_history import UNKNOWN, author_history
from storage.desk.decisions import EditedSince, decisions_on, edited_since
from storage.desk.review_queue import QueueItem, article_context, by_author, item, items_of, sites_of, thread

START = "baseline"  # what every comment starts from: no reason, shown apart
WEAK = 0.05  # log-odds: reasons under this are not shown on the card
MARKED = 0.25  # log-odds: the words of weaker reasons are not highlighted
LEAST_MARKED = 5  # letters: shorter words are not highlighted by themselves
MAX_REASONS = 14
MAX_BY_AUTHOR = 50
NEIGHBOURS = 4
MAX_DUPLICATES = 12
SECTION_CHARACTERS = 700


def evidence_language(code: str) -> Language:
    return "fr" if code == "fr" else "en"


def typeset(words: str, language: Language) -> str:
    """Words of ours as they are printed: French has the typographic apostrophe."""
    return words.replace("'", "’") if language == "fr" else words


def reason_card(evidence: Evidence, language: Language, body: str) -> Reason:
    telling = abs(evidence.log_odds) >= MARKED
    return Reason(
        signal=evidence.signal,
        meaning=typeset(meaning(evidence.signal, language), language),
        quote=detail(evidence, language),
        weight=round(evidence.log_odds, 2),
        spans=tuple(span for span in evidence.spans if telling and is_telling(body[slice(*span)])),
    )


def is_telling(words: str) -> bool:
    """Whether a highlight helps the eye: links, amounts and words do, single stop words are noise."""
    return len(words) >= LEAST_MARKED or not any(letter.isalpha() for letter in words)


def edit_card(edited: EditedSince) -> Edit:
    """Who decided what on which version, what changed in substance since, and the way from that text to this one."""
    decision, before, after = edited.decision, edited.before, edited.after
    return Edit(
        editor=decision.editor,
        action=Action(decision.action),
        at=decision.decided_at,
        version=decision.comment_version,
        parts=tuple(sorted(edited_parts(before, after))),
        steps=tuple(Step(kind=kind, text=text) for kind, text in differences(before.body, after.body)),
        links_out=tuple(link for link in before.links if link not in after.links),
        links_in=tuple(link for link in after.links if link not in before.links),
    )


def card(
    one: QueueItem, language: Language, campaign_size: int | None = None, edited: EditedSince | None = None
) -> Card:
    """Everything that is needed to decide without another request."""
    strong = sorted(one.evidence, key=lambda evidence: -abs(evidence.log_odds))
    shown = [evidence for evidence in strong if abs(evidence.log_odds) >= WEAK and evidence.signal != START]
    start = next((evidence for evidence in one.evidence if evidence.signal == START), None)
    return Card(
        id=one.comment_id,
        version=one.version,
        text_version=one.comment_version,
        edited=edit_card(edited) if edited is not None else None,
        site=one.site,
        kind=str(one.kind),
        author=one.author,
        author_key=one.author_key,
        author_url=one.author_url,
        date=one.date or one.date_text,
        body=one.body,
        links=one.links,
        article=CardArticle(id=one.article_id, title=one.article_title, url=one.article_url),
        article_language=one.article_language,
        language=one.language,
        relation=LanguageRelation(one.language_relation),
        labels=one.labels,
        probability=one.spam_probability,
        reasons=tuple(reason_card(evidence, language, one.body) for evidence in shown[:MAX_REASONS]),
        start=round(start.log_odds, 2) if start else None,
        model=one.model_version,
        policy=one.policy_version,
        action=Action(one.action),
        decided_by=one.decided_by,
        waiting_since=one.waiting_since,
        permalink=one.permalink,
        removed=one.removed_at is not None,
        leased_by=one.lease_editor,
        campaign=CardCampaign(id=one.campaign, size=campaign_size) if one.campaign is not None else None,
    )


def cards(db: Database, found: Sequence[QueueItem], language: Language) -> tuple[Card, ...]:
    sizes = campaign_sizes(db, [one.comment_id for one in found if one.campaign is not None])
    versions = [one.comment_id for one in found if one.comment_version > 1]
    edited = edited_since(db, versions) if versions else {}
    return tuple(card(one, language, sizes.get(one.comment_id), edited.get(one.comment_id)) for one in found)


def blind(shown: Card, look: int, kind: str) -> LookCard:
    """A card without what the machine or a colleague thought of it, so that a look at it is unbiased."""
    hidden = {
        "reasons": (),
        "start": None,
        "probability": None,
        "labels": (),
        "decided_by": None,
        "campaign": None,
        "edited": None,
        "action": Action.REVIEW,
        "language": None,
        "relation": LanguageRelation.UNDECIDABLE,
    }
    return LookCard.model_construct(**(dict(shown) | hidden), look=look, look_kind=kind)


def blind_context(found: Context) -> Context:
    """A comment's surroundings without what was decided on it or on its likes."""
    mine = tuple(
        one.model_copy(update={"action": Action.REVIEW}) if one.id == found.id else one for one in found.thread
    )
    hidden = {"thread": mine, "history": (), "duplicates": Duplicates(count=0, shown=()), "languages": None}
    return found.model_copy(update=hidden)


def context(db: Database, comment_id: int, allowed: Sequence[str] | None) -> Context:
    """The article, the thread around the comment, its author's past, near-duplicates and what was decided on it.

    Near-duplicates of sites that are not in `allowed` (None: all) are left out. Raises UnknownItem.
    """
    one = item(db, comment_id)
    article = article_context(db, one.article_id)
    known = author_history(db, one.site, [one.author])[one.author] if one.author else UNKNOWN
    alike = [number for number in members(db, one.campaign) if number != comment_id] if one.campaign else []
    if allowed is not None:
        sites = sites_of(db, alike)
        alike = [number for number in alike if sites.get(number) in allowed]
    past = decisions_on(db, comment_id)
    undone = {decision.undoes for decision in past}
    return Context(
        id=comment_id,
        article=ContextArticle(
            id=one.article_id,
            title=one.article_title,
            url=one.article_url,
            language=one.article_language,
            language_by=language_of(db, one.article_id).said_by,
            lead=article.lead,
            page=page_answer(page_of_article(db, one.article_id)),
            sections=tuple(Section(heading=heading, text=shortened(text)) for heading, text in article.sections),
        ),
        languages=languages(one.body, one.article_language) if one.language_relation == "other" else None,
        thread=tuple(brief(other) for other in thread(db, comment_id, around=NEIGHBOURS)),
        author=AuthorPast(
            key=one.author_key,
            published=known.published,
            waiting=known.waiting,
            rejected=known.rejected,
            first_seen_at=known.first_seen_at,
            hosts=known.hosts,
        ),
        duplicates=Duplicates(
            count=len(alike) + 1 if alike else 0,
            shown=tuple(brief(other) for other in items_of(db, alike[:MAX_DUPLICATES])),
        ),
        history=tuple(
            PastDecision(
                id=decision.id,
                editor=decision.editor,
                action=Action(decision.action),
                reason=decision.reason,
                version=decision.comment_version,
                note=decision.note,
                at=decision.decided_at,
                undoes=decision.undoes,
                undone=decision.id in undone,
            )
            for decision in past
        ),
    )


def page_answer(page: SitePage | None) -> PageAnswer | None:
    if page is None:
        return None
    return PageAnswer(
        id=page.id, site=page.site, url=page.url, kind=page.kind, kind_by=page.kind_by, because=page.because
    )


def languages(body: str, article_language: str | None) -> Languages:
    """Both languages and how sure we are of them; None where a rule decided."""
    found = judge().relation(body, article_language)
    return Languages(
        comment=found.language,
        comment_probability=found.probability or None,
        article=article_language,
        article_probability=found.article_probability if found.probability else None,
        because=found.because,
    )


@functools.cache
def judge() -> LanguageJudge:
    """The light judge: the desk explains verdicts, it does not make them."""
    return LanguageJudge(lean=True)


def author_card(db: Database, author_key: str, allowed: Sequence[str] | None) -> AuthorComments:
    """What an author wrote, the newest first, on the sites in `allowed` (None: all)."""
    found = by_author(db, author_key, allowed, limit=MAX_BY_AUTHOR)
    return AuthorComments(
        key=author_key,
        names=tuple(sorted({one.author for one in found if one.author})),
        comments=tuple(map(brief, found)),
        counts={action: sum(one.action == action for one in found) for action in Action},
    )


def brief(one: QueueItem) -> Brief:
    return Brief(
        id=one.comment_id,
        version=one.version,
        author=one.author,
        date=one.date or one.date_text,
        body=one.body,
        action=Action(one.action),
        labels=one.labels,
        by_site=one.by_site,
        parent=one.parent_id,
        article=one.article_title,
        site=one.site,
    )


def shortened(text: str) -> str:
    return text if len(text) <= SECTION_CHARACTERS else text[: SECTION_CHARACTERS - 1] + "…"
