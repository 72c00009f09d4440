"""Several detectors' votes made into one probability a language, with weights fitted by `fit`."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from moderation.errors import ModelUnusable
from moderation.language.voters import Votes

WEIGHTS = Path(__file__).with_name("weights.json")
FORMAT = 1

FLOOR = 1e-3  # no detector is surer than this that a language is out of the question
_TYPICAL_LETTERS = 12.0


@dataclass(frozen=True, slots=True)
class Committee:
    """How much each voter counts: weight + slope * log(letters / 12), the letters held between 3 and 60.

    `others`: (most words, threshold) pairs in rising order; a text is foreign if the probability of the article's
    language is under the threshold of the first pair that its words fit.
    """

    weights: tuple[float, ...]
    slopes: tuple[float, ...]
    others: tuple[tuple[int, float], ...]

    def posterior(
        self, votes: Sequence[Votes], languages: Sequence[str], letters: int, article: str | None, prior: float
    ) -> Votes:
        """Probabilities that sum to 1 over `languages`: a softmax of the weighted logarithms of the votes.

        `prior` is added to the log-odds of `article`: readers mostly write in the language they have just read.
        """
        length = log_length(letters)
        scores = dict.fromkeys(languages, 0.0)
        for vote, weight, slope in zip(votes, self.weights, self.slopes, strict=True):
            total = sum(vote.get(code, 0.0) for code in languages) or 1.0
            for code in scores:
                scores[code] += (weight + slope * length) * math.log(vote.get(code, 0.0) / total + FLOOR)
        if article in scores:
            scores[article] += prior
        top = max(scores.values())
        odds = {code: math.exp(score - top) for code, score in scores.items()}
        whole = sum(odds.values())
        return {code: odd / whole for code, odd in odds.items()}

    def foreign_below(self, words: int) -> float:
        """The threshold for a text of so many words."""
        return next((threshold for most, threshold in self.others if words <= most), self.others[-1][1])


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything that was fitted. `prior` in log-odds; `alone`: the probability at which langdetect decides alone."""

    committees: dict[str, Committee]
    prior: float
    alone: float
    version: str


def log_length(letters: int) -> float:
    """The length of a text as the committees see it: log(letters / 12), letters between 3 and 60."""
    return math.log(min(max(letters, 3), 60) / _TYPICAL_LETTERS)


def weights_from(data: dict[str, Any]) -> Weights:
    """The weights in the content of a weights file. Raises KeyError, TypeError or ValueError if it is malformed."""
    if data["format"] != FORMAT:
        raise ValueError(f"format {data['format']}, expected {FORMAT}")
    committees = {
        name: Committee(
            weights=tuple(map(float, entry["weights"])),
            slopes=tuple(map(float, entry["slopes"])),
            others=tuple((int(most), float(threshold)) for most, threshold in entry["foreign_below"]),
        )
        for name, entry in data["committees"].items()
    }
    return Weights(committees, float(data["prior"]), float(data["langdetect_alone"]), str(data["version"]))


@lru_cache(maxsize=4)
def loaded_weights(path: Path = WEIGHTS) -> Weights:
    """The weights in a file. Raises ModelUnusable if it is missing, damaged or of another format."""
    try:
        return weights_from(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnusable(f"{path} is missing or damaged ({error}): install tamis again") from error
