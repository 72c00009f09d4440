"""Ask every signal, add the log-odds, decide.

A `Moderator` is only settings until it judges its first comment: it can be pickled into worker processes, and each
process loads the model and the language detectors once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from extractors.records import CommentKind
from moderation.classifier.model import Model, shipped_model
from moderation.guarantee import Certification
from moderation.language import DEFAULT_LANGUAGES, LanguageJudge
from moderation.language.article import relation_here
from moderation.language.judge import LanguageFinding
from moderation.learning import SiteLayer
from moderation.policy import DEFAULT_POLICY, Policy, decision
from moderation.rules import NO_RULES, Rules
from moderation.scoring import evidence_of_all, log_odds, probability
from moderation.signals import named_signals
from moderation.verdict import Action, Evidence, LanguageRelation, Submission, Verdict

OTHER_LANGUAGE = "other-language"
OTHER_LANGUAGE_LOG_ODDS = 0.6  # an expert's weight: readers of other languages exist, machines are the majority
PROMOTIONAL = 0.1  # spam probability from which a link beside an offer is an advertisement, not a reader's reference
_AT_ONCE = 64  # comments that are held in memory prepared
CAMPAIGN_SIZE = 3  # so many alike comments are labelled duplicates


def advertises(found: Collection[str]) -> bool:
    """Whether these signals make an advertisement: an offer with a contact that is not a page of the site itself."""
    signals = named_signals()
    traits = frozenset().union(*(signals[name].traits for name in found if name in signals))
    return {"offer", "contact"} <= traits and "own-site-link" not in found


@dataclass(frozen=True, kw_only=True)
class Moderator:
    """Judges comments. `languages`: ISO 639-1 codes to reckon with; `lean`: without the heavy language detector.

    `site_languages` are what sites' operators declare: they overrule what pages say of themselves, and an article that
    is plainly in another language adds that one (`relation_here`).
    `site_languages`, `site_layers` and `certifications` are by host, as `Submission.site` gives it. `secret` keys the
    draw of audits.
    """

    languages: tuple[str, ...] = DEFAULT_LANGUAGES
    lean: bool = False
    policy: Policy = DEFAULT_POLICY
    rules: Rules = NO_RULES
    site_languages: Mapping[str, str] = field(default_factory=dict)
    site_layers: Mapping[str, SiteLayer] = field(default_factory=dict)
    certifications: Mapping[str, Certification] = field(default_factory=dict)
    secret: bytes = b""

    @property
    def model(self) -> Model:
        return shipped_model()

    @property
    def model_version(self) -> str:
        return self.model.version

    def judge(self, submission: Submission) -> Verdict:
        """The verdict on one comment."""
        return self.judge_all((submission,))[0]

    def judge_all(self, submissions: Sequence[Submission]) -> list[Verdict]:
        """The verdicts on a batch in its order, each as `judge` would give it."""
        language_judge = LanguageJudge(languages=self.languages, lean=self.lean)
        verdicts: list[Verdict] = []
        for start in range(0, len(submissions), _AT_ONCE):
            part = submissions[start : start + _AT_ONCE]
            verdicts += [
                self._verdict(submission, self._language(submission, language_judge), evidence)
                for submission, evidence in zip(part, evidence_of_all(part, self.model), strict=True)
            ]
        return verdicts

    def _language(self, submission: Submission, judge: LanguageJudge) -> LanguageFinding:
        if submission.said_language:
            return judge.relation(submission.text, submission.said_language)
        declared = self.site_languages.get(submission.site or "", submission.article_language)
        return relation_here(judge, submission.text, declared, submission.article_text)

    def _verdict(self, submission: Submission, finding: LanguageFinding, evidence: tuple[Evidence, ...]) -> Verdict:
        if finding.relation is LanguageRelation.OTHER and not submission.by_site:
            evidence += (
                Evidence(signal=OTHER_LANGUAGE, log_odds=OTHER_LANGUAGE_LOG_ODDS, because=finding.language or ""),
            )
        version = self.model.version
        layer = self.site_layers.get(submission.site or "")
        if layer is not None and layer.acts:
            evidence += layer.evidence(evidence)
            version = f"{version}+{layer.version}"
        spam = probability(log_odds(evidence))
        labels = self._labels(submission, finding, evidence, spam)
        action, rule_labels = self._action(submission, finding, spam, labels)
        return Verdict(
            action=action,
            labels=tuple(sorted(labels | rule_labels)),
            spam_probability=spam,
            language=finding.language,
            language_relation=finding.relation,
            evidence=evidence,
            model_version=version,
            policy_version=self.policy.version,
        )

    def _labels(
        self, submission: Submission, finding: LanguageFinding, evidence: tuple[Evidence, ...], spam: float
    ) -> frozenset[str]:
        labels = set()
        if submission.kind in (CommentKind.PINGBACK, CommentKind.TRACKBACK):
            labels.add(str(submission.kind))
        if spam >= self.policy.review and not submission.by_site:
            labels.add("spam")
        elif spam >= PROMOTIONAL and not submission.by_site and advertises({reason.signal for reason in evidence}):
            labels.add("promotional")
        if finding.relation is LanguageRelation.OTHER:
            labels.add("off_language")
        if (submission.is_duplicate_of or 0) >= CAMPAIGN_SIZE:
            labels.add("duplicate")
        return frozenset(labels)

    def _action(
        self, submission: Submission, finding: LanguageFinding, spam: float, labels: frozenset[str]
    ) -> tuple[Action, frozenset[str]]:
        rule = self.rules.rule_for(submission)
        if rule is not None and not submission.by_site:
            return rule.action, frozenset({rule.label})
        taken = decision(
            spam,
            labels,
            finding.relation,
            self.policy,
            kind=submission.kind,
            by_site=submission.by_site,
            certification=self.certifications.get(submission.site or ""),
            key=f"{submission.site}\x00{submission.page}\x00{submission.id}",
            secret=self.secret,
        )
        return taken.action, frozenset()
