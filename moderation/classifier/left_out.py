"""What the model is worth on sources that it never saw: the figures of the model card.

Each source is judged by a model without it: its letters, its signals, its intercept. The trust in letters rests on the
log-odds that the other sources got when *they* were left out, by models that had seen the source in question: its share
in three numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from moderation.classifier.features import Floats
from moderation.classifier.model import CHANNELS, Model
from moderation.classifier.training import WRITTEN, Prepared, Settings, comments_of, fit_signals, log_odds
from moderation.evaluate import average_precision, calibration_error, recall_at
from moderation.language import LanguageJudge
from moderation.language.article import relation_here
from moderation.moderate import OTHER_LANGUAGE_LOG_ODDS, PROMOTIONAL, advertises
from moderation.scoring import evidence_of, probability
from moderation.scoring import log_odds as sum_of
from moderation.signals.view import NOTICE_KINDS
from moderation.verdict import LanguageRelation

Rows = npt.NDArray[np.int64]


def left_out(prepared: Prepared, letters: Floats, settings: Settings, model: Model) -> Floats:
    """The log-odds of every comment (in the order of `comments_of`) by a model without its source.

    `letters` are those of `left_out_log_odds`. Notices, of which nothing is learned, are judged by `model`.
    """
    comments = comments_of(prepared, np.arange(len(prepared.examples)))
    sources = prepared.sources[comments]
    result = np.zeros(len(comments))
    for source in np.unique(sources):
        kept, out = sources != source, sources == source
        fit = fit_signals(prepared, comments[kept], letters[kept], settings)
        result[out] = log_odds(prepared, comments[out], letters[out], fit)
    for at, row in enumerate(comments):
        if prepared.examples[row].submission.kind in NOTICE_KINDS:
            result[at] = sum_of(evidence_of(prepared.examples[row].submission, model))
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The figures of some comments; shares are 0 to 1, None where they cannot be counted.

    `found`: spam called spam at the shipped threshold; `flagged`: readers' comments called spam.
    """

    name: str
    spam: int
    ham: int
    found: float | None
    flagged: float | None


def group(name: str, spam: npt.NDArray[np.bool_], chance: Floats) -> Group:
    called = chance >= 0.0
    return Group(
        name=name,
        spam=int(spam.sum()),
        ham=int((~spam).sum()),
        found=float(called[spam].mean()) if spam.any() else None,
        flagged=float(called[~spam].mean()) if (~spam).any() else None,
    )


def policy_figures(prepared: Prepared, chance: Floats) -> dict[str, float]:
    """What the shipped policy makes of the blogs' comments on a new site: shares of the spam that is published, and of
    the readers' comments that are held as spam, as advertisements, and for nothing but their language.

    `chance` is that of `left_out`. The blog's language is what is declared; its articles are known for some.
    """
    comments = comments_of(prepared, np.arange(len(prepared.examples)))
    own = [
        (row, odds)
        for row, odds in zip(comments.tolist(), chance.tolist(), strict=True)
        if CHANNELS[prepared.channels[row]] == "comment"
        and prepared.sources[row] != WRITTEN
        and prepared.examples[row].submission.kind not in NOTICE_KINDS
    ]
    submissions = [prepared.examples[row].submission for row, _ in own]
    judge = LanguageJudge()
    relations = [relation_here(judge, one.text, one.article_language, one.article_text) for one in submissions]
    other = np.array([finding.relation is LanguageRelation.OTHER for finding in relations])
    log_odds_of = np.array([odds for _, odds in own]) + OTHER_LANGUAGE_LOG_ODDS * other
    found = [{prepared.names[at] for at in np.flatnonzero(prepared.strengths[row])} for row, _ in own]
    as_spam = log_odds_of >= 0.0
    as_offer = ~as_spam & np.array(
        [
            probability(odds) >= PROMOTIONAL and advertises(signals)
            for odds, signals in zip(log_odds_of.tolist(), found, strict=True)
        ]
    )
    spam = prepared.spam[[row for row, _ in own]] == 1.0
    for_language = other & ~as_spam & ~as_offer
    return {
        "spam_published": float((~(as_spam | as_offer | other))[spam].mean()),
        "ham_as_spam": float(as_spam[~spam].mean()),
        "ham_as_offer": float(as_offer[~spam].mean()),
        "ham_for_language": float(for_language[~spam].mean()),
    }


def figures(prepared: Prepared, chance: Floats) -> dict[str, object]:
    """The card's numbers, as plain values that a model file can carry."""
    comments = comments_of(prepared, np.arange(len(prepared.examples)))
    examples = [prepared.examples[row] for row in comments]
    spam = prepared.spam[comments] == 1.0
    own = (prepared.channels[comments] == CHANNELS.index("comment")) & (prepared.sources[comments] != WRITTEN)
    probability = 1.0 / (1.0 + np.exp(-np.clip(chance, -40.0, 40.0)))
    first = np.array([example.source.startswith("blog_") for example in examples])
    called = chance >= 0.0

    def pooled(chosen: npt.NDArray[np.bool_]) -> dict[str, float]:
        found, hits = spam[chosen], called[chosen]
        precision, recall = float(found[hits].mean()), float(hits[found].mean())
        return {
            "comments": int(chosen.sum()),
            "recall_at_1": recall_at(found, probability[chosen], 0.01),
            "recall_at_01": recall_at(found, probability[chosen], 0.001),
            "average_precision": average_precision(found, probability[chosen]),
            "precision": precision,
            "recall": recall,
            "f1": 2 * precision * recall / (precision + recall),
            "flagged": float(hits[~found].mean()),
            "calibration_error": calibration_error(found, probability[chosen]),
        }

    def groups(name_of: Callable[[int], str], chosen: npt.NDArray[np.bool_]) -> list[list[object]]:
        names = np.array([name_of(at) for at in range(len(examples))])
        made = [
            group(name, spam[chosen & (names == name)], chance[chosen & (names == name)])
            for name in np.unique(names[chosen])
        ]
        made.sort(
            key=lambda one: (one.found is None, one.found if one.found is not None else -(one.flagged or 0.0), one.name)
        )
        return [[one.name, one.spam, one.ham, _rounded(one.found), _rounded(one.flagged)] for one in made]

    notices = np.array([example.submission.kind in NOTICE_KINDS for example in examples])
    return {
        "pooled": {key: _rounded(value) for key, value in pooled(own).items()},
        "policy": {key: _rounded(value) for key, value in policy_figures(prepared, chance).items()},
        "pooled_second": {key: _rounded(value) for key, value in pooled(own & ~first).items()},
        "sources": groups(lambda at: examples[at].source, np.ones(len(examples), dtype=bool)),
        "years": groups(
            lambda at: str(examples[at].year), own & np.array([example.year is not None for example in examples])
        ),
        "languages": groups(
            lambda at: examples[at].language, own & np.array([bool(example.language) for example in examples])
        ),
        "notices": [int((notices & ~spam).sum()), int((notices & ~spam & called).sum())],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)
