"""How the weights are found. Deterministic: the same rows give the same bytes.

Two steps. First what is learned from letters: the wording, a logistic regression over the hashed features, each row
once in a copy shared by all channels and once in its channel's own copy (Daumé III, "Frustratingly Easy Domain
Adaptation", 2007); and what names and hosts look like, two small regressions of the same kind. Then the signals: a
logistic regression over the signals' strengths and the log-odds of the first step *as they come out for sources that it
was not trained on*, so that letters get only the trust which they earn elsewhere. The signals start from the expert's
weights (`Named.prior`), a Gaussian prior around them; data move them as far as they insist.

Needs scipy and scikit-learn (extra "train"); nothing here is imported at run time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from moderation.classifier.features import (
    BUCKETS,
    NOBODY,
    SENDER_BUCKETS,
    Floats,
    Hashed,
    Integers,
    Sender,
    hashed,
    sender,
)
from moderation.classifier.model import CHANNELS, LOOKS, MOST, Channel, Model, SenderModel, channel_of
from moderation.signals import all_signals, findings
from moderation.signals.view import NOTICE_KINDS, View
from moderation.verdict import Submission

NO_SENDER = Sender(NOBODY, NOBODY)
# The source of comments that we wrote ourselves. They teach the signals; they count in no figure of quality, and teach
# nothing about letters: a few hundred offers in as many words made a bitcoin blog's French readers suspect (4 %).
WRITTEN = "written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A labelled comment. `source` is what is left out together: a blog, a data set.

    `only_wording`: ordinary text that is no comment; it teaches the wording what the language itself is like, and the
    signals nothing. `language` is ISO 639-1 ("" unknown), `year` when it was written (None unknown).
    """

    submission: Submission
    is_spam: bool
    source: str
    only_wording: bool = False
    language: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What training may be told; the values were chosen by leaving whole sources out (docs/model-card.md).

    `wording_penalty`, `look_penalty`: L2 on bucket weights. `own_share`: how freely a channel's copy moves against
    the shared one. `signal_spread`: standard deviation of the prior around the expert's weights, for comments;
    `others_spread` that for the other channels; `channel_spread` that of a channel's departure from the shared
    weight. `evenness`: a (source, label) of n rows counts n ** evenness. `year_weight`: how much more a comment
    counts for each year after 2010. `trust`, `others_trust`: the prior of the factor on what letters say,
    `trust_spread` its standard deviation. `rows_a_source`: how many rows of evidence each source is, against the
    expert: the more sources agree, the less the expert counts. `false_positives`: the intercept for comments is
    lowered until no more than this share of readers' comments is called spam, each source of readers counting alike
    from `even_from` comments on.
    """

    wording_penalty: float = 1.0
    look_penalty: float = 1.0
    own_share: float = 1.0
    signal_spread: float = 0.3
    channel_spread: float = 0.3
    trust: float = 0.3
    trust_spread: float = 0.5
    others_spread: float = 0.5
    others_trust: float = 0.7
    intercept: float = -1.5
    rows_a_source: float = 100.0
    evenness: float = 0.3
    year_weight: float = 0.1
    rows_of_truth: float = 2000.0
    false_positives: float = 0.005
    even_from: int = 100
    iterations: int = 80


@dataclass(slots=True)
class Prepared:
    """Examples turned into numbers once; training and leaving out work on selections of rows."""

    examples: Sequence[Example]
    hashed: list[Hashed]
    senders: list[Sender]
    strengths: Floats  # rows x signals
    names: tuple[str, ...]
    priors: Floats
    spam: Floats
    channels: npt.NDArray[np.int64]
    sources: npt.NDArray[np.str_]
    years: Floats
    matrix: csr_matrix = field(init=False)
    looks: dict[str, csr_matrix] = field(init=False)

    def __post_init__(self) -> None:
        values = np.concatenate([row.values() for row in self.hashed]) if self.hashed else np.zeros(0)
        self.matrix = _matrix([row.buckets for row in self.hashed], values, BUCKETS)
        self.looks = {}
        for name in LOOKS:
            buckets: list[Integers] = [getattr(row, name) for row in self.senders]
            scaled = [np.full(len(row), 1.0 / max(1, len(row)) ** 0.5) for row in buckets]
            self.looks[name] = _matrix(buckets, np.concatenate(scaled) if scaled else np.zeros(0), SENDER_BUCKETS)


def _matrix(buckets: Sequence[Integers], values: Floats, width: int) -> csr_matrix:
    indptr = np.concatenate(([0], np.cumsum([len(row) for row in buckets])))
    indices = np.concatenate(buckets) if buckets else np.zeros(0, dtype=np.int64)
    # in double precision: a product with a vector would widen all of it again each time
    wide = values.astype(np.float32).astype(np.float64)
    matrix = csr_matrix((wide, indices.astype(np.int32), indptr), shape=(len(buckets), width))
    matrix.sum_duplicates()
    return matrix


def prepare(examples: Sequence[Example]) -> Prepared:
    signals = all_signals()
    names = tuple(named.name for named in signals)
    places = {name: at for at, name in enumerate(names)}
    strengths = np.zeros((len(examples), len(names)))
    rows, senders = [], []
    for at, example in enumerate(examples):
        view = View(example.submission)
        rows.append(hashed(view))
        senders.append(NO_SENDER if example.only_wording else sender(view))
        for name, finding in findings(view):
            strengths[at, places[name]] = finding.strength
    return Prepared(
        examples=examples,
        hashed=rows,
        senders=senders,
        strengths=strengths,
        names=names,
        priors=np.array([named.prior for named in signals]),
        spam=np.array([float(example.is_spam) for example in examples]),
        channels=np.array([CHANNELS.index(channel_of(example.submission.kind)) for example in examples]),
        sources=np.array([example.source for example in examples]),
        years=np.array([float(example.year or _FIRST_YEAR) for example in examples]),
    )


# What a new site is taken to receive. Comment forms without a filter see at least as much spam as readers.
_FIRST_YEAR = 2010.0
_SPAM_SHARE = {"comment": 0.5, "video": 0.5, "sms": 0.2, "chat": 0.5}


def row_weights(prepared: Prepared, rows: npt.NDArray[np.int64], settings: Settings) -> Floats:
    """How much each row counts: large sources less than their size, spam and ham of a channel in its usual shares."""
    weights = np.zeros(len(rows))
    sources, spam, channels = prepared.sources[rows], prepared.spam[rows], prepared.channels[rows]
    years = prepared.years[rows]
    for channel in np.unique(channels):
        for label in (0.0, 1.0):
            group = (channels == channel) & (spam == label)
            for source in np.unique(sources[group]):
                same = group & (sources == source)
                recent = 1.0 + settings.year_weight * np.maximum(0.0, years[same] - _FIRST_YEAR)
                weights[same] = recent * same.sum() ** settings.evenness / same.sum()
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
    penalty = np.concatenate((np.full(size, settings.wording_penalty), np.full(len(CHANNELS), 0.01)))

    def objective(flat: Floats) -> tuple[float, Floats]:
        shared = flat[:BUCKETS]
        gradient = penalty * flat
        loss = 0.5 * float(flat @ gradient)
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
        np.zeros(len(penalty)),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": settings.iterations, "maxcor": 10, "ftol": 1e-7},
    ).x
    shared = best[:BUCKETS]
    own = best[BUCKETS:size].reshape(len(CHANNELS), BUCKETS)
    return shared + settings.own_share * own, best[size:]


def fit_look(prepared: Prepared, name: str, rows: npt.NDArray[np.int64], settings: Settings) -> tuple[Floats, float]:
    """Bucket weights and intercept of what names or hosts look like, fitted on those of these rows that have any."""
    rows = looked_at(prepared, name, rows)
    if not len(rows):
        return np.zeros(SENDER_BUCKETS), 0.0
    matrix, spam = prepared.looks[name][rows], prepared.spam[rows]
    weights = row_weights(prepared, rows, settings)

    def objective(flat: Floats) -> tuple[float, Floats]:
        loss, residual = _logistic(matrix @ flat[:-1] + flat[-1], spam, weights)
        gradient = settings.look_penalty * flat
        gradient[-1] = residual.sum()
        loss += 0.5 * settings.look_penalty * float(flat[:-1] @ flat[:-1])
        gradient[:-1] += matrix.T @ residual
        return loss, gradient

    best = minimize(
        objective,
        np.zeros(SENDER_BUCKETS + 1),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": settings.iterations, "ftol": 1e-7},
    ).x
    return best[:-1], float(best[-1])


def looked_at(prepared: Prepared, name: str, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Those of these rows that are comments with a name, or with hosts."""
    comments = prepared.channels[rows] == CHANNELS.index("comment")
    notices = np.array([prepared.examples[row].submission.kind in NOTICE_KINDS for row in rows], dtype=bool)
    chosen: npt.NDArray[np.int64] = rows[comments & ~notices & (np.diff(prepared.looks[name].indptr)[rows] > 0)]
    return chosen


