"""The promise about wrongly rejected comments, simulated: 1,000 shuffles of each left-out site, with any scorer.

    python benchmarks/guarantee.py [--scores FILE.jsonl] [--runs 1000] [--json OUT]

FILE has rows {"site", "p", "label"} (p: spam probability, label: spam|ham) from a model that never saw the site;
without it they come from the models of benchmarks/moderation.py, each source left out in turn.

A run: comments come in random order (drawn with replacement where a site has fewer than 1,200 good ones). In shadow
mode editors decide all of them; once the good ones among them prove the bound, comments at or over the threshold are
rejected unseen, but for a random 3 % of all comments, which editors still decide. Whenever those no longer prove the
bound, automatic rejection is off. `fixed` keeps the policy's threshold, `proved` takes the lowest that the first 400
audits prove.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.table import Figure, show
from moderation.guarantee import REJECT_GRID, audits_needed, proved_threshold
from moderation.policy import DEFAULT_POLICY, Policy

GOOD = 1200  # good comments in a stream at least
LOOKS = 400  # audited good comments at which `proved` chooses its threshold
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Site:
    """One left-out site: spam probabilities, and which comments are spam."""

    name: str
    chances: Floats
    spam: Flags

    def stream(self, draw: np.random.Generator) -> tuple[Floats, Flags]:
        """Its comments in random order; a longer stream drawn with replacement if it has too few good ones."""
        good = int((~self.spam).sum())
        if good >= GOOD:
            order = draw.permutation(len(self.spam))
        else:
            order = draw.integers(0, len(self.spam), size=int(len(self.spam) * GOOD / max(good, 1)))
        return self.chances[order], self.spam[order]

    def wrong_rate(self, threshold: float) -> float:
        """The true share of the site's good comments at or over the threshold."""
        good = self.chances[~self.spam]
        return float((good >= threshold).mean())


@dataclass(frozen=True, slots=True)
class Run:
    """What became of one stream. Rates are NaN if nothing was ever proved."""

    certified: bool
    true_rate: float
    realised_rate: float
    review_share: float
    spam_rejected: float


NEEDED = np.array([audits_needed(errors) for errors in range(60)])


def proved(audited: npt.NDArray[np.int64], wrong: npt.NDArray[np.int64]) -> Flags:
    """Whether so many audits with so many would-be rejections prove the default bound."""
    return np.asarray((wrong < len(NEEDED)) & (audited >= NEEDED[np.minimum(wrong, len(NEEDED) - 1)]))


def simulated(site: Site, policy: Policy, draw: np.random.Generator, choose: bool) -> Run:
    """One run; `choose`: the threshold is chosen from the first LOOKS audits instead of taken from the policy."""
    chances, spam = site.stream(draw)
    good = np.flatnonzero(~spam)
    threshold, start, audited, wrong = policy.reject, -1, 0, 0
    if choose:
        chosen = proved_threshold(chances[good[:LOOKS]].tolist(), grid=REJECT_GRID) if len(good) > LOOKS else None
        if chosen is not None:
            threshold, start, audited = chosen, int(good[LOOKS - 1]), LOOKS
            wrong = int((chances[good[:LOOKS]] >= chosen).sum())
    else:
        over = np.cumsum(chances[good] >= threshold)
        certified = proved(np.arange(1, len(good) + 1), over)
        if certified.any():
            first = int(np.argmax(certified))
            start, audited, wrong = int(good[first]), first + 1, int(over[first])
    if start < 0 or start + 1 >= len(chances):
        return Run(False, np.nan, np.nan, np.nan, np.nan)
    chances, spam = chances[start + 1 :], spam[start + 1 :]
    drawn = draw.random(len(chances)) < policy.audit_share
    counted = drawn & ~spam
    still = proved(audited + np.cumsum(counted), wrong + np.cumsum(counted & (chances >= threshold)))
    acting = np.concatenate([[True], still[:-1]])  # a decision counts from the next comment on
    rejected = acting & (chances >= threshold) & ~drawn
    reviewed = ((chances >= policy.review) & ~rejected) | drawn
    true_rate = site.wrong_rate(threshold) if acting.any() else 0.0
    return Run(
        True,
        true_rate,
        float(rejected[~spam].mean()) if (~spam).any() else 0.0,
        float(reviewed[acting].mean()) if acting.any() else np.nan,
        float(rejected[spam].mean()) if spam.any() else np.nan,
    )


def sites_from(path: Path) -> list[Site]:
    """The sites of a scores file."""
    rows: defaultdict[str, list[tuple[float, bool]]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows[row["site"]].append((float(row["p"]), row["label"] == "spam"))
    return [
        Site(name, np.array([p for p, _ in own]), np.array([s for _, s in own])) for name, own in sorted(rows.items())
    ]


def left_out_sites() -> list[Site]:
    """Every labelled source, scored by the models of benchmarks/moderation.py that never saw it."""
    from benchmarks.moderation import Bench
    from moderation.scoring import log_odds, probability

    bench = Bench(nested=False)
    reasons = bench.left_out_by_source()
    sites = []
    for source in sorted({bench.sources[row] for row in reasons}):
        rows = [row for row in reasons if bench.sources[row] == source]
        chances = np.array([probability(log_odds(reasons[row])) for row in rows])
        sites.append(Site(str(source), chances, np.array([bool(bench.spam[row]) for row in rows])))
    return sites


def figures(site: Site, runs: int, choose: bool, seed: int) -> list[Figure]:
    """The figures of one site under one way to set the threshold."""
    draw = np.random.default_rng(seed)
    found = [simulated(site, DEFAULT_POLICY, draw, choose) for _ in range(runs)]
    acting = [run for run in found if run.certified]
    title = f"{site.name}, {'proved' if choose else 'fixed'} threshold"
    if not acting:
        return [Figure(f"{title}: runs that were ever certified", "", "none: nothing is rejected")]
    bound = DEFAULT_POLICY.bound
    kept = 1 - sum(run.true_rate > bound for run in acting) / runs
    realised = 1 - sum(run.realised_rate > bound for run in acting) / runs
    review = float(np.nanmean([run.review_share for run in acting]))
    spam = [run.spam_rejected for run in acting if not np.isnan(run.spam_rejected)]
    return [
        Figure(f"{title}: runs with a true rate <= 1 %", ">= 0.95", f"{kept:.3f}", kept >= 0.95),
        Figure("  runs with a realised rate <= 1 %", "", f"{realised:.3f}"),
        Figure("  certified runs", "", f"{len(acting) / runs:.3f}"),
        Figure("  review share once certified", "<= 0.25", f"{review:.3f}", review <= 0.25),
        Figure("  spam rejected unseen", "", f"{np.mean(spam):.3f}" if spam else "no spam"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scores", type=Path)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sites = sites_from(options.scores) if options.scores else left_out_sites()
    table = []
    for number, site in enumerate(sites):
        for choose in (False, True):
            table += figures(site, options.runs, choose, seed=2026 + number)
    show("The guarantee, simulated on left-out sites", table, options.json)


if __name__ == "__main__":
    main()
