"""`tamis remoderate`: judge stored comments again, without extracting; `tamis train`: learn from editors first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from flows.clock import utc_now
from flows.runs.judging import LAYER, certification_of, moderation_of, moderator_of, policy_of
from flows.settings import Settings
from moderation.learning import DecidedEvidence, learn
from moderation.scoring import knew
from moderation.verdict import Action, Verdict
from storage.crawl.replaying import JudgedComment, judged_comments, store_verdicts
from storage.crawl.runs import finish_run, start_run
from storage.database.batches import batched
from storage.database.engine import Database
from storage.desk.learned import all_learned, keep_learned
from storage.opening import open_database

CHUNK = 500


class Move(NamedTuple):
    """From one action to another, as a comment that is judged again makes it."""

    before: Action
    after: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A comment that is judged differently now."""

    comment_id: int
    site: str
    author: str | None
    body: str
    before: str
    after: str
    probability_before: float
    probability_after: float
    decided: str | None  # what an editor decided: it holds whatever the verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Remoderated:
    """What judging again did to one site, or would do on a dry run."""

    site: str
    judged: int
    changed: int  # comments with another action
    verdicts: int  # verdict rows written
    moves: dict[Move, int]  # how many comments made each
    changes: tuple[Change, ...]  # with --diff

    def as_json(self) -> dict[str, Any]:
        values = asdict(self)
        moves = values.pop("moves")
        return values | {"actions": {f"{before} -> {after}": number for (before, after), number in moves.items()}}


def remoderate(
    settings: Settings,
    names: list[str] | None,
    *,
    since: datetime | None = None,
    diff: bool = False,
    dry_run: bool = False,
    advance: Callable[[int, int | None], None] = lambda done, total: None,
) -> list[Remoderated]:
    """Judge the stored comments of the chosen sites again with today's model, rules and site layer.

    Editors' decisions hold. Raises UnknownSite, StorageError.
    """
    with open_database(settings.database_url) as db:
        return [
            remoderate_site(settings, db, site.name, since=since, diff=diff, dry_run=dry_run, advance=advance)
            for site in settings.chosen(names)
        ]


def remoderate_site(
    settings: Settings,
    db: Database,
    name: str,
    *,
    since: datetime | None,
    diff: bool,
    dry_run: bool,
    advance: Callable[[int, int | None], None],
) -> Remoderated:
    moderator = moderator_of(settings, settings.site(name), db)
    run_id = None if dry_run else start_run(db, name, "remoderate", utc_now())
    judged = verdicts = 0
    moves: Counter[Move] = Counter()
    changes: list[Change] = []
    for chunk in batched(judged_comments(db, site=name, since=since), CHUNK):
        fresh = moderator.judge_all([comment.submission for comment in chunk])
        judged += len(chunk)
        for comment, verdict in zip(chunk, fresh, strict=True):
            if verdict.action is not comment.verdict.action:
                moves[Move(comment.verdict.action, verdict.action)] += 1
                changes += [change(comment, verdict)] if diff else []
        if not dry_run:
            verdicts += store_verdicts(db, list(zip(chunk, fresh, strict=True)), run_id, utc_now()).verdicts
        advance(judged, None)
    if run_id is not None:
        counts = {"judged": judged, "verdicts": verdicts, "changed": sum(moves.values())}
        finish_run(db, run_id, counts, "finished", utc_now())
    return Remoderated(
        site=name,
        judged=judged,
        changed=sum(moves.values()),
        verdicts=verdicts,
        moves=dict(moves),
        changes=tuple(changes),
    )


def judge_in_new_context(settings: Settings, db: Database, since: datetime, run_id: int | None) -> Counter[Move]:
    """Judge the comments around which something changed since then again, on every site: campaigns that grew, hosts
    given under new names, notices whose sender was looked at, articles whose language an editor set.

    What a comment's verdict already knew of all that is not judged once more: a night without news judges nobody. How
    many comments hold another action now, by the move they made.
    """
    moved: Counter[Move] = Counter()
    for site in settings.sites:
        moderator = None
        touched = judged_comments(db, site=site.name, context_since=since)
        for chunk in batched(filter(is_news, touched), CHUNK):
            moderator = moderator or moderator_of(settings, site, db)
            fresh = moderator.judge_all([comment.submission for comment in chunk])
            store_verdicts(db, list(zip(chunk, fresh, strict=True)), run_id, utc_now())
            moved.update(
                Move(old.verdict.action, new.action)
                for old, new in zip(chunk, fresh, strict=True)
                if old.verdict.action is not new.action
            )
    return moved


