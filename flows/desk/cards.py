"""What the desk shows of a waiting comment: the card, and its context, as plain values ready for JSON."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from moderation.edits import differences, edited_parts
from moderation.explain import Language, detail, meaning
from moderation.language.judge import LanguageJudge
from moderation.verdict import Action, Evidence
from storage.crawl.campaigns import campaign_sizes, members
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


def reason_card(evidence: Evidence, language: Language, body: str) -> dict[str, Any]:
    telling = abs(evidence.log_odds) >= MARKED
    return {
        "signal": evidence.signal,
        "meaning": meaning(evidence.signal, language),
        "quote": detail(evidence, language),
        "weight": round(evidence.log_odds, 2),
        "spans": [list(span) for span in evidence.spans if telling and is_telling(body[slice(*span)])],
    }


def is_telling(words: str) -> bool:
    """Whether a highlight helps the eye: links, amounts and words do, single stop words are noise."""
    return len(words) >= LEAST_MARKED or not any(letter.isalpha() for letter in words)


def edit_card(edited: EditedSince) -> dict[str, Any]:
    """Who decided what on which version, what changed in substance since, and the way from that text to this one."""
    return {
        "editor": edited.decision.editor,
        "action": edited.decision.action,
        "at": edited.decision.decided_at,
        "version": edited.decision.comment_version,
        "parts": sorted(edited_parts(edited.before, edited.after)),
        "steps": [{"kind": kind, "text": text} for kind, text in differences(edited.before.body, edited.after.body)],
        "links_out": [link for link in edited.before.links if link not in edited.after.links],
        "links_in": [link for link in edited.after.links if link not in edited.before.links],
    }


def card(
    one: QueueItem, language: Language, campaign_size: int | None = None, edited: EditedSince | None = None
) -> dict[str, Any]:
    """Everything that is needed to decide without another request."""
    strong = sorted(one.evidence, key=lambda evidence: -abs(evidence.log_odds))
    shown = [evidence for evidence in strong if abs(evidence.log_odds) >= WEAK and evidence.signal != START]
    start = next((evidence for evidence in one.evidence if evidence.signal == START), None)
    return {
        "id": one.comment_id,
        "version": one.version,
        "text_version": one.comment_version,
        "edited": edit_card(edited) if edited is not None else None,
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
        "reasons": [reason_card(evidence, language, one.body) for evidence in shown[:MAX_REASONS]],
        "start": round(start.log_odds, 2) if start else None,
        "model": one.model_version,
        "policy": one.policy_version,
        "action": one.action,
        "decided_by": one.decided_by,
        "waiting_since": one.waiting_since,
        "permalink": one.permalink,
        "removed": one.removed_at is not None,
        "leased_by": one.lease_editor,
        "campaign": {"id": one.campaign, "size": campaign_size} if one.campaign is not None else None,
    }


def cards(db: Database, found: Sequence[QueueItem], language: Language) -> list[dict[str, Any]]:
    sizes = campaign_sizes(db, [one.comment_id for one in found if one.campaign is not None])
    versions = [one.comment_id for one in found if one.comment_version > 1]
    edited = edited_since(db, versions) if versions else {}
    return [card(one, language, sizes.get(one.comment_id), edited.get(one.comment_id)) for one in found]


def blind(shown: dict[str, Any]) -> dict[str, Any]:
    """A card without what the machine or a colleague thought of it, so that a look at it is unbiased."""
    hidden: dict[str, Any] = {
        "reasons": [],
        "start": None,
        "probability": None,
        "labels": [],
        "decided_by": None,
        "campaign": None,
        "edited": None,
    }
    return shown | hidden | {"action": str(Action.REVIEW), "language": None, "relation": "undecidable"}


def blind_context(found: dict[str, Any]) -> dict[str, Any]:
    """A comment's surroundings without what was decided on it or on its likes."""
    mine = [one | {"action": str(Action.REVIEW)} if one["id"] == found["id"] else one for one in found["thread"]]
    none: dict[str, Any] = {"count": 0, "shown": []}
    return found | {"thread": mine, "history": [], "duplicates": none, "languages": None}


def context(db: Database, comment_id: int, language: Language, allowed: Sequence[str] | None) -> dict[str, Any]:
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
    return {
        "id": comment_id,
        "article": {
            "title": one.article_title,
            "url": one.article_url,
            "language": one.article_language,
            "lead": article.lead,
            "sections": [{"heading": heading, "text": shortened(text)} for heading, text in article.sections],
        },
        "languages": languages(one.body, one.article_language) if one.language_relation == "other" else None,
        "thread": [brief(other, language) for other in thread(db, comment_id, around=NEIGHBOURS)],
        "author": {
            "key": one.author_key,
            "published": known.published,
            "waiting": known.waiting,
            "rejected": known.rejected,
            "first_seen_at": known.first_seen_at,
            "hosts": list(known.hosts),
        },
        "duplicates": {
            "count": len(alike) + 1 if alike else 0,
            "shown": [brief(other, language) for other in items_of(db, alike[:MAX_DUPLICATES])],
        },
        "history": [
            {
                "id": decision.id,
                "editor": decision.editor,
                "action": decision.action,
                "reason": decision.reason,
                "version": decision.comment_version,
                "note": decision.note,
                "at": decision.decided_at,
                "undoes": decision.undoes,
                "undone": decision.id in undone,
            }
            for decision in past
        ],
    }


def languages(body: str, article_language: str | None) -> dict[str, Any]:
    """Both languages and how sure we are of them; None where a rule decided."""
    found = judge().relation(body, article_language)
    return {
        "comment": found.language,
        "comment_probability": found.probability or None,
        "article": article_language,
        "article_probability": found.article_probability if found.probability else None,
        "because": found.because,
    }


@functools.cache
def judge() -> LanguageJudge:
    """The light judge: the desk explains verdicts, it does not make them."""
    return LanguageJudge(lean=True)


def author_card(db: Database, author_key: str, allowed: Sequence[str] | None, language: Language) -> dict[str, Any]:
    """What an author wrote, the newest first, on the sites in `allowed` (None: all)."""
    found = by_author(db, author_key, allowed, limit=MAX_BY_AUTHOR)
    return {
        "key": author_key,
        "names": sorted({one.author for one in found if one.author}),
        "comments": [brief(one, language) for one in found],
        "counts": {action: sum(one.action == action for one in found) for action in Action},
    }


def brief(one: QueueItem, language: Language) -> dict[str, Any]:
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
