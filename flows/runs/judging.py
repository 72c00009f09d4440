"""The judge of one site: its settings, its editors' rules, and what was learned from their decisions."""

from __future__ import annotations

from urllib.parse import urlsplit

from flows.settings import ModerationSettings, Settings, SiteSettings
from moderation.guarantee import Certification, certification
from moderation.learning import SiteLayer, layer_from_json
from moderation.moderate import Moderator
from moderation.policy import Policy
from moderation.rules import Rules
from storage.database.engine import Database
from storage.desk.audits import samples
from storage.desk.learned import newest_learned
from storage.desk.rules import rules_in_force

LAYER = "layer"


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
    policy = policy_of(chosen)
    layer = layer_of(db, site.name)
    proof = None if policy.shadow else certification_of(db, site.name, policy)
    hosts = hosts_of(site)
    return Moderator(
        languages=settings.languages,
        lean=chosen.lean,
        policy=policy,
        rules=rules_in_force(db, site.name, rules_of(chosen)),
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


def certification_of(db: Database, site: str, policy: Policy) -> Certification:
    """Whether the site's random audits prove that automatic rejection keeps its bound.

    Audited ham are the good comments among those drawn at random whatever their score, so the share of them that
    would have been rejected is an unbiased estimate.
    """
    drawn = next((one for one in samples(db, policy.reject) if one.site == site), None)
    audited, would_reject = (drawn.audited_ham, drawn.would_reject) if drawn else (0, 0)
    return certification(audited, would_reject, policy.bound, policy.confidence)
