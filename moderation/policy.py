"""From a calibrated probability to an action: publish, review or reject.

Doubt goes to review. Only a spam probability rejects, never the language alone, and only where audits have proved that
rejecting is safe (see `guarantee`). Every threshold of the product is here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from moderation.errors import PolicyInvalid
from moderation.guarantee import BOUND, CONFIDENCE, Certification, is_audited
from moderation.verdict import Action, LanguageRelation

POLICY_VERSION = "2026.11-1"

NOTICES = frozenset({"pingback", "trackback"})
HOLDING_LABELS = frozenset({"promotional", "held_by_rule"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """When to publish, hold and reject. Probabilities are calibrated spam probabilities from 0 to 1.

    `review`: from here on a person looks. `reject`: from here on a comment may be rejected unseen, if `shadow` is off
    and the site's certification holds. `shadow`: nothing is rejected unseen; what would have been is only counted.
    `audit_share`: the random share of would-be rejections that goes to review all the same. `bound` and `confidence`:
    the promise about wrongly rejected comments.
    """

    review: float = 0.5
    reject: float = 0.99
    shadow: bool = True
    audit_share: float = 0.03
    bound: float = BOUND
    confidence: float = CONFIDENCE
    version: str = POLICY_VERSION

    def __post_init__(self) -> None:
        if not 0.0 < self.review <= self.reject <= 1.0:
            raise PolicyInvalid(f"thresholds must be 0 < review ({self.review}) <= reject ({self.reject}) <= 1")
        if not 0.0 <= self.audit_share <= 1.0:
            raise PolicyInvalid(f"audit_share ({self.audit_share}) must be between 0 and 1")
        if not (0.0 < self.bound < 1.0 and 0.0 < self.confidence < 1.0):
            raise PolicyInvalid(f"bound ({self.bound}) and confidence ({self.confidence}) must be between 0 and 1")


DEFAULT_POLICY = Policy()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyOutcome:
    """An action and what led to it.

    `would_reject`: the score alone would reject, whatever held it back. `audited`: held by the random audit.
    `because` is one sentence.
    """

    action: Action
    would_reject: bool
    audited: bool
    because: str


def decision(
    probability: float,
    labels: Collection[str] = (),
    relation: LanguageRelation = LanguageRelation.UNDECIDABLE,
    policy: Policy = DEFAULT_POLICY,
    *,
    kind: str = "comment",
    by_site: bool = False,
    certification: Certification | None = None,
    key: str | None = None,
    secret: bytes = b"",
) -> PolicyOutcome:
    """What becomes of a comment with this spam probability, and why.

    `certification` is the site's; None means that nothing was proved yet. `key` names the comment for the audit draw;
    without one there is no draw.
    """
    notice = kind in NOTICES or not NOTICES.isdisjoint(labels)
    would_reject = probability >= policy.reject and not notice and not by_site

    def result(action: Action, because: str, audited: bool = False) -> PolicyOutcome:
        return PolicyOutcome(action=action, would_reject=would_reject, audited=audited, because=because)

    if by_site:
        return result(Action.PUBLISH, "written by the site itself")
    if notice:
        if probability >= policy.review:
            return result(Action.REVIEW, "a notice from another site, with signs of spam")
        return result(Action.PUBLISH, "a notice from another site, labelled as such")
    if would_reject:
        if policy.shadow:
            return result(Action.REVIEW, "would be rejected, but the site is in shadow mode")
        if certification is None or not certification.certified:
            return result(Action.REVIEW, "would be rejected, but audits have not proved yet that this is safe")
        if key is not None and is_audited(key, policy.audit_share, secret):
            return result(Action.REVIEW, "would be rejected, but drawn for the random audit", audited=True)
        return result(Action.REJECT, f"spam probability {probability:.3f} is at least {policy.reject:g}")
    if probability >= policy.review:
        return result(Action.REVIEW, f"spam probability {probability:.3f} is at least {policy.review:g}")
    if relation is LanguageRelation.OTHER:
        return result(Action.REVIEW, "in another language than the article")
    held = sorted(HOLDING_LABELS.intersection(labels))
    if held:
        return result(Action.REVIEW, f"labelled {', '.join(held)}")
    return result(Action.PUBLISH, f"spam probability {probability:.3f} is under {policy.review:g}")
