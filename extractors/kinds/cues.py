"""Cues: what speaks for a kind of page, and how much; their sum decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from extractors.records import KindCue, PageKind

PRIOR = 1.5
"""What an article is given before anything is known: most of what people hand to Tamis is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindVerdict:
    """What a page is taken for. `cues` are those that spoke for it, the strongest first; `margin` is how far it lies
    before the next kind, in natural-log odds."""

    kind: PageKind
    cues: tuple[KindCue, ...]
    margin: float


def verdict(cues: Iterable[KindCue]) -> KindVerdict:
    """The kind with the greatest sum of log-odds; with no cue at all an article."""
    sums = dict.fromkeys(PageKind, 0.0)
    sums[PageKind.ARTICLE] = PRIOR
    all_cues = sorted(cues, key=lambda cue: (-cue.log_odds, cue.signal))
    for cue in all_cues:
        sums[cue.kind] += cue.log_odds
    order = list(PageKind)
    ranked = sorted(sums, key=lambda kind: (-sums[kind], order.index(kind)))
    spoke = tuple(cue for cue in all_cues if cue.kind is ranked[0] and cue.log_odds > 0)
    return KindVerdict(kind=ranked[0], cues=spoke, margin=sums[ranked[0]] - sums[ranked[1]])
