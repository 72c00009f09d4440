"""Fits the weights of the language vote: `python -m moderation.language.fit LANG.jsonl.gz [--out weights.json]`.

Rows have "text", "lang" (ISO 639-1, or "und") and "source". Deterministic: Newton's method on a convex likelihood, no
random start. The article's language is not in the data: every text is judged against every language in turn.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from moderation.language.fusion import FLOOR, FORMAT, WEIGHTS, log_length
from moderation.language.hints import notice_title, speechless, squeezed, words
from moderation.language.judge import DEFAULT_LANGUAGES
from moderation.language.scripts import languages_in, letters_by_script
from moderation.language.voters import FasttextVoter, LangdetectVoter, LinguaVoter, Votes
from moderation.normalise import language_text

FITTED_ON = ("de", "en", "es", "fr", "it", "nl", "pt")  # one script, so that scripts decide nothing here
COMMITTEES = ("accurate", "wide", "lean")
PRIOR = 1.0  # log-odds; only moves the scale on which the thresholds are given
# most words, wanted share of own texts called foreign, highest threshold: a text is not foreign because it is doubtful
BUCKETS = ((1, 0.008, 0.08), (2, 0.008, 0.12), (3, 0.002, 0.25), (100_000, 0.0005, 0.25))
CAUTION = {"accurate": 1.0, "wide": 0.4, "lean": 0.4}  # by which the highest threshold of a committee is multiplied
FEWEST = 20  # texts of a language in a bucket
RIDGE = 1e-3

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ballot:
    """What every committee's voters said about one text. `votes[name]` are its voters' votes in their order."""

    votes: dict[str, tuple[Votes, ...]]
    letters: int
    words: int
    truth: str
    source: str


def ballots(rows: Iterable[dict[str, str]], most_words: int = 20) -> list[Ballot]:
    """The votes on every text in one of FITTED_ON that a vote would decide; texts over `most_words` are left out."""
    latin = languages_in("latin", DEFAULT_LANGUAGES)
    fast, few, many = FasttextVoter(), LangdetectVoter(FITTED_ON), LinguaVoter(latin, small=True)
    accurate = LinguaVoter(FITTED_ON)
    found = []
    for row in rows:
        plain = squeezed(language_text(row["text"]))
        spoken = words(plain)
        letters = letters_by_script(plain).total()
        if row["lang"] not in FITTED_ON or letters < 3 or len(spoken) > most_words:
            continue
        if notice_title(row["text"]) is not None or speechless(spoken):
            continue
        first = fast.votes(plain)
        votes: dict[str, tuple[Votes, ...]] = {
            "accurate": (accurate.votes(plain), first),
            "wide": (many.votes(plain), first),
            "lean": (few.votes(plain), first),
        }
        found.append(Ballot(votes, letters, len(spoken), row["lang"], row["source"]))
    return found


def _features(cast: Sequence[Ballot], name: str) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Shape (texts, languages, 2 * voters): logarithms of the votes, then the same times the log length."""
    languages = FITTED_ON
    rows = []
    for ballot in cast:
        columns = []
        for vote in ballot.votes[name]:
            total = sum(vote.get(code, 0.0) for code in languages) or 1.0
            columns.append([np.log(vote.get(code, 0.0) / total + FLOOR) for code in languages])
        plain = np.array(columns, dtype=np.float64).T
        rows.append(np.concatenate([plain, plain * log_length(ballot.letters)], axis=1))
    truth = np.array([languages.index(ballot.truth) for ballot in cast], dtype=np.intp)
    return np.stack(rows), truth


def fitted_weights(cast: Sequence[Ballot], name: str) -> Floats:
    """The weights that make the true languages most likely: softmax regression by Newton's method."""
    features, truth = _features(cast, name)
    own = features[np.arange(len(truth)), truth]
    weights = np.full(features.shape[2], 0.5)
    for _ in range(30):
        chances = _chances(features @ weights)
        expected = np.einsum("nl,nlf->nf", chances, features)
        gradient = (own - expected).mean(axis=0) - RIDGE * weights
        spread = np.einsum("nl,nlf,nlg->fg", chances, features, features) - expected.T @ expected
        step = np.linalg.solve(spread / len(truth) + RIDGE * np.eye(len(weights)), gradient)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-9:
            break
    return np.asarray(weights)


def _chances(scores: Floats) -> Floats:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def fitted_thresholds(cast: Sequence[Ballot], name: str, weights: Floats) -> list[tuple[int, float]]:
    """For each bucket of words the posterior of the article's language under which a text is foreign.

    For each language the largest one that calls no more than the wanted share of its own texts foreign; of these the
    median, because some languages' word lists hold foreign words; never over the
    bucket's highest; an eighth of that where no language has texts enough.
    """
    features, truth = _features(cast, name)
    chances = _chances(features @ weights)
    lengths = np.array([ballot.words for ballot in cast])
    thresholds, least = [], 0
    for most, share, highest in BUCKETS:
        inside = (lengths > least) & (lengths <= most)
        found = []
        for language in range(len(FITTED_ON)):
            own = chances[inside & (truth == language), language]
            own = own * np.exp(PRIOR) / (1.0 - own + own * np.exp(PRIOR))
            if len(own) >= FEWEST:
                found.append(float(np.sort(own)[int(share * len(own))]))
        typical = float(np.median(found)) if found else 0.0
        thresholds.append((most, round(min(CAUTION[name] * highest, typical or highest / 8), 4)))
        least = most
    return thresholds


def fitted(cast: Sequence[Ballot]) -> dict[str, object]:
    """The content of a weights file, without its provenance."""
    committees = {}
    for name in COMMITTEES:
        weights = fitted_weights(cast, name)
        voters = len(weights) // 2
        committees[name] = {
            "weights": [round(float(weight), 4) for weight in weights[:voters]],
            "slopes": [round(float(weight), 4) for weight in weights[voters:]],
            "foreign_below": fitted_thresholds(cast, name, weights),
        }
    return {"format": FORMAT, "prior": PRIOR, "langdetect_alone": 0.99, "committees": committees}


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a JSONL file, gzipped or not."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the weights of the language vote.")
    parser.add_argument("rows", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    cast = ballots(row for row in read_rows(arguments.rows) if row["source"] != "noise")
    result = fitted(cast)
    digest = hashlib.sha256(arguments.rows.read_bytes()).hexdigest()
    result |= {
        "version": digest[:12],
        "provenance": {"rows": arguments.rows.name, "sha256": digest, "texts": len(cast), "languages": FITTED_ON},
    }
    arguments.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