def look_log_odds(
    prepared: Prepared, name: str, rows: npt.NDArray[np.int64], weights: Floats, intercept: float
) -> Floats:
    """0 for rows without a name, or without hosts."""
    result = np.zeros(len(rows))
    seen = np.isin(rows, looked_at(prepared, name, rows))
    result[seen] = prepared.looks[name][rows[seen]] @ weights + intercept
    return result


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """What was learned from letters: bucket weights and intercepts of the wording and of each look."""

    wording: tuple[Floats, Floats]
    looks: Mapping[str, tuple[Floats, float]]

    def log_odds(self, prepared: Prepared, rows: npt.NDArray[np.int64]) -> Floats:
        """Rows x (wording, name, hosts)."""
        columns = [wording_log_odds(prepared, rows, *self.wording)]
        columns += [look_log_odds(prepared, name, rows, *self.looks[name]) for name in LOOKS]
        return np.column_stack(columns)


def fit_letters(prepared: Prepared, rows: npt.NDArray[np.int64], settings: Settings) -> Letters:
    rows = rows[prepared.sources[rows] != WRITTEN]
    return Letters(
        wording=fit_wording(prepared, rows, settings),
        looks={name: fit_look(prepared, name, comments_of(prepared, rows), settings) for name in LOOKS},
    )