def is_news(comment: JudgedComment) -> bool:
    """Whether the verdict on a comment was made without something that is known around it by now."""
    return comment.submission.said_language is not None or not knew(comment.verdict.evidence, comment.submission)


def judge_article(settings: Settings, db: Database, site: str, article_id: int) -> int:
    """Judge the stored comments of one article again; return how many there are. Raises UnknownSite, StorageError."""
    moderator = moderator_of(settings, settings.site(site), db)
    judged = 0
    for chunk in batched(judged_comments(db, article_id=article_id), CHUNK):
        fresh = moderator.judge_all([comment.submission for comment in chunk])
        store_verdicts(db, list(zip(chunk, fresh, strict=True)), None, utc_now())
        judged += len(chunk)
    return judged


def change(comment: JudgedComment, verdict: Verdict) -> Change:
    return Change(
        comment_id=comment.comment_id,
        site=comment.site,
        author=comment.submission.author,
        body=comment.submission.text[:200],
        before=str(comment.verdict.action),
        after=str(verdict.action),
        probability_before=comment.verdict.spam_probability,
        probability_after=verdict.spam_probability,
        decided=str(comment.decision) if comment.decision else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What one site's editors taught. `acts`: the layer proved better than the global score on decisions to come."""

    site: str
    decisions: int
    spam: int
    version: str
    gain: float  # nats over the global score, summed over the decisions, each judged before it was learned
    acts: bool
    kept: bool  # a new version was written
    guarantee: str  # the sentence on automatic rejection

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def train(settings: Settings, names: list[str] | None, by: str) -> list[Trained]:
    """Learn a layer for each chosen site from all its editors' decisions; older versions stay for `--undo`."""
    with open_database(settings.database_url) as db:
        return [train_site(settings, db, site.name, by) for site in settings.chosen(names)]


def train_site(settings: Settings, db: Database, name: str, by: str) -> Trained:
    site = settings.site(name)
    # judged afresh without any layer: the layer is an offset to the global score of today's model
    judge = replace(moderator_of(settings, site, db), site_layers={})
    decided = sorted(judged_comments(db, site=name, decided=True), key=when)
    verdicts = judge.judge_all([comment.submission for comment in decided])
    layer = learn(
        [
            DecidedEvidence(evidence=verdict.evidence, is_spam=comment.decision is not Action.PUBLISH)
            for comment, verdict in zip(decided, verdicts, strict=True)
        ]
    )
    newest = all_learned(db, LAYER, name, limit=1)
    is_new = not newest or newest[0].version != layer.version
    if is_new:
        keep_learned(db, name, LAYER, layer.version, layer.as_json(), by, utc_now())
    return Trained(
        site=name,
        decisions=len(decided),
        spam=sum(comment.decision is not Action.PUBLISH for comment in decided),
        version=layer.version,
        gain=layer.gain,
        acts=layer.acts,
        kept=is_new,
        guarantee=certification_of(db, name, policy_of(moderation_of(settings, site))).sentence,
    )


def when(comment: JudgedComment) -> tuple[datetime, int]:
    assert comment.decided_at is not None  # only decided ones were asked for
    return comment.decided_at, comment.comment_id


def untrain(settings: Settings, names: list[str] | None, by: str) -> list[str]:
    """Take each site's newest layer back: the version before it becomes the newest again, as a new row."""
    sentences = []
    with open_database(settings.database_url) as db:
        for site in settings.chosen(names):
            kept = all_learned(db, LAYER, site.name)
            if not kept:
                sentences.append(f"{site.name}: nothing was learned yet")
                continue
            before = next((one for one in kept if one.version != kept[0].version), None)
            nothing = learn(())
            version, content = (before.version, before.content) if before else (nothing.version, nothing.as_json())
            keep_learned(db, site.name, LAYER, version, content, by, utc_now())
            sentences.append(f"{site.name}: back from {kept[0].version} to {version}")
    return sentences
