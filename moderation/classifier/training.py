"""How the weights are found. Deterministic: the same rows give the same bytes.

Two steps. First the wording: a logistic regression over the hashed features, each row once in a copy shared by all
channels and once in its channel's own copy (Daumé III, "Frustratingly Easy Domain Adaptation", 2007). Then the signals:
a logistic regression over the signals' strengths and the wording's log-odds *as they come out for sources that the
wording was not trained on*, so that the wording gets only the trust which it earns elsewhere. The signals start from
the expert's weights (`Named.prior`), a Gaussian prior around them; data move them as far as they insist.

Needs scipy and scikit-learn (extra "train"); nothing here is imported at run time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from moderation.classifier.features import BUCKETS, Floats, Hashed, hashed
from moderation.classifier.model import CHANNELS, Channel, Model, channel_of
from moderation.signals import all_signals, findings
from moderation.signals.view import View
from moderation.verdict import Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A labelled comment. `source` is what is left out together: a blog, a data set.

    `only_wording`: ordinary text that is no comment; it teaches the wording what the language itself is like, and the
    signals nothing.
    """

    submission: Submission
    is_spam: bool
    source: str
    only_wording: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What training may be told.

    `wording_penalty`: L2 on bucket weights. `own_share`: how freely a channel's copy moves against the shared one.
    `signal_spread`: standard deviation of the prior around the expert's weights, for comments; `others_spread` that for
    the other channels; `channel_spread` that of a channel's departure from the shared weight. `evenness`: a
    (source, label) of n rows counts n ** evenness. `trust`, `others_trust`: the prior of the factor on the wording's
    log-odds. `signal_rows`: how many rows of evidence all examples together are, against the expert.
    `false_positives`: the intercept for comments is lowered until no more than this share of readers' comments is
    called spam.
    """

    wording_penalty: float = 1.0
    own_share: float = 1.0
    signal_spread: float = 0.15
    channel_spread: float = 0.3
    trust: float = 0.25
    trust_spread: float = 0.01
    others_spread: float = 0.5
    others_trust: float = 0.7
    intercept: float = -1.5
    signal_rows: float = 400.0
    evenness: float = 0.5
    rows_of_truth: float = 2000.0
    false_positives: float = 0.006
    iterations: int = 200


@dataclass(slots=True)
class Prepared:
    """Examples turned into numbers once; training and leaving out work on selections of rows."""

    examples: Sequence[Example]
    hashed: list[Hashed]
    strengths: Floats  # rows x signals
    names: tuple[str, ...]
    priors: Floats
    spam: Floats
    channels: npt.NDArray[np.int64]
    sources: npt.NDArray[np.str_]
    matrix: csr_matrix = field(init=False)

    def __post_init__(self) -> None:
        counts = [len(row.buckets) for row in self.hashed]
        indptr = np.concatenate(([0], np.cumsum(counts)))
        indices = np.concatenate([row.buckets for row in self.hashed]) if counts else np.zeros(0, dtype=np.int64)
        values = np.concatenate([row.values() for row in self.hashed]) if counts else np.zeros(0)
        self.matrix = csr_matrix(
            (values.astype(np.float32), indices.astype(np.int32), indptr), shape=(len(counts), BUCKETS)
        )
        self.matrix.sum_duplicates()


def prepare(examples: Sequence[Example]) -> Prepared:
    signals = all_signals()
    names = tuple(named.name for named in signals)
    strengths = np.zeros((len(examples), len(names)))
    rows = []
    for at, example in enumerate(examples):
        view = View(example.submission)
        rows.append(hashed(view))
        for name, finding in findings(view):
            strengths[at, names.index(name)] = finding.strength
    return Prepared(
        examples=examples,
        hashed=rows,
        strengths=strengths,
        names=names,
        priors=np.array([named.prior for named in signals]),
        spam=np.array([float(example.is_spam) for example in examples]),
        channels=np.array([CHANNELS.index(channel_of(example.submission.kind)) for example in examples]),
        sources=np.array([example.source for example in examples]),
    )


# What a new site is taken to receive. Comment forms without a filter see at least as much spam as readers.
_SPAM_SHARE = {"comment": 0.5, "video": 0.5, "sms": 0.2, "chat": 0.5}


def row_weights(prepared: Prepared, rows: npt.NDArray[np.int64], settings: Settings) -> Floats:
    """How much each row counts: large sources less than their size, spam and ham of a channel in its usual shares."""
    weights = np.zeros(len(rows))
    sources, spam, channels = prepared.sources[rows], prepared.spam[rows], prepared.channels[rows]
    for channel in np.unique(channels):
        for label in (0.0, 1.0):
            group = (channels == channel) & (spam == label)
            for source in np.unique(sources[group]):
                same = group & (sources == source)
                weights[same] = same.sum() ** settings.evenness / same.sum()
            if group.any():
                usual = _SPAM_SHARE[CHANNELS[channel]]
                weights[group] *= (usual if label else 1.0 - usual) / weights[group].sum()
        members = channels == channel
        weights[members] *= members.sum() ** settings.evenness / weights[members].sum()
    result: Floats = weights * (settings.rows_of_truth / weights.sum())
    return result


def _logistic(z: Floats, spam: Floats, weights: Floats) -> tuple[float, Floats]:
    loss = float(np.sum(weights * (np.logaddexp(0.0, z) - spam * z)))
    gradient: Floats = weights * (1.0 / (1.0 + np.exp(-np.clip(z, -500, 500))) - spam)
    return loss, gradient


def fit_wording(prepared: Prepared, rows: npt.NDArray[np.int64], settings: Settings) -> tuple[Floats, Floats]:
    """Bucket weights (channels x buckets) and intercepts of the wording, fitted on these rows."""
    matrix = prepared.matrix[rows]
    spam, channels = prepared.spam[rows], prepared.channels[rows]
    weights = row_weights(prepared, rows, settings)
    groups = [np.flatnonzero(channels == channel) for channel in range(len(CHANNELS))]
    parts = [matrix[group] for group in groups]
    size = BUCKETS * (1 + len(CHANNELS))

    def objective(flat: Floats) -> tuple[float, Floats]:
        shared = flat[:BUCKETS]
        gradient = settings.wording_penalty * flat
        gradient[size:] = 0.01 * flat[size:]
        loss = 0.5 * float(flat[:size] @ flat[:size]) * settings.wording_penalty + 0.005 * float(
            flat[size:] @ flat[size:]
        )
        for channel, (group, part) in enumerate(zip(groups, parts, strict=True)):
            if not len(group):
                continue
            own = flat[BUCKETS * (1 + channel) : BUCKETS * (2 + channel)]
            z = part @ (shared + settings.own_share * own) + flat[size + channel]
            here, residual = _logistic(z, spam[group], weights[group])
            loss += here
            back = part.T @ residual
            gradient[:BUCKETS] += back
            gradient[BUCKETS * (1 + channel) : BUCKETS * (2 + channel)] += settings.own_share * back
            gradient[size + channel] += residual.sum()
        return loss, gradient

    best = minimize(
        objective,
        np.zeros(size + len(CHANNELS)),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": settings.iterations, "maxcor": 10, "ftol": 1e-7},
    ).x
    shared = best[:BUCKETS]
    own = best[BUCKETS:size].reshape(len(CHANNELS), BUCKETS)
    return shared + settings.own_share * own, best[size:]


def wording_log_odds(prepared: Prepared, rows: npt.NDArray[np.int64], weights: Floats, intercepts: Floats) -> Floats:
    result = np.zeros(len(rows))
    for channel in range(len(CHANNELS)):
        here = prepared.channels[rows] == channel
        if here.any():
            result[here] = prepared.matrix[rows[here]] @ weights[channel] + intercepts[channel]
    return result


def comments_of(prepared: Prepared, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The rows that are comments, not running text."""
    return rows[[not prepared.examples[row].only_wording for row in rows]]


