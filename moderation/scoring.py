"""From a comment to its log-odds of spam, as a list of reasons which add up to it exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from moderation.classifier.features import Floats, hashed_all, sender
from moderation.classifier.model import Channel, Model, channel_of
from moderation.signals import findings, named_signals
from moderation.signals.context import many_alike
from moderation.signals.finding import Finding
from moderation.signals.links import host_under_many_names
from moderation.signals.sender_name import known_author
from moderation.signals.view import NOTICE_KINDS, View, same_site
from moderation.verdict import Evidence, Submission

BASELINE = "baseline"
WORDING_SPAM = "wording-spam"
WORDING_HAM = "wording-ham"
NAME_LOOK = "look-of-name"
HOST_LOOK = "look-of-hosts"

# A notice has no wording of its own, and its "name" is a page's title: only its sender's place counts. Log-odds.
_NOTICE_BASELINE = -2.5
_NOTICE_OWN_SITE = -4.0
_NOTICE_LINKS_BACK = -2.0
_NOTICE_NO_LINK_BACK = 3.0
_TOLD = 0.005  # log-odds; weaker findings are summed up in one line


def evidence_of(submission: Submission, model: Model) -> tuple[Evidence, ...]:
    """The reasons; their log-odds sum to the comment's log-odds of spam. The strongest come first."""
    return evidence_of_all((submission,), model)[0]


def evidence_of_all(submissions: Sequence[Submission], model: Model) -> list[tuple[Evidence, ...]]:
    """The reasons for each comment, as `evidence_of` gives them; quicker for many together."""
    views = [View(submission) for submission in submissions]
    wording: dict[int, list[Evidence]] = {}
    for name, channel in model.channels.items():
        own = [
            at for at, one in enumerate(submissions) if one.kind not in NOTICE_KINDS and channel_of(one.kind) == name
        ]
        if own:
            wording.update(zip(own, _wording_evidence([views[at] for at in own], channel), strict=True))
    return [_evidence(view, wording.get(at, []), model) for at, view in enumerate(views)]


def _evidence(view: View, wording: list[Evidence], model: Model) -> tuple[Evidence, ...]:
    channel = model.channel(view.submission.kind)
    if view.is_notice:
        evidence = _notice_evidence(view, channel)
    else:
        evidence = [Evidence(signal=BASELINE, log_odds=channel.intercept, because="")]
        evidence += _signal_evidence(findings(view), channel)
        evidence += wording
        if channel.name == "comment":
            evidence += _looks(view, model)
    return tuple(sorted(evidence, key=lambda reason: (-abs(reason.log_odds), reason.signal)))


def knew(evidence: tuple[Evidence, ...], submission: Submission) -> bool:
    """Whether this evidence was found with what the submission says of the sender and of comments alike: the same
    campaign, the same names of its host, the same past, the same look at a notice."""
    told = {reason.signal: reason.because for reason in evidence if reason.signal in _FROM_OUTSIDE}
    view = View(
        Submission(
            id="",
            text="",
            kind=submission.kind,
            earlier_published=submission.earlier_published,
            host_names=submission.host_names,
            is_duplicate_of=submission.is_duplicate_of,
        )
    )
    known = {name: finding.quote for name, find in _FROM_OUTSIDE.items() if (finding := find(view)) is not None}
    looks = {reason.log_odds for reason in evidence if reason.signal == "notice-links-back"}
    looked = submission.links_back
    expected = set() if looked is None else {_NOTICE_LINKS_BACK if looked else _NOTICE_NO_LINK_BACK}
    return told == known and looks == (expected if submission.kind in NOTICE_KINDS else set())


_FROM_OUTSIDE = {
    "many-alike": many_alike,
    "host-under-many-names": host_under_many_names,
    "known-author": known_author,
}


def log_odds(evidence: tuple[Evidence, ...]) -> float:
    """The sum of the reasons, the same in whatever order they stand."""
    return math.fsum(reason.log_odds for reason in evidence)


