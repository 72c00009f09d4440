"""What the desk shows of a waiting comment: the card, and its context, as plain values ready for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moderation.explain import Language, meaning
from moderation.verdict import Evidence
from storage.authors import UNKNOWN, author_history
from storage.campaigns import campaign_sizes, members
from storage.engine import Database
from storage.records import page_record
from storage.reviews import decisions_on
from storage.waiting import Item, item, thread

WEAK = 0.05  # log-odds: reasons under this are not shown on the card
MAX_REASONS = 14
NEIGHBOURS = 4
MAX_DUPLICATES = 12
SECTION_CHARACTERS = 700


def language_of(code: str) -> Language:
    return "fr" if code == "fr" else "en"


def reason(evidence: Evidence, language: Language) -> dict[str, Any]:
    return {
        "signal": evidence.signal,
        "meaning": meaning(evidence.signal, language),
        "quote": evidence.because,
        "weight": round(evidence.log_odds, 2),
        "spans": [list(span) for span in evidence.spans],
    }


def card(one: Item, language: Language, campaign_size: int | None = None) -> dict[str, Any]:
    """Everything that is needed to decide without another request."""
    strong = sorted(one.evidence, key=lambda evidence: -abs(evidence.log_odds))
    shown = [evidence for evidence in strong if abs(evidence.log_odds) >= WEAK][:MAX_REASONS]
    return {
        "id": one.comment_id,
        "version": one.version,
        "site": one.site,
        "kind": str(one.kind),
        "author": one.author,
        "author_key": one.author_key,
        "author_url": one.author_url,
        "date": one.date_text or one.date,
        "body": one.body,
        "links": list(one.links),
        "article": {"id": one.article_id, "title": one.article_title, "url": one.article_url},
        "article_language": one.article_language,
        "language": one.language,
        "relation": one.language_relation,
        "labels": list(one.labels),
        "probability": one.spam_probability,
        "reasons": [reason(evidence, language) for evidence in shown],
        "model": one.model_version,
        "policy": one.policy_version,
        "action": one.action,
        "decided_by": one.decided_by,
        "waiting_since": one.waiting_since,
        "permalink": one.permalink,
        "removed": one.removed_at is not None,
        "campaign": {"id": one.campaign, "size": campaign_size} if one.campaign is not None else None,
    }


def cards(db: Database, found: Sequence[Item], language: Language) -> list[dict[str, Any]]:
    sizes = campaign_sizes(db, [one.comment_id for one in found if one.campaign is not None])
    return [card(one, language, sizes.get(one.comment_id)) for one in found]


def context(db: Database, comment_id: int, language: Language) -> dict[str, Any]:
    """The article, the thread around the comment, its author's past, near-duplicates and what was decided on it.

    Raises UnknownItem.
    """
    one = item(db, comment_id)
    with db.read() as connection:
        article = page_record(connection, one.article_url)
    known = author_history(db, one.site, [one.author])[one.author] if one.author else UNKNOWN
    twins = [number for number in members(db, one.campaign) if number != comment_id] if one.campaign else []
    return {
        "id": comment_id,
        "article": {
            "title": one.article_title,
            "url": one.article_url,
            "language": one.article_language,
            "lead": article.lead if article else None,
            "sections": [
                {"heading": section.heading, "text": shortened(section.text)}
                for section in (article.sections if article else ())
            ],
        },
        "thread": [brief(other, language) for other in thread(db, comment_id, around=NEIGHBOURS)],
        "author": {
            "published": known.published,
            "waiting": known.waiting,
            "rejected": known.rejected,
            "first_seen_at": known.first_seen_at,
            "hosts": list(known.hosts),
        },
        "duplicates": {
            "count": len(twins) + 1 if twins else 0,
            "shown": [brief(item(db, number), language) for number in twins[:MAX_DUPLICATES]],
        },
        "history": [
            {
                "id": decision.id,
                "editor": decision.editor,
                "action": decision.action,
                "reason": decision.reason,
                "note": decision.note,
                "at": decision.decided_at,
                "undoes": decision.undoes,
            }
            for decision in decisions_on(db, comment_id)
        ],
    }


def brief(one: Item, language: Language) -> dict[str, Any]:
    return {
        "id": one.comment_id,
        "version": one.version,
        "author": one.author,
        "date": one.date_text or one.date,
        "body": one.body,
        "action": one.action,
        "labels": list(one.labels),
        "by_site": one.by_site,
        "parent": one.parent_id,
        "article": one.article_title,
        "site": one.site,
    }


def shortened(text: str) -> str:
    return text if len(text) <= SECTION_CHARACTERS else text[: SECTION_CHARACTERS - 1] + "…"