def left_out_log_odds(prepared: Prepared, rows: npt.NDArray[np.int64], settings: Settings) -> Floats:
    """What letters say of the comments among these rows (comments x 3), by models that never saw their source.

    The order is that of `comments_of`.
    """
    comments = comments_of(prepared, rows)
    result = np.zeros((len(comments), 1 + len(LOOKS)))
    for source in np.unique(prepared.sources[comments]):
        letters = fit_letters(prepared, rows[prepared.sources[rows] != source], settings)
        out = prepared.sources[comments] == source
        result[out] = letters.log_odds(prepared, comments[out])
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalFit:
    """Per channel: weights of the signals, trust in the wording and in each look, intercept."""

    signals: Floats  # channels x signals
    trust: Floats  # channels x (wording, name, hosts)
    intercepts: Floats


def fit_signals(prepared: Prepared, rows: npt.NDArray[np.int64], letters: Floats, settings: Settings) -> SignalFit:
    """Weights of the signals around the expert's, and of what letters say (rows x 3), for each channel.

    Comments are fitted by themselves: what chats and text messages are like must not move them. The other channels
    share what they have in common, so that a channel without data is judged by the experience of its sisters. Notices
    from other pages are judged otherwise and teach nothing here.
    """
    comments = CHANNELS.index("comment")
    notices = np.array([prepared.examples[row].submission.kind in NOTICE_KINDS for row in rows], dtype=bool)
    own = (prepared.channels[rows] == comments) & ~notices
    trusts = 1 + len(LOOKS)
    weights = np.zeros((len(CHANNELS), len(prepared.names) + trusts + 1))
    for group in (own, prepared.channels[rows] != comments):
        if group is own:
            channels = [comments]
        else:
            channels = [channel for channel in range(len(CHANNELS)) if channel != comments]
        if not group.any():  # no example: the expert alone
            weights[channels] = np.concatenate((prepared.priors, [settings.trust] * trusts, [settings.intercept]))
            continue
        weights[channels] = _fit_group(prepared, rows[group], letters[group], settings, channels)
    fit = SignalFit(
        signals=weights[:, : len(prepared.names)], trust=weights[:, len(prepared.names) : -1], intercepts=weights[:, -1]
    )
    ham = np.flatnonzero(own & (prepared.spam[rows] == 0.0) & (prepared.sources[rows] != WRITTEN))
    if len(ham):
        chance = log_odds(prepared, rows[ham], letters[ham], fit)
        fit.intercepts[comments] -= max(0.0, _even_quantile(prepared.sources[rows[ham]], chance, settings))
    return fit