def probability(log_odds: float) -> float:
    if log_odds >= 0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    odds = math.exp(max(log_odds, -700.0))
    return odds / (1.0 + odds)


def _signal_evidence(found: list[tuple[str, Finding]], channel: Channel) -> list[Evidence]:
    """Each finding by its trained weight; a signal that is newer than the model by its expert's."""
    weights, signals = channel.signals, named_signals()
    return [
        Evidence(signal=name, log_odds=weight * finding.strength, because=finding.quote, spans=finding.spans)
        for name, finding in found
        if abs(weight := weights[name] if name in weights else signals[name].prior) >= _TOLD
    ]


def _looks(view: View, model: Model) -> list[Evidence]:
    """What the sender's name and hosts look like, letter by letter."""
    seen = sender(view)
    name = model.looks["name"].log_odds(seen.name)
    hosts = model.looks["hosts"].log_odds(seen.hosts)
    found = ((NAME_LOOK, name, view.author[:60]), (HOST_LOOK, hosts, ", ".join(view.all_hosts[:3])))
    return [Evidence(signal=signal, log_odds=value, because=quote) for signal, value, quote in found if value]


def _notice_evidence(view: View, channel: Channel) -> list[Evidence]:
    submission = view.submission
    evidence = [Evidence(signal=BASELINE, log_odds=_NOTICE_BASELINE, because=submission.kind)]
    hosts = view.hosts | ({view.author_host} if view.author_host else set())
    if view.own_links or any(same_site(host, view.own_host) for host in hosts):
        evidence.append(Evidence(signal="notice-own-site", log_odds=_NOTICE_OWN_SITE, because=view.own_host))
    if submission.links_back is not None:
        weight = _NOTICE_LINKS_BACK if submission.links_back else _NOTICE_NO_LINK_BACK
        evidence.append(Evidence(signal="notice-links-back", log_odds=weight, because=", ".join(sorted(hosts)[:2])))
    signals = named_signals()
    about_sender = [(name, finding) for name, finding in findings(view) if "sender" in signals[name].traits]
    return evidence + _signal_evidence(about_sender, channel)


def _wording_evidence(views: Sequence[View], channel: Channel) -> list[list[Evidence]]:
    """What the wording of each comment says, shared out to its words."""
    features = hashed_all(views)
    totals, contributions = channel.wording_log_odds(features)
    counts = [max(1, len(view.words)) for view in views]
    starts = [0, *accumulate(counts)]
    owners = np.concatenate([one.owners + start for one, start in zip(features, starts, strict=False)])
    shares: Floats = np.bincount(owners, contributions, starts[-1]).astype(np.float64, copy=False)
    return [
        _wording_of(view, total, shares[start : start + count])
        for view, total, start, count in zip(views, totals, starts, counts, strict=False)
    ]


def _wording_of(view: View, total: float, per_word: Floats) -> list[Evidence]:
    if not view.words:
        return [_wording(view, WORDING_SPAM if total > 0.0 else WORDING_HAM, total, [])]
    spam = float(per_word[per_word > 0.0].sum())
    order = np.argsort(per_word, kind="stable").tolist()
    values = per_word.tolist()
    most = [at for at in order[: -_QUOTED - 1 : -1] if values[at] > _QUOTABLE]
    least = [at for at in order[:_QUOTED] if values[at] < -_QUOTABLE]
    return [_wording(view, WORDING_SPAM, spam, most), _wording(view, WORDING_HAM, total - spam, least)]


_QUOTED = 5  # words that a reason names
_QUOTABLE = 0.02  # log-odds


def _wording(view: View, signal: str, log_odds: float, words: list[int]) -> Evidence:
    spans = tuple(view.span(at, at + 1) for at in words)
    return Evidence(signal=signal, log_odds=log_odds, because=view.quoted(spans, _QUOTED), spans=tuple(sorted(spans)))
