"""The model: a file of numbers, and what it says of a comment.

The file is one line of magic, one line of JSON (header) and the weights as little-endian int16: nothing in it can run.
The sha256 of the weights stands in the header. A channel ("comment", "video", "sms", "chat") has its own weights, so
that what is spam in a chat does no harm under an article.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.classifier.features import BUCKETS, SENDER_BUCKETS, Floats, Hashed, Integers
from moderation.errors import ModelUnusable

MAGIC = b"tamis spam model 2\n"
MOST = 6.0  # log-odds, before trust: no wording, name or host is surer than this
CHANNELS = ("comment", "video", "sms", "chat")
LOOKS = ("name", "hosts")
_CHANNEL_OF = {"youtube": "video", "video": "video", "sms": "sms", "chat": "chat", "telegram": "chat"}


def channel_of(kind: str) -> str:
    """The channel whose weights judge this kind; everything unknown is judged as a comment."""
    return _CHANNEL_OF.get(kind, "comment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The weights of one channel. Log-odds of a comment = intercept + wording + sum of signal weight * strength.

    `wording` are the bucket weights as int16, to be multiplied by `scale`; the whole is never over `limit`, in
    log-odds, for or against. `signals` are log-odds for strength 1.
    """

    name: str
    intercept: float
    scale: float
    limit: float
    wording: npt.NDArray[np.int16]
    signals: Mapping[str, float]

    def wording_log_odds(self, comments: Sequence[Hashed]) -> tuple[list[float], Floats]:
        """The log-odds of each comment's whole wording, and what each feature of the first comment adds, then of the
        second, and so on.

        The whole is summed in integers: the same on every machine.
        """
        weights = self.wording[np.concatenate([comment.buckets for comment in comments])]
        ends = np.cumsum([size for one in comments for size in (one.words, len(one.buckets) - one.words)])
        sums = np.concatenate(([0], np.cumsum(weights, dtype=np.int64)))[np.concatenate(([0], ends))].tolist()
        totals: list[float] = []
        factors: list[float] = []
        for at, one in enumerate(comments):
            a_word = self.scale / max(1, one.words) ** 0.5
            a_run = self.scale / max(1, len(one.buckets) - one.words) ** 0.5
            before, middle, after = sums[2 * at : 2 * at + 3]
            totals.append((middle - before) * a_word + (after - middle) * a_run)
            factors += (a_word, a_run)
        contributions = weights * np.repeat(factors, np.diff(ends, prepend=0))
        for at, total in enumerate(totals):
            if abs(total) > self.limit:
                totals[at] = math.copysign(self.limit, total)
                contributions[ends[2 * at - 1] if at else 0 : ends[2 * at + 1]] *= totals[at] / total
        return totals, contributions


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderModel:
    """What a name or the hosts of a comment look like: bucket weights as int16, to be multiplied by `scale`."""

    scale: float
    limit: float
    offset: float
    weights: npt.NDArray[np.int16]

    def log_odds(self, buckets: Integers) -> float:
        """0 where there is nothing to look at; summed in integers, the same on every machine."""
        if not len(buckets):
            return 0.0
        total = self.offset + int(self.weights[buckets].sum(dtype=np.int64)) * self.scale / len(buckets) ** 0.5
        return float(max(-self.limit, min(self.limit, total)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """All channels of one trained model."""

    version: str
    channels: Mapping[str, Channel]
    looks: Mapping[str, SenderModel]  # name and hosts, of comments
    provenance: Mapping[str, Any]

    def channel(self, kind: str) -> Channel:
        return self.channels[channel_of(kind)]


def write_model(model: Model) -> bytes:
    """The model as a file's content; equal models give equal bytes."""
    payload = b"".join(model.channels[name].wording.astype("<i2").tobytes() for name in CHANNELS)
    payload += b"".join(model.looks[name].weights.astype("<i2").tobytes() for name in LOOKS)
    header = {
        "version": model.version,
        "buckets": BUCKETS,
        "sha256": hashlib.sha256(payload).hexdigest(),
        "channels": {
            name: {
                "intercept": model.channels[name].intercept,
                "scale": model.channels[name].scale,
                "limit": model.channels[name].limit,
                "signals": dict(sorted(model.channels[name].signals.items())),
            }
            for name in CHANNELS
        },
        "looks": {
            name: {
                "scale": model.looks[name].scale,
                "limit": model.looks[name].limit,
                "offset": model.looks[name].offset,
            }
            for name in LOOKS
        },
        "provenance": model.provenance,
    }
    return MAGIC + json.dumps(header, sort_keys=True, ensure_ascii=False).encode() + b"\n" + payload


def read_model(content: bytes) -> Model:
    """The model in a file's content. Raises ModelUnusable if the file is damaged or of another format."""
    if not content.startswith(MAGIC):
        raise ModelUnusable("the spam model file does not begin with its magic line: reinstall Tamis or train again")
    line, _, payload = content[len(MAGIC) :].partition(b"\n")
    try:
        header = json.loads(line)
        channels, looks = dict(header["channels"]), dict(header["looks"])
        expected, version, buckets = header["sha256"], str(header["version"]), header["buckets"]
        numbers_of = {
            name: {key: finite(channels[name][key]) for key in ("intercept", "scale", "limit")} for name in CHANNELS
        }
        signals = {
            name: {str(key): finite(odds) for key, odds in channels[name]["signals"].items()} for name in CHANNELS
        }
        looks_of = {name: {key: finite(looks[name][key]) for key in ("scale", "limit", "offset")} for name in LOOKS}
        provenance = dict(header.get("provenance", {}))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelUnusable(f"the header of the spam model file is damaged: {error}") from error
    if buckets != BUCKETS or len(payload) != 2 * (BUCKETS * len(CHANNELS) + SENDER_BUCKETS * len(LOOKS)):
        raise ModelUnusable("the spam model file has another size than this version of Tamis expects")
    if hashlib.sha256(payload).hexdigest() != expected:
        raise ModelUnusable("the checksum of the spam model file is wrong: it was altered or cut")
    numbers = np.frombuffer(payload, dtype="<i2").astype(np.int16)
    weights = numbers[: BUCKETS * len(CHANNELS)].reshape(len(CHANNELS), BUCKETS)
    senders = numbers[BUCKETS * len(CHANNELS) :].reshape(len(LOOKS), SENDER_BUCKETS)
    return Model(
        version=version,
        channels={
            name: Channel(
                name=name,
                **numbers_of[name],
                wording=weights[at],
                signals=signals[name],
            )
            for at, name in enumerate(CHANNELS)
        },
        looks={name: SenderModel(**looks_of[name], weights=senders[at]) for at, name in enumerate(LOOKS)},
        provenance=provenance,
    )


def finite(value: Any) -> float:
    """A number of the header. Raises ValueError for one that no sum survives."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{number} is no weight")
    return number


@lru_cache(maxsize=1)
def shipped_model() -> Model:
    """The model that comes with Tamis, read once a process."""
    return read_model(resources.files("moderation").joinpath("data/spam.model").read_bytes())