def left_out_log_odds(prepared: Prepared, rows: npt.NDArray[np.int64], settings: Settings) -> Floats:
    """The wording's log-odds of the comments among these rows from models that never saw their source.

    The order is that of `comments_of`.
    """
    comments = comments_of(prepared, rows)
    result = np.zeros(len(comments))
    for source in np.unique(prepared.sources[comments]):
        weights, intercepts = fit_wording(prepared, rows[prepared.sources[rows] != source], settings)
        out = prepared.sources[comments] == source
        result[out] = wording_log_odds(prepared, comments[out], weights, intercepts)
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalFit:
    """Per channel: weights of the signals, trust in the wording, intercept."""

    signals: Floats  # channels x signals
    trust: Floats
    intercepts: Floats


def fit_signals(prepared: Prepared, rows: npt.NDArray[np.int64], wording: Floats, settings: Settings) -> SignalFit:
    """Weights of the signals around the expert's, and of the wording's log-odds, for each channel.

    Comments are fitted by themselves: what chats and text messages are like must not move them. The other channels
    share what they have in common, so that a channel without data is judged by the experience of its sisters.
    """
    comments = CHANNELS.index("comment")
    own = prepared.channels[rows] == comments
    weights = np.zeros((len(CHANNELS), len(prepared.names) + 2))
    for group in (own, ~own):
        if group is own:
            channels = [comments]
        else:
            channels = [channel for channel in range(len(CHANNELS)) if channel != comments]
        if not group.any():  # no example: the expert alone
            weights[channels] = np.concatenate((prepared.priors, [settings.trust, settings.intercept]))
            continue
        weights[channels] = _fit_group(prepared, rows[group], wording[group], settings, channels)
    fit = SignalFit(signals=weights[:, :-2], trust=weights[:, -2], intercepts=weights[:, -1])
    ham = np.flatnonzero(own & (prepared.spam[rows] == 0.0))
    if len(ham):
        limit = float(np.quantile(log_odds(prepared, rows[ham], wording[ham], fit), 1.0 - settings.false_positives))
        fit.intercepts[comments] -= max(0.0, limit)
    return fit


