"""The promise about wrongly rejected comments: exact statistics, certification, random audits.

The promise: of the comments that an editor would have published, at most `bound` (1 %) are rejected without a person
looking, and we are `confidence` (95 %) sure of it. It is proved on audited ham only: comments that an editor published,
chosen without regard to their score.

Audits come in one after the other and are looked at every night, so the proof must hold however often one looks: it is
a test by betting (see `evidence`), valid at any time, not a bound for one look at a fixed number of audits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b

BOUND = 0.01
CONFIDENCE = 0.95

_TINY = 1e-300


def _beta_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method."""
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > _TINY else _TINY)
    fraction = d
    for m in range(1, 1000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d = 1.0 + term * d
            d = 1.0 / (d if abs(d) > _TINY else _TINY)
            c = 1.0 + term / c
            c = c if abs(c) > _TINY else _TINY
            change = c * d
            fraction *= change
        if abs(change - 1.0) < 1e-15:
            break
    return fraction


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), for a, b > 0 and x in 0..1; within about 1e-13.

    Source: NIST Digital Library of Mathematical Functions, 8.17 (8.17.4 for the symmetry, 8.17.22 for the fraction).
    """
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    if x > (a + 1.0) / (a + b + 2.0):  # the fraction converges fast on the other side only
        return 1.0 - incomplete_beta(b, a, 1.0 - x)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(front) * _beta_fraction(a, b, x) / a


def upper_limit(events: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """The exact one-sided upper confidence limit of a rate after `events` in `trials`; 1.0 when there were no trials.

    Clopper and Pearson, Biometrika 26 (1934): the rate p at which so few events or fewer have probability
    1 - confidence, that is I_p(events + 1, trials - events) = confidence.
    """
    if not 0 <= events <= trials:
        raise ValueError(f"{events} events in {trials} trials")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence {confidence} is not between 0 and 1")
    if events == trials:
        return 1.0
    if events == 0:
        return -math.expm1(math.log1p(-confidence) / trials)
    low, high = events / trials, 1.0
    while high - low > 1e-14:
        middle = (low + high) / 2.0
        if middle in (low, high):
            break
        if incomplete_beta(events + 1.0, float(trials - events), middle) < confidence:
            low = middle
        else:
            high = middle
    return high


# rates that are bet on, as shares of the bound, with how much of the stake: most on "none at all"
_BETS = ((0.0, 0.5), (0.1, 0.2), (0.25, 0.15), (0.5, 0.15))


def evidence(would_reject: int, audited: int, bound: float) -> float:
    """The wealth, from 1, of who bets on each audit that the rate is under `bound`, as its natural logarithm.

    If the rate is `bound` or more, the wealth is a nonnegative supermartingale whatever the number of looks, and ever
    reaches 1 / (1 - confidence) with probability 1 - confidence at most (Ville, 1939). A mixture of likelihood ratios
    against `bound`: Robbins, "Statistical methods related to the law of the iterated logarithm", 1970; Waudby-Smith and
    Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86 (2024).
    """
    wealth = []
    for share, stake in _BETS:
        if would_reject and not share:
            continue  # a bet on "none at all" is lost with the first one
        rate = share * bound
        won = would_reject * math.log(share) if would_reject else 0.0
        kept = (audited - would_reject) * (math.log1p(-rate) - math.log1p(-bound))
        wealth.append(math.log(stake) + won + kept)
    most = max(wealth)
    return most + math.log(math.fsum(math.exp(one - most) for one in wealth))


def anytime_limit(would_reject: int, audited: int, confidence: float = CONFIDENCE) -> float:
    """The upper confidence limit of the rate that holds at all looks together: the lowest bound that is proved."""
    if not 0 <= would_reject <= audited:
        raise ValueError(f"{would_reject} events in {audited} trials")
    enough = -math.log1p(-confidence)
    low, high = would_reject / audited if audited else 1.0, 1.0 - 1e-9
    if not audited or evidence(would_reject, audited, high) < enough:
        return 1.0
    for _ in range(60):
        middle = (low + high) / 2.0
        if middle > 0.0 and evidence(would_reject, audited, middle) >= enough:
            high = middle
        else:
            low = middle
    return high


def audits_needed(would_reject: int, bound: float = BOUND, confidence: float = CONFIDENCE) -> int:
    """How many audited ham comments prove the bound if `would_reject` of them were to be rejected: 329 for none."""
    enough = -math.log1p(-confidence)
    low, high = would_reject, would_reject + 1
    while evidence(would_reject, high, bound) < enough:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if evidence(would_reject, middle, bound) < enough:
            low = middle
        else:
            high = middle
    return high


@dataclass(frozen=True, slots=True, kw_only=True)
class Certification:
    """Whether a site's audits prove the bound. `needed` counts audits in all, with the errors seen so far.

    `progress` is 0 to 1. `broken`: so many errors that the rate is above the bound with the same confidence, so that
    more audits of the same policy will not help; the threshold has to rise.
    """

    certified: bool
    broken: bool
    audited_ham: int
    would_reject: int
    bound: float
    confidence: float
    upper_limit: float
    needed: int
    progress: float

    @property
    def sentence(self) -> str:
        """What an operator is told."""
        share, sure = f"{self.bound:.3g}", f"{self.confidence:.0%}"
        seen = f"{self.would_reject} of {self.audited_ham} audited good comments would have been rejected"
        if self.certified:
            return (
                f"Automatic rejection is proved: {seen}, at most {self.upper_limit:.2%} (bound {share}, {sure} sure)."
            )
        if self.broken:
            return (
                f"Automatic rejection is off: {seen}, which is over the bound of {self.bound:.2%}. "
                "Doubtful comments go to review until the threshold is raised or the model is trained again."
            )
        return (
            f"Automatic rejection is off: {seen}, so the rate may be up to {self.upper_limit:.2%} "
            f"(bound {self.bound:.2%}); {max(0, self.needed - self.audited_ham)} more audited comments are needed."
        )


def certification(
    audited_ham: int, would_reject: int, bound: float = BOUND, confidence: float = CONFIDENCE
) -> Certification:
    """Whether `would_reject` rejections among `audited_ham` comments that editors published prove the bound."""
    limit = anytime_limit(would_reject, audited_ham, confidence)
    proved = audited_ham > 0 and evidence(would_reject, audited_ham, bound) >= -math.log1p(-confidence)
    needed = audits_needed(would_reject, bound, confidence)
    lower = 1.0 - upper_limit(audited_ham - would_reject, audited_ham, confidence) if audited_ham else 0.0
    return Certification(
        certified=proved,
        broken=lower > bound,
        audited_ham=audited_ham,
        would_reject=would_reject,
        bound=bound,
        confidence=confidence,
        upper_limit=limit,
        needed=needed,
        progress=min(1.0, audited_ham / needed),
    )


# Thresholds that a site may be given, the strictest first
REJECT_GRID = (0.9999, 0.9995, 0.999, 0.998, 0.995, 0.99, 0.98, 0.97, 0.95, 0.92, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5)


def proved_threshold(
    ham_probabilities: Sequence[float],
    bound: float = BOUND,
    confidence: float = CONFIDENCE,
    grid: Sequence[float] = REJECT_GRID,
) -> float | None:
    """The lowest reject threshold that audits prove; None if they do not even prove the strictest.

    `ham_probabilities` are the spam probabilities of audited ham. The thresholds are tested from the strictest on and
    testing stops at the first that fails, so that trying many does not weaken the promise (fixed-sequence testing:
    Angelopoulos, Bates, Candès, Jordan, Lei, "Learn then Test", 2021), and each test holds at any time, so that the
    night may look as often as it likes.
    """
    found = None
    for threshold in sorted(grid, reverse=True):
        wrong = sum(probability >= threshold for probability in ham_probabilities)
        if not certification(len(ham_probabilities), wrong, bound, confidence).certified:
            break
        found = threshold
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the night saw of a site's audits on one day. `day` is ISO 8601."""

    day: str
    threshold: float
    audited_ham: int
    would_reject: int
    certified: bool


