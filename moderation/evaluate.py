"""How good the judge is on somebody's own labelled comments: the table of `tamis evaluate`.

All figures are plain counts over the given rows. Bounds are one-sided 95 % Clopper-Pearson limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.guarantee import upper_limit
from moderation.moderate import Moderator
from moderation.submissions import submission_from_json
from moderation.verdict import Action, Submission, Verdict

Floats = npt.NDArray[np.float64]
BINS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A comment and what somebody says it is."""

    submission: Submission
    is_spam: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The figures. Shares are 0 to 1; a figure is None where the rows cannot show it (no spam, or nothing but spam).

    `false_positives`: ham called spam at the shipped threshold, `false_positives_at_most` its upper limit.
    `recall_at_1_percent`: spam found at the threshold that calls 1 % of the ham spam. `calibration_error`: mean gap
    between probability and frequency in 15 bins of equal size. `review_share`: how much lands before a person.
    """

    comments: int
    spam: int
    precision: float | None
    recall: float | None
    f1: float | None
    false_positives: float | None
    false_positives_at_most: float | None
    recall_at_1_percent: float | None
    recall_at_01_percent: float | None
    average_precision: float | None
    calibration_error: float
    review_share: float
    rejected_ham: int
    model_version: str

    def table(self) -> str:
        """The figures as lines of text."""
        rows = [
            ("comments", f"{self.comments}"),
            ("spam among them", f"{self.spam}"),
            ("precision", _percent(self.precision)),
            ("recall", _percent(self.recall)),
            ("F1", _percent(self.f1)),
            ("ham called spam", _percent(self.false_positives)),
            ("  at most (95 %)", _percent(self.false_positives_at_most)),
            ("recall at 1 % false positives", _percent(self.recall_at_1_percent)),
            ("recall at 0.1 % false positives", _percent(self.recall_at_01_percent)),
            ("average precision", _percent(self.average_precision)),
            ("calibration error", _percent(self.calibration_error)),
            ("held for review", _percent(self.review_share)),
            ("ham rejected", f"{self.rejected_ham}"),
            ("model", self.model_version),
        ]
        return "\n".join(f"{name:<34}{value:>12}" for name, value in rows)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.2%}"


def labelled_from_json(row: Any) -> Labelled:
    """A row of `tamis moderate` with a `label`: spam or ham. Raises ValueError with one sentence."""
    submission = submission_from_json(row)
    label = row.get("label")
    if label not in ("spam", "ham"):
        raise ValueError("a labelled row needs a label: spam or ham")
    return Labelled(submission=submission, is_spam=label == "spam")


def evaluate(rows: Iterable[Labelled], moderator: Moderator | None = None, batch: int = 512) -> Evaluation:
    """Judge labelled comments and count. Raises ValueError if there are none."""
    moderator = moderator or Moderator()
    labelled = list(rows)
    if not labelled:
        raise ValueError("there is no labelled comment to evaluate on")
    verdicts: list[Verdict] = []
    for start in range(0, len(labelled), batch):
        verdicts += moderator.judge_all([row.submission for row in labelled[start : start + batch]])
    return evaluation([row.is_spam for row in labelled], verdicts)


def evaluation(is_spam: Sequence[bool], verdicts: Sequence[Verdict]) -> Evaluation:
    """The figures of verdicts that were given already."""
    spam = np.array(is_spam, dtype=bool)
    chance = np.array([verdict.spam_probability for verdict in verdicts])
    called = np.array(["spam" in verdict.labels for verdict in verdicts])
    ham_called = int((called & ~spam).sum())
    ham, found = int((~spam).sum()), int((called & spam).sum())
    precision = found / int(called.sum()) if called.any() else None
    recall = found / int(spam.sum()) if spam.any() else None
    both = bool(spam.any() and ham)
    rejected = sum(
        verdict.action is Action.REJECT and not label for verdict, label in zip(verdicts, is_spam, strict=True)
    )
    return Evaluation(
        comments=len(spam),
        spam=int(spam.sum()),
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / (precision + recall) if precision and recall else None,
        false_positives=ham_called / ham if ham else None,
        false_positives_at_most=upper_limit(ham_called, ham) if ham else None,
        recall_at_1_percent=recall_at(spam, chance, 0.01) if both else None,
        recall_at_01_percent=recall_at(spam, chance, 0.001) if both else None,
        average_precision=average_precision(spam, chance) if spam.any() else None,
        calibration_error=calibration_error(spam, chance),
        review_share=sum(verdict.action is Action.REVIEW for verdict in verdicts) / len(verdicts),
        rejected_ham=rejected,
        model_version=verdicts[0].model_version,
    )


def recall_at(spam: npt.NDArray[np.bool_], chance: Floats, false_positives: float) -> float:
    """The share of spam above the smallest threshold that lets this share of ham through."""
    ham = np.sort(chance[~spam])[::-1]
    allowed = int(np.floor(false_positives * len(ham) + 1e-9))
    threshold = ham[allowed] if allowed < len(ham) else -1.0
    return float((chance[spam] > threshold).mean())


def average_precision(spam: npt.NDArray[np.bool_], chance: Floats) -> float:
    """The area under the precision-recall steps; equal probabilities share one threshold."""
    order = np.argsort(-chance, kind="stable")
    hits = np.cumsum(spam[order])
    last_of_tie = np.append(np.diff(chance[order]) != 0, True)
    recall = hits[last_of_tie] / hits[-1]
    precision = hits[last_of_tie] / (np.flatnonzero(last_of_tie) + 1)
    return float(np.sum(np.diff(np.concatenate(([0.0], recall))) * precision))


def calibration_error(spam: npt.NDArray[np.bool_], chance: Floats) -> float:
    """The expected calibration error in BINS bins of equal size (Naeini et al., 2015)."""
    order = np.argsort(chance, kind="stable")
    return float(
        sum(
            len(part) / len(chance) * abs(float(chance[part].mean()) - float(spam[part].mean()))
            for part in np.array_split(order, BINS)
            if len(part)
        )
    )
