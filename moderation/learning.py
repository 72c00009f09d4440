"""Learning from a site's editors: a small layer on top of the global score, which has to earn its place.

The layer is a Bayesian logistic regression with the global log-odds as offset: an own intercept, a factor on the global
score, and a few families of signals that count more or less on this site, all with strong priors at "no change". It is
fitted by Newton's method, so ten decisions move it a little and a thousand a lot.

It acts only when it has been better than the global score on decisions it had not seen yet (prequential: each block of
decisions is judged by the layer of the blocks before). A layer is a value: it has a version, it can be stored, and
undoing is going back to an earlier one.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.signals import named_signals
from moderation.verdict import Evidence

LAYER = "site-layer"
FORMAT = 1
MIN_DECISIONS = 30  # of both kinds together; before that no layer can have proved itself
MIN_OF_EACH = 1  # a site may be nearly all spam; its editors never see more than a few readers
BLOCK = 10  # decisions between two refits of the prequential test
_FAMILIES = ("wording", "words", "link", "author", "shape", "context")
_PRIOR = {"intercept": 0.9, "score": 0.25, "family": 0.3}  # standard deviations in log-odds and in factors
_GAIN = 1.5  # log-likelihood, in nats, by which the layer must have been better

Floats = npt.NDArray[np.float64]


def family_of(signal: str) -> str:
    """The family a signal's log-odds are reweighted with: the one it was registered with, "shape" for one of a version
    that we do not know."""
    if signal.startswith("wording"):
        return "wording"
    if signal.startswith("look-of"):
        return "author" if signal == "look-of-name" else "link"
    named = named_signals().get(signal)
    return named.family if named is not None else "shape"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedEvidence:
    """An editor's decision on a comment with the evidence that the global model had. In the order they were made."""

    evidence: tuple[Evidence, ...]
    is_spam: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLayer:
    """What a site's editors taught. log-odds on the site = global log-odds + `weights` . inputs (see `_inputs`).

    `gain` is by how many nats the layer was better than the global score on decisions before it saw them; `acts` is
    whether that is enough.
    """

    version: str
    decisions: int
    weights: tuple[float, ...]
    gain: float
    acts: bool

    def evidence(self, evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        """The layer's own reason, to be added to the global ones."""
        change = float(_inputs(evidence) @ np.array(self.weights))
        return (Evidence(signal=LAYER, log_odds=change, because=str(self.decisions)),)

    def as_json(self) -> str:
        return json.dumps(
            {
                "format": FORMAT,
                "version": self.version,
                "decisions": self.decisions,
                "weights": self.weights,
                "gain": self.gain,
                "acts": self.acts,
            },
            sort_keys=True,
        )


def layer_from_json(text: str) -> SiteLayer:
    """A stored layer. Raises ValueError if it is none of this format."""
    try:
        stored: Any = json.loads(text)
        if stored["format"] != FORMAT or len(stored["weights"]) != 2 + len(_FAMILIES):
            raise ValueError("another format")
        layer = SiteLayer(
            version=str(stored["version"]),
            decisions=int(stored["decisions"]),
            weights=tuple(float(weight) for weight in stored["weights"]),
            gain=float(stored["gain"]),
            acts=bool(stored["acts"]),
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("a stored site layer of another format: train the site again") from error
    if not all(map(math.isfinite, (*layer.weights, layer.gain))):
        raise ValueError("a stored site layer whose weights are no numbers: train the site again")
    return layer


def learn(decisions: Sequence[DecidedEvidence]) -> SiteLayer:
    """The layer of all decisions, in the order they were made. It acts only if it proved itself on the way."""
    inputs = np.array([_inputs(decision.evidence) for decision in decisions]).reshape(-1, 2 + len(_FAMILIES))
    offset = np.array([math.fsum(reason.log_odds for reason in decision.evidence) for decision in decisions])
    spam = np.array([float(decision.is_spam) for decision in decisions])
    gain = _prequential_gain(inputs, offset, spam)
    weights = _fitted(inputs, offset, spam)
    enough = len(spam) >= MIN_DECISIONS and min(spam.sum(), len(spam) - spam.sum()) >= MIN_OF_EACH
    rounded = tuple(round(float(weight), 6) for weight in weights)
    digest = hashlib.sha256(json.dumps([len(spam), rounded]).encode()).hexdigest()[:8]
    return SiteLayer(
        version=f"site-{len(spam)}-{digest}",
        decisions=len(spam),
        weights=rounded,
        gain=round(gain, 6),
        acts=bool(enough and gain >= _GAIN),
    )


def _inputs(evidence: tuple[Evidence, ...]) -> Floats:
    """1, the global log-odds (bounded), and each family's sum (bounded): what the layer may reweight."""
    sums = dict.fromkeys(_FAMILIES, 0.0)
    for reason in evidence:
        if reason.signal not in (LAYER, "baseline", "other-language"):
            sums[family_of(reason.signal)] += reason.log_odds
    total = math.fsum(reason.log_odds for reason in evidence)
    return np.array([1.0, _bounded(total), *(_bounded(sums[family]) for family in _FAMILIES)])


def _bounded(value: float) -> float:
    return max(-6.0, min(6.0, value))


def _precision() -> Floats:
    spreads = [_PRIOR["intercept"], _PRIOR["score"], *[_PRIOR["family"]] * len(_FAMILIES)]
    return 1.0 / np.array(spreads) ** 2


def _sigmoid(z: Floats) -> Floats:
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(z, -40.0, 40.0)))
    return result


def _fitted(inputs: Floats, offset: Floats, spam: Floats) -> Floats:
    """The most probable weights: Newton's method on a convex loss, from zero."""
    precision = _precision()
    weights = np.zeros(inputs.shape[1])
    for _ in range(25):
        chance = _sigmoid(offset + inputs @ weights)
        gradient = inputs.T @ (chance - spam) + precision * weights
        curvature = (inputs * (chance * (1.0 - chance))[:, None]).T @ inputs + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step
        if float(np.abs(step).max()) < 1e-8:
            break
    return weights


def _log_likelihood(z: Floats, spam: Floats) -> Floats:
    result: Floats = spam * z - np.logaddexp(0.0, z)
    return result


def _prequential_gain(inputs: Floats, offset: Floats, spam: Floats) -> float:
    """By how many nats the growing layer beat the global score on blocks that it had not seen."""
    gain = 0.0
    for start in range(BLOCK, len(spam), BLOCK):
        weights = _fitted(inputs[:start], offset[:start], spam[:start])
        block = slice(start, start + BLOCK)
        better = _log_likelihood(offset[block] + inputs[block] @ weights, spam[block])
        gain += float(np.sum(better - _log_likelihood(offset[block], spam[block])))
    return gain
