"""Ask every signal, add the log-odds, decide.

A `Moderator` is only settings until it judges its first comment: it can be pickled into worker processes, and each
process loads the model and the language detectors once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from extractors.records import CommentKind, Page
from moderation.classifier.model import Model, shipped_model
from moderation.guarantee import Certification
from moderation.language import DEFAULT_LANGUAGES, LanguageJudge
from moderation.language.judge import LanguageFinding
from moderation.learning import SiteLayer
from moderation.policy import DEFAULT_POLICY, Policy, decide
from moderation.rules import NO_RULES, Rules
from moderation.scoring import evidence_of, log_odds, probability
from moderation.signals.view import host_of
from moderation.verdict import Action, Evidence, LanguageRelation, Submission, Verdict

OTHER_LANGUAGE = "other-language"
OTHER_LANGUAGE_LOG_ODDS = 0.6  # an expert's weight: readers of other languages exist, machines are the majority
PROMOTIONAL = 0.1  # spam probability from which a link beside an offer is an advertisement, not a reader's reference
CAMPAIGN_SIZE = 3  # so many alike comments are labelled duplicates
_OFFERS = frozenset(
    {"words-selfpromo", "words-shopping", "words-seo", "words-services", "words-helpdesk", "words-loans"}
)
_LINKS = frozenset({"link", "author-link-repeated", "messenger", "phone-number", "e-mail-address"})


@dataclass(frozen=True, kw_only=True)
class Moderator:
    """Judges comments. `languages`: ISO 639-1 codes to reckon with; `lean`: without the heavy language detector.

    `site_layers` and `certifications` are by host, as `Submission.site` gives it. `secret` keys the draw of audits.
    """

    languages: tuple[str, ...] = DEFAULT_LANGUAGES
    lean: bool = False
    policy: Policy = DEFAULT_POLICY
    rules: Rules = NO_RULES
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
        findings = language_judge.relations(
            [submission.text for submission in submissions], [submission.article_language for submission in submissions]
        )
        return [self._verdict(submission, finding) for submission, finding in zip(submissions, findings, strict=True)]

    def _verdict(self, submission: Submission, finding: LanguageFinding) -> Verdict:
        evidence = evidence_of(submission, self.model)
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
        elif spam >= PROMOTIONAL and not submission.by_site:
            signals = {reason.signal for reason in evidence}
            if signals & _OFFERS and signals & _LINKS and "own-site-link" not in signals:
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
        action = decide(
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
        return action, frozenset()


def submissions_of(page: Page, site: str | None = None) -> tuple[Submission, ...]:
    """The comments of a page as the judge sees them: with article, thread and dates around each.

    `site` is the host of the page; None: the host of its address.
    """
    own = host_of(site) if site else host_of(page.canonical_url or page.url)
    article = "\n\n".join(part for part in (page.lead, page.text) if part)
    by_position = {comment.position: comment for comment in page.comments}
    bodies = [(comment.position, comment.body) for comment in page.comments if comment.kind is CommentKind.COMMENT]
    return tuple(
        Submission(
            id=comment.id or str(comment.position),
            text=comment.body,
            author=comment.author,
            author_url=comment.author_url,
            links=comment.links,
            kind=str(comment.kind),
            site=own,
            page=page.canonical_url or page.url,
            article_language=page.language,
            article_title=page.title,
            article_text=article or None,
            by_site=comment.by_site,
            date=comment.date,
            article_date=page.published,
            position=comment.position,
            parent_text=by_position[comment.parent].body if comment.parent in by_position else None,
            siblings=tuple(body for position, body in bodies if position != comment.position),
        )
        for comment in page.comments
    )


_TEXTS = (
    "author author_url kind site page article_language article_title article_text date article_date parent_text".split()
)


def submission_from_json(row: Any) -> Submission:
    """The comment in one row of a JSONL file (README: `tamis moderate`). Raises ValueError with one sentence.

    null and absent are the same; unknown keys are left alone; lone surrogates, which JSON can carry and UTF-8 cannot,
    become U+FFFD.
    """
    if not isinstance(row, dict):
        raise ValueError("a row must be a JSON object with an id and a text")
    if row.get("id") is None or isinstance(row["id"], (dict, list, bool)):
        raise ValueError("a row needs an id (a string or a number)")
    if not isinstance(row.get("text"), str):
        raise ValueError("a row needs a text (a string)")
    fields: dict[str, Any] = {}
    for name in _TEXTS:
        value = row.get(name)
        if value is None:
            continue
        if not isinstance(value, str):
            raise ValueError(f"{name} must be a string or null")
        fields[name] = _storable(value)
    links = row.get("links") or ()
    if not isinstance(links, (list, tuple)) or not all(isinstance(link, str) for link in links):
        raise ValueError("links must be a list of strings")
    for name in ("position", "earlier_published", "host_names"):
        value = row.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise ValueError(f"{name} must be a whole number or null")
        if value is not None:
            fields[name] = value
    if not isinstance(row.get("by_site") or False, bool):
        raise ValueError("by_site must be true or false")
    if "site" in fields:
        fields["site"] = host_of(fields["site"])
    elif "page" in fields and urlsplit(fields["page"]).netloc:
        fields["site"] = host_of(fields["page"])
    return Submission(
        id=str(row["id"]),
        text=_storable(row["text"]),
        links=tuple(_storable(link) for link in links),
        by_site=bool(row.get("by_site")),
        **fields,
    )


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
