"""A site's own lists: what to allow, hold and reject whatever the model says, by words, authors and hosts.

A rule is what an operator wrote down on purpose: it acts in shadow mode too. `dry_run` tells beforehand what it would
have changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from moderation.normalise import normalised
from moderation.signals.view import host_of, written_hosts
from moderation.verdict import Action, Submission

_LABELS = {Action.PUBLISH: "allowed_by_rule", Action.REVIEW: "held_by_rule", Action.REJECT: "rejected_by_rule"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The rule that fits a comment: what to do, which entry of which list, and where it stands in the text."""

    action: Action
    list: str  # words, authors or hosts
    entry: str
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def label(self) -> str:
        return _LABELS[self.action]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Lists of whole words or phrases, author names, and hosts (with their subdomains).

    Words are compared in folded form: case, look-alike letters and invisible characters make no difference; "cialis"
    does not fit "specialist". When several lists fit, allow goes before reject, reject before hold.
    """

    allow_words: tuple[str, ...] = ()
    allow_authors: tuple[str, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    hold_words: tuple[str, ...] = ()
    hold_authors: tuple[str, ...] = ()
    hold_hosts: tuple[str, ...] = ()
    reject_words: tuple[str, ...] = ()
    reject_authors: tuple[str, ...] = ()
    reject_hosts: tuple[str, ...] = ()

    def rule_for(self, submission: Submission) -> Rule | None:
        """The rule that decides this comment, None if no entry fits."""
        if self == NO_RULES:
            return None
        for action, words, authors, hosts in (
            (Action.PUBLISH, self.allow_words, self.allow_authors, self.allow_hosts),
            (Action.REJECT, self.reject_words, self.reject_authors, self.reject_hosts),
            (Action.REVIEW, self.hold_words, self.hold_authors, self.hold_hosts),
        ):
            if (rule := _fitting(submission, action, words, authors, hosts)) is not None:
                return rule
        return None


NO_RULES = Rules()


def _fitting(
    submission: Submission, action: Action, words: tuple[str, ...], authors: tuple[str, ...], hosts: tuple[str, ...]
) -> Rule | None:
    if words and (found := _word(submission.text, words)) is not None:
        entry, span = found
        return Rule(action=action, list="words", entry=entry, spans=(span,))
    name = _folded(submission.author or "").strip()
    for entry in authors:
        if name and name == _folded(entry).strip():
            return Rule(action=action, list="authors", entry=entry)
    if hosts:
        linked = {
            host_of(submission.author_url or ""),
            *map(host_of, submission.links),
            *written_hosts(submission.text),
        }
        for entry in hosts:
            wanted = host_of(entry)
            if any(host == wanted or host.endswith("." + wanted) for host in linked if host and wanted):
                return Rule(action=action, list="hosts", entry=entry)
    return None


def _folded(text: str) -> str:
    return normalised(text).folded


def _word(text: str, entries: tuple[str, ...]) -> tuple[str, tuple[int, int]] | None:
    norm = normalised(text)
    for entry in entries:
        words = _folded(entry).split()
        if not words:
            continue
        pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)"
        if (found := re.search(pattern, norm.folded)) is not None:
            return entry, norm.span(found.start(), found.end())
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDecision:
    """What an editor decided about a comment, or what became of it."""

    submission: Submission
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What rules would have changed among past decisions. The identifiers are the comments'."""

    fitting: int
    approved_flipped: tuple[str, ...]  # published by an editor, held or rejected by the rules
    refused_flipped: tuple[str, ...]  # held or rejected by an editor, published by the rules
    decisions: int

    @property
    def sentence(self) -> str:
        """What an operator is told before the rules are switched on."""
        if not self.fitting:
            return f"these rules fit none of {self.decisions} past comments"
        what = f"{len(self.approved_flipped)} approved comment" + ("s" if len(self.approved_flipped) != 1 else "")
        sentence = f"these rules fit {self.fitting} of {self.decisions} past comments and would flip {what}"
        if self.refused_flipped:
            sentence += f" and publish {len(self.refused_flipped)} that editors refused"
        return sentence


def dry_run(rules: Rules, decisions: Iterable[PastDecision]) -> DryRun:
    """Try rules on past decisions; nothing changes."""
    fitting, count = 0, 0
    approved: list[str] = []
    refused: list[str] = []
    for decision in decisions:
        count += 1
        rule = rules.rule_for(decision.submission)
        if rule is None:
            continue
        fitting += 1
        if decision.action is Action.PUBLISH and rule.action is not Action.PUBLISH:
            approved.append(decision.submission.id)
        elif decision.action is not Action.PUBLISH and rule.action is Action.PUBLISH:
            refused.append(decision.submission.id)
    return DryRun(fitting=fitting, approved_flipped=tuple(approved), refused_flipped=tuple(refused), decisions=count)
