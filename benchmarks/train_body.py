"""Train the judge of text blocks and write extractors/article/body_weights.npz: `python benchmarks/train_body.py`.

Learns from the annotated pages in ../shared/bench/extraction (see its READMEs for their sources and licences): a block
is positive when the gold text holds it. Two forests are trained: the first sees what is measured of every block, the
second also what the first took its neighbours for. Only thresholds and weights are written, nothing of the pages.

Prints the cross-validated figures first. Folds are split by host, so that no site is in both halves of any of them, and
the probabilities that the second forest learns from come from first forests that saw neither its training page nor the
pages it is tested on. The same command on the same pages writes the same bytes. Needs lightgbm (extra "train").
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import lightgbm
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.body_labels import labels_by_snippets, labels_by_text, squashed
from extractors.article.block_features import Matrix, matrix
from extractors.article.body import selected
from extractors.article.forests import ALL_LEAVES, LEAVES, SPLITS, WEIGHTS, Forest, Shares, forest
from extractors.article.outline import Outline
from extractors.article.second_look import context
from extractors.errors import PageError
from extractors.html import Document
from extractors.page import PageObject

ROOT = Path(__file__).parents[1]
BENCH = ROOT / ".." / "shared" / "bench" / "extraction"
FOLDS = 5
MEMBERS = {"first": 2, "second": 4}
"""Forests whose mean judges: each sees other halves of columns and blocks, which steadies single pages."""
SETTINGS: dict[str, Any] = {
    "n_estimators": 200,
    "learning_rate": 0.08,
    "num_leaves": LEAVES,
    "min_child_samples": 60,
    "reg_lambda": 5.0,
    "colsample_bytree": 0.5,
    "subsample": 0.7,
    "subsample_freq": 1,
    "n_jobs": 1,
    "force_col_wise": True,
    "deterministic": True,
    "verbose": -1,
}
SET_WEIGHTS = {
    "first": {"moz": 0.4, "wcxbx": 0.4},
    "second": {"moz": 0.4, "wcxbx": 0.0, "aeb": 2.0},
}
"""What a set counts for. The gold of moz is another program's output; the pages of wcxbx are no articles."""
LEARNT_TYPES = ("article", "forum", "documentation")
"""Of the pages that are no articles. Shops and lists teach to keep teasers, which costs news pages .007."""


@dataclass(slots=True)
class Sample:
    """One page: a row, a text and a label (share in the gold text, None: not known) for each block."""

    page: dict[str, Any]
    fold: int
    rows: Matrix
    outline: Outline
    thread_starts: int | None
    title: str | None
    labels: list[float | None]

    @property
    def texts(self) -> list[str]:
        return [block.text for block in self.outline.blocks]


def without_tree(outline: Outline) -> Outline:
    """Only numbers and texts, so that hundreds of pages fit into memory."""
    for node in outline.nodes:
        del node.element
    for block in outline.blocks:
        block.marked = ()
    outline.gaps = []
    return outline


def lines() -> Iterator[str]:
    for folder in ("data", "data2"):
        for path in sorted((BENCH / folder).glob("*.jsonl.xz")):
            with lzma.open(path, "rt", encoding="utf-8") as pages:
                yield from pages


def sample(line: str) -> Sample | str | None:
    """The page of one line, why it was left out, or None if its text is not annotated."""
    page = json.loads(line)
    gold = page["gold"]
    if not gold.get("text") and page["set"] != "traf":
        return None
    try:
        seen = PageObject(Document(page.pop("html"), page["url"]))
        rows = matrix(seen.outline, seen.stated())
    except PageError as error:
        return f"left out: {error}"
    texts = [block.text for block in seen.outline.blocks]
    labels = labels_by_text(texts, gold["text"]) if gold.get("text") else labels_by_snippets(texts, gold)
    host = (urlsplit(page["url"]).hostname or "").removeprefix("www.")
    host = page["id"] if host == "fakehost" else host
    fold = int(hashlib.sha256(host.encode()).hexdigest(), 16) % FOLDS
    return Sample(page, fold, rows, without_tree(seen.outline), seen.thread_starts, seen.title(), labels)


def samples() -> list[Sample]:
    found: list[Sample] = []
    with ProcessPoolExecutor() as pool:
        for answer in pool.map(sample, lines(), chunksize=8):
            if isinstance(answer, Sample):
                if answer.outline.blocks:
                    found.append(answer)
            elif answer is not None:
                print(answer, file=sys.stderr)
    return found


def trained(pages: Sequence[Sample], rows: Sequence[Matrix], look: str) -> Forest:
    """The mean of several forests as one."""
    return forest({f"{look}_{name}": array for name, array in arrays(pages, rows, look).items()}, look)


def arrays(pages: Sequence[Sample], rows: Sequence[Matrix], look: str) -> dict[str, np.ndarray]:
    cells, answers, weights = [], [], []
    for page, own in zip(pages, rows, strict=True):
        counts = SET_WEIGHTS[look].get(page.page["set"], 1.0)
        if not counts or page.page.get("type", "article") not in LEARNT_TYPES:
            continue
        labels = np.array([np.nan if label is None else label for label in page.labels], dtype=np.float64)
        clear = (labels < 0.25) | (labels > 0.75)
        sizes = np.array([min(len(text), 600) for text in page.texts])
        cells.append(own[clear])
        answers.append(labels[clear] > 0.5)
        weights.append(counts * sizes[clear] ** 0.5)
    together = np.concatenate(weights)
    parts = []
    for seed in range(MEMBERS[look]):
        model = lightgbm.LGBMClassifier(**SETTINGS, random_state=seed)
        model.fit(np.concatenate(cells), np.concatenate(answers), sample_weight=together / together.mean())
        parts += [packed(tree["tree_structure"], MEMBERS[look]) for tree in model.booster_.dump_model()["tree_info"]]
    return {name: np.stack([part[name] for part in parts]) for name in parts[0]}