def _fit_group(
    prepared: Prepared, rows: npt.NDArray[np.int64], wording: Floats, settings: Settings, members: Sequence[int]
) -> Floats:
    """Weights (members x (signals, trust, intercept)): shared ones around the expert's, each member's around those."""
    spam, channels = prepared.spam[rows], prepared.channels[rows]
    weights = row_weights(prepared, rows, settings) * (settings.signal_rows / settings.rows_of_truth)
    inputs = np.column_stack((prepared.strengths[rows], squashed(wording), np.ones(len(rows))))
    width = inputs.shape[1]
    alone = len(members) == 1  # the comments
    trust = settings.trust if alone else settings.others_trust
    priors = np.concatenate((prepared.priors, [trust, settings.intercept]))
    spread = np.full(width, settings.signal_spread if alone else settings.others_spread)
    spread[-2:] = settings.trust_spread if alone else settings.others_spread, 2.0
    own_spread = np.full(width, settings.channel_spread)
    own_spread[-1] = 1.0
    places = [np.flatnonzero(channels == channel) for channel in members]

    def objective(flat: Floats) -> tuple[float, Floats]:
        shared, own = flat[:width], flat[width:].reshape(len(members), width)
        off, apart = (shared - priors) / spread, own / own_spread
        loss = 0.5 * float(off @ off) + 0.5 * float(np.sum(apart**2))
        gradient = np.concatenate((off / spread, (apart / own_spread).ravel()))
        for at, place in enumerate(places):
            z = inputs[place] @ (shared + own[at])
            here, residual = _logistic(z, spam[place], weights[place])
            loss += here
            back = inputs[place].T @ residual
            gradient[:width] += back
            if not alone:
                gradient[width * (1 + at) : width * (2 + at)] += back
        return loss, gradient

    start = np.concatenate((priors, np.zeros(width * len(members))))
    best = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    both: Floats = best[:width] + best[width:].reshape(len(members), width)
    return both


def squashed(wording: Floats) -> Floats:
    return np.clip(wording, -6.0, 6.0)


def log_odds(prepared: Prepared, rows: npt.NDArray[np.int64], wording: Floats, fit: SignalFit) -> Floats:
    channels = prepared.channels[rows]
    return np.asarray(
        np.einsum("ij,ij->i", prepared.strengths[rows], fit.signals[channels])
        + fit.trust[channels] * squashed(wording)
        + fit.intercepts[channels]
    )


def train(
    prepared: Prepared, rows: npt.NDArray[np.int64], settings: Settings, version: str, provenance: Mapping[str, object]
) -> Model:
    """The model of these rows."""
    fit = fit_signals(prepared, comments_of(prepared, rows), left_out_log_odds(prepared, rows, settings), settings)
    weights, intercepts = fit_wording(prepared, rows, settings)
    return assembled(prepared, weights, intercepts, fit, version, provenance)


def assembled(
    prepared: Prepared,
    weights: Floats,
    intercepts: Floats,
    fit: SignalFit,
    version: str,
    provenance: Mapping[str, object],
) -> Model:
    channels = {}
    for at, name in enumerate(CHANNELS):
        scale = float(np.abs(weights[at]).max()) / 32767 or 1.0
        channels[name] = Channel(
            name=name,
            intercept=round(float(fit.intercepts[at] + fit.trust[at] * intercepts[at]), 6),
            scale=float(f"{scale * fit.trust[at]:.9g}"),
            wording=np.round(weights[at] / scale).astype(np.int16),
            signals={signal: round(float(fit.signals[at, column]), 4) for column, signal in enumerate(prepared.names)},
        )
    return Model(version=version, channels=channels, provenance=provenance)