def forecast(looks: Sequence[Look], needed: int) -> date | None:
    """The day on which `needed` audits are reached at the pace of the last 60 days of looks; None if nothing moves.

    `looks` are in the order of their days.
    """
    if len(looks) < 2:
        return None
    last = date.fromisoformat(looks[-1].day)
    first = next(look for look in looks if (last - date.fromisoformat(look.day)).days <= _PACE_DAYS)
    days = (last - date.fromisoformat(first.day)).days
    gained = looks[-1].audited_ham - first.audited_ham
    missing = needed - looks[-1].audited_ham
    if missing <= 0:
        return last
    if days < 1 or gained < 1:
        return None
    wait = math.ceil(missing * days / gained)
    return last + timedelta(days=wait) if wait <= _FARTHEST_DAYS else None


_PACE_DAYS = 60
_FARTHEST_DAYS = 3650


def is_audited(key: str, share: float, secret: bytes = b"") -> bool:
    """Whether the comment `key` falls into the random audit sample of `share` (0 to 1).

    The same answer on every run and machine; nobody who lacks `secret` can foresee it, so a spammer cannot choose
    comments that escape the audit. `secret` is at most 64 bytes.
    """
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8, key=secret, person=b"tamis-audit").digest()
    return int.from_bytes(digest, "big") < share * 2.0**64