def packed(tree: dict[str, Any], members: int) -> dict[str, np.ndarray]:
    """One tree in the form that extractors/article/forests.py reads; its leaves weigh one of so many members."""
    columns = np.zeros(SPLITS, dtype=np.uint16)
    thresholds = np.full(SPLITS, np.inf, dtype=np.float32)
    masks = np.full(SPLITS, ALL_LEAVES, dtype=np.uint8)
    leaves: list[float] = []
    splits = iter(range(SPLITS))

    def place(node: dict[str, Any]) -> None:
        if "split_feature" not in node:
            leaves.append(node["leaf_value"] / members)
            return
        own, first = next(splits), len(leaves)
        place(node["left_child"])
        columns[own] = node["split_feature"]
        thresholds[own] = floored(node["threshold"])
        masks[own] = ALL_LEAVES & ~((1 << len(leaves)) - (1 << first))
        place(node["right_child"])

    place(tree)
    padded = np.zeros(LEAVES, dtype=np.float32)
    padded[: len(leaves)] = leaves
    return {"columns": columns, "thresholds": thresholds, "masks": masks, "leaves": padded}


def floored(threshold: float) -> np.float32:
    """The greatest single-precision number not above a threshold: comparisons of such numbers come out the same."""
    near = np.float32(threshold)
    return near if float(near) <= threshold else np.nextafter(near, np.float32(-np.inf))


def second_rows(page: Sample, shares: Shares) -> Matrix:
    return np.hstack((page.rows, context(page.outline, shares)))


def cross_validated(pages: Sequence[Sample]) -> tuple[list[Shares], list[Shares]]:
    """The answers of the first and of the second look to pages whose host was in no training."""
    folds = [[index for index, page in enumerate(pages) if page.fold == fold] for fold in range(FOLDS)]

    def first_without(*left_out: int) -> Callable[[int], Shares]:
        chosen = [page for page in pages if page.fold not in left_out]
        judge = trained(chosen, [page.rows for page in chosen], "first")
        return lambda index: judge.probabilities(pages[index].rows)

    first: list[Shares] = [np.zeros(0)] * len(pages)
    unseen: dict[tuple[int, int], Shares] = {}  # (page, fold that is tested): the answer of a judge that saw neither
    for fold in range(FOLDS):
        answer = first_without(fold)
        for index in folds[fold]:
            first[index] = unseen[index, fold] = answer(index)
    for one, other in combinations(range(FOLDS), 2):
        answer = first_without(one, other)
        unseen |= {(index, other): answer(index) for index in folds[one]}
        unseen |= {(index, one): answer(index) for index in folds[other]}
    second: list[Shares] = [np.zeros(0)] * len(pages)
    for fold in range(FOLDS):
        chosen = [index for index, page in enumerate(pages) if page.fold != fold]
        rows = [second_rows(pages[index], unseen[index, fold]) for index in chosen]
        judge = trained([pages[index] for index in chosen], rows, "second")
        for index in folds[fold]:
            second[index] = judge.probabilities(second_rows(pages[index], first[index]))
    return first, second


def report(pages: Sequence[Sample], answers: Sequence[Shares]) -> str:
    sys.path.insert(0, str(BENCH))
    import score

    bodies: dict[str, list[tuple[float, float, float]]] = {}
    snippets: Counter[str] = Counter()
    for page, shares in zip(pages, answers, strict=True):
        texts = page.texts
        text = "\n\n".join(texts[index] for index in selected(page.outline, shares, page.thread_starts, page.title))
        gold = page.page["gold"]
        if gold.get("text"):
            bodies.setdefault(page.page["set"], []).append(score.tpfpfn(gold["text"], text))
        else:
            text = squashed(text)
            for snippet in filter(str.strip, gold["with"]):
                snippets["tp" if squashed(snippet) in text else "fn"] += 1
            for snippet in filter(str.strip, gold["without"]):
                snippets["fp"] += squashed(snippet) in text
    parts = []
    for name, rows in sorted(bodies.items()):
        exact = sum(wrong == missed == 0 for _, wrong, missed in rows) / len(rows)
        parts.append(f"{name} {score.prf(rows)['F1']:.4f} (exact {exact:.2f}, {len(rows)} pages)")
    parts.append(f"traf {2 * snippets['tp'] / max(1, 2 * snippets['tp'] + snippets['fp'] + snippets['fn']):.4f}")
    return "  ".join(parts)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--quick", action="store_true", help="one forest a look; prints the figures, writes nothing")
    options = arguments.parse_args()
    if options.quick:
        MEMBERS.update(first=1, second=1)
    pages = samples()
    print(f"{len(pages)} pages, {sum(len(page.labels) for page in pages):,} blocks")
    first, second = cross_validated(pages)
    print(f"cross-validated, first look:  {report(pages, first)}")
    print(f"cross-validated, second look: {report(pages, second)}")
    if options.quick:
        return
    shipped = {f"first_{name}": array for name, array in arrays(pages, [page.rows for page in pages], "first").items()}
    rows = [second_rows(page, shares) for page, shares in zip(pages, first, strict=True)]
    shipped |= {f"second_{name}": array for name, array in arrays(pages, rows, "second").items()}
    target = ROOT / "extractors" / "article" / WEIGHTS
    with target.open("wb") as file:
        np.savez_compressed(file, **shipped)
    print(f"wrote {target.relative_to(ROOT)}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