def _even_quantile(sources: npt.NDArray[np.str_], chance: Floats, settings: Settings) -> float:
    """The log-odds over which `false_positives` of the ham lies, sources of `even_from` comments or more alike."""
    _, place, counts = np.unique(sources, return_inverse=True, return_counts=True)
    weights = (np.minimum(1.0, counts / settings.even_from) / counts)[place]
    order = np.argsort(-chance, kind="stable")
    over = np.cumsum(weights[order]) / weights.sum()
    return float(chance[order][min(len(order) - 1, int(np.searchsorted(over, settings.false_positives)))])


def _fit_group(
    prepared: Prepared, rows: npt.NDArray[np.int64], letters: Floats, settings: Settings, members: Sequence[int]
) -> Floats:
    """Weights (members x (signals, trusts, intercept)): shared ones around the expert's, each member's around those."""
    spam, channels = prepared.spam[rows], prepared.channels[rows]
    evidence = settings.rows_a_source * len(np.unique(prepared.sources[rows]))
    weights = row_weights(prepared, rows, settings) * (evidence / settings.rows_of_truth)
    inputs = np.column_stack((prepared.strengths[rows], squashed(letters), np.ones(len(rows))))
    width, trusts = inputs.shape[1], letters.shape[1]
    alone = len(members) == 1  # the comments
    trust = settings.trust if alone else settings.others_trust
    priors = np.concatenate((prepared.priors, [trust] * trusts, [settings.intercept]))
    spread = np.full(width, settings.signal_spread if alone else settings.others_spread)
    spread[-1 - trusts : -1] = settings.trust_spread
    spread[-1] = 2.0
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


def squashed(letters: Floats) -> Floats:
    return np.clip(letters, -MOST, MOST)


def log_odds(prepared: Prepared, rows: npt.NDArray[np.int64], letters: Floats, fit: SignalFit) -> Floats:
    channels = prepared.channels[rows]
    return np.asarray(
        np.einsum("ij,ij->i", prepared.strengths[rows], fit.signals[channels])
        + np.einsum("ij,ij->i", squashed(letters), fit.trust[channels])
        + fit.intercepts[channels]
    )


def train(
    prepared: Prepared, rows: npt.NDArray[np.int64], settings: Settings, version: str, provenance: Mapping[str, object]
) -> Model:
    """The model of these rows."""
    fit = fit_signals(prepared, comments_of(prepared, rows), left_out_log_odds(prepared, rows, settings), settings)
    return assembled(prepared, fit_letters(prepared, rows, settings), fit, version, provenance)


def assembled(
    prepared: Prepared, letters: Letters, fit: SignalFit, version: str, provenance: Mapping[str, object]
) -> Model:
    channels = {}
    weights, intercepts = letters.wording
    for at, name in enumerate(CHANNELS):
        trust = max(0.0, float(fit.trust[at, 0]))  # words that speak against what they are were fitted to noise
        scale = _step(weights[at])
        channels[name] = Channel(
            name=name,
            intercept=round(float(fit.intercepts[at] + trust * intercepts[at]), 6),
            scale=float(f"{scale * trust:.9g}"),
            limit=round(MOST * trust, 6),
            wording=np.round(weights[at] / scale).astype(np.int16),
            signals={signal: round(float(fit.signals[at, column]), 4) for column, signal in enumerate(prepared.names)},
        )
    comments = CHANNELS.index("comment")
    looks = {}
    for at, name in enumerate(LOOKS, start=1):
        buckets, offset = letters.looks[name]
        trust, scale = max(0.0, float(fit.trust[comments, at])), _step(buckets)
        looks[name] = SenderModel(
            scale=float(f"{scale * trust:.9g}"),
            limit=round(MOST * trust, 6),
            offset=round(offset * trust, 6),
            weights=np.round(buckets / scale).astype(np.int16),
        )
    return Model(version=version, channels=channels, looks=looks, provenance=provenance)


def _step(weights: Floats) -> float:
    return float(np.abs(weights).max()) / 32767 or 1.0
