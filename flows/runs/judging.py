"""The judge of one site: its settings, its editors' rules, and what was learned from their decisions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlsplit

import orjson

from flows.settings import Settings, SiteSettings
from flows.settings_tables import ModerationSettings
from moderation.guarantee import Certification, Look, certification, forecast, proved_threshold
from moderation.learning import SiteLayer, layer_from_json
from moderation.moderate import Moderator
from moderation.policy import Policy
from moderation.rules import Rules
from storage.database.engine import Database
from storage.desk.audits import audited_ham
from storage.desk.learned import all_learned, keep_learned, newest_learned
from storage.desk.rules import rules_in_force

LAYER = "layer"
LOOK = "certification"


def moderation_of(settings: Settings, site: SiteSettings) -> ModerationSettings:
    """The site's own [sites.NAME.moderation] table, else the common one."""
    return site.moderation or settings.moderation


def policy_of(chosen: ModerationSettings) -> Policy:
    """Shadow mode unless the operator switched automatic rejection on; even then the site's proof has to hold."""
    usual = Policy()
    return Policy(
        review=chosen.review_at if chosen.review_at is not None else usual.review,
        reject=max(usual.reject, chosen.review_at or 0.0),
        shadow=not chosen.auto_reject,
        audit_share=chosen.audit_share,
    )


def rules_of(chosen: ModerationSettings) -> Rules:
    return Rules(**{name: getattr(chosen, name) for name in Rules.__dataclass_fields__})


def moderator_of(settings: Settings, site: SiteSettings, db: Database) -> Moderator:
    """The site's judge as of now; it can be sent to worker processes."""
    chosen = moderation_of(settings, site)
    policy = proved_policy(db, site.name, policy_of(chosen))
    layer = layer_of(db, site.name)
    proof = None if policy.shadow else certification_of(db, site.name, policy)
    hosts = hosts_of(site)
    return Moderator(
        languages=settings.languages,
        lean=chosen.lean,
        policy=policy,
        rules=rules_in_force(db, site.name, rules_of(chosen)),
        site_languages=dict.fromkeys(hosts, site.language) if site.language else {},
        site_layers=dict.fromkeys(hosts, layer) if layer else {},
        certifications=dict.fromkeys(hosts, proof) if proof else {},
        secret=db.secret[:64],
    )


def hosts_of(site: SiteSettings) -> tuple[str, ...]:
    """The hosts that the site's pages have, with and without "www."."""
    named = {urlsplit(url).hostname or "" for url in (*site.urls, *site.sitemaps, *site.feeds)}
    bare = {host.removeprefix("www.") for host in named}
    return tuple(sorted(named | bare | {f"www.{host}" for host in bare}))


def layer_of(db: Database, site: str) -> SiteLayer | None:
    """What the site's editors taught, or None."""
    stored = newest_learned(db, LAYER, site)
    return layer_from_json(stored.content) if stored else None


def proved_policy(db: Database, site: str, policy: Policy) -> Policy:
    """The policy with the lowest reject threshold that the site's audits prove, if they prove any."""
    if policy.shadow:
        return policy
    proved = proved_threshold(audited_ham(db, site), policy.bound, policy.confidence)
    return replace(policy, reject=max(proved, policy.review)) if proved is not None else policy


def look_at_audits(db: Database, site: str, policy: Policy, by: str, now: datetime) -> ProofProgress:
    """Where the site stands, and a stored look if its audits grew since the last one: once a night."""
    proof = certification_of(db, site, policy)
    looks = looks_of(db, site)
    newest = looks[-1] if looks else None
    look = Look(
        day=now.date().isoformat(),
        threshold=policy.reject,
        audited_ham=proof.audited_ham,
        would_reject=proof.would_reject,
        certified=proof.certified,
    )
    if newest is None or replace(newest, day=look.day) != look:
        keep_learned(db, site, LOOK, look.day, orjson.dumps(look).decode(), by, now)
        looks = (*looks, look)
    return ProofProgress(proof=proof, ready_on=forecast(looks, proof.needed), shadow=policy.shadow)


def looks_of(db: Database, site: str) -> tuple[Look, ...]:
    """The stored looks at a site's audits, the oldest first."""
    return tuple(Look(**orjson.loads(kept.content)) for kept in reversed(all_learned(db, LOOK, site, limit=200)))


def progress_of(db: Database, site: str, policy: Policy) -> ProofProgress:
    """Where the site stands, without storing a look."""
    proof = certification_of(db, site, policy)
    return ProofProgress(proof=proof, ready_on=forecast(looks_of(db, site), proof.needed), shadow=policy.shadow)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofProgress:
    """What a site's audits prove, when they will at the present pace (None: nothing moves), and whether rejecting
    unseen is switched off whatever they prove (`shadow`)."""

    proof: Certification
    ready_on: date | None
    shadow: bool

    @property
    def sentence(self) -> str:
        """What an operator is told."""
        if self.shadow and self.proof.certified:
            said = "Nothing is rejected unseen, though audits prove that it would be safe: set auto_reject = true."
        elif self.shadow and not self.proof.broken:
            missing = self.proof.needed - self.proof.audited_ham
            said = "Nothing is rejected unseen (auto_reject = false); "
            said += f"{missing:,} more audited good comments would prove it safe."
        else:
            said = self.proof.sentence
        if self.proof.certified or self.proof.broken:
            return said
        if self.ready_on is not None:
            return f"{said} At the present pace of audits that is on {self.ready_on.isoformat()}."
        return f"{said} No date can be told yet: look through the random sample in the desk."


def certification_of(db: Database, site: str, policy: Policy) -> Certification:
    """Whether the site's random audits prove that automatic rejection keeps its bound.

    Audited ham are the good comments among those drawn at random whatever their score, so the share of them that
    would have been rejected is an unbiased estimate.
    """
    good = audited_ham(db, site)
    would_reject = sum(probability >= policy.reject for probability in good)
    return certification(len(good), would_reject, policy.bound, policy.confidence)
