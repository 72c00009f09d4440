"""Train the judge of text blocks and write its model: `python benchmarks/train_body.py [--folds 5]`.

Learns from the annotated pages in ../shared/bench/extraction (see its README for their sources and licences): a block
is positive when the gold text holds it. Only thresholds and weights are written, nothing of the pages. Prints the
cross-validated figures first: folds are split by host, so that no site is in both halves of any of them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import re
import sys
import textwrap
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from sklearn.ensemble import HistGradientBoostingClassifier

from extractors.article.block_features import Matrix, matrix
from extractors.article.body import selected
from extractors.article.outline import Outline
from extractors.errors import PageError
from extractors.html import Document
from extractors.page import PageObject

ROOT = Path(__file__).parents[1]
BENCH = ROOT / ".." / "shared" / "bench" / "extraction"
SETTINGS = {
    "max_iter": 200,
    "learning_rate": 0.08,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 60,
    "l2_regularization": 5.0,
}
THRESHOLD = 0.45
SET_WEIGHTS = {"moz": 0.4}  # its gold is another program's output
_TOKENS = re.compile(r"\w+")


@dataclass(slots=True)
class Sample:
    """One page: a row, a text and a label (share in the gold text, None: not known) for each block."""

    page: dict
    fold: int
    rows: Matrix
    outline: Outline
    thread_starts: int | None
    texts: list[str]
    labels: list[float | None]


def squashed(text: str) -> str:
    return " ".join(text.split())


def labels_by_text(texts: list[str], gold: str, size: int = 4) -> list[float | None]:
    """How much of each block the gold text holds; short blocks count when they stand next to others that are in it."""
    words = _TOKENS.findall(gold)
    shingles = {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}
    joined = f" {' '.join(words)} "
    tokens = [_TOKENS.findall(text) for text in texts]
    found: list[float | None] = []
    for own in tokens:
        parts = [tuple(own[i : i + size]) for i in range(len(own) - size + 1)] if len(own) >= 6 else []
        found.append(sum(part in shingles for part in parts) / len(parts) if parts else None)
    inside = [i for i, label in enumerate(found) if label is not None and label > 0.5]
    first, last = (inside[0] - 4, inside[-1] + 4) if inside else (0, -1)
    for index, own in enumerate(tokens):
        if found[index] is not None or not own:
            continue
        after = [token for other in tokens[index + 1 : index + 3] for token in other][:2]
        before = [token for other in tokens[max(0, index - 2) : index] for token in other][-2:]
        is_there = first <= index <= last and f" {' '.join(own)} " in joined
        fits = f" {' '.join(own + after)} " in joined or f" {' '.join(before + own)} " in joined
        found[index] = float(is_there and (fits or len(own) >= 4))
    return found


def labels_by_snippets(texts: list[str], gold: dict) -> list[float | None]:
    wanted = [squashed(text) for text in gold["with"] if text.strip()]
    unwanted = [squashed(text) for text in [*gold["without"], *(gold.get("comments") or [])] if text.strip()]
    found: list[float | None] = []
    for text in map(squashed, texts):
        label = None
        if any(snippet in text for snippet in wanted):
            label = 1.0
        elif len(text) < 2000 and any(snippet in text for snippet in unwanted):
            label = 0.0
        found.append(label)
    return found


def without_tree(outline: Outline) -> Outline:
    """Only numbers and texts, so that hundreds of pages fit into memory."""
    for node in outline.nodes:
        del node.element
    for block in outline.blocks:
        block.marked = ()
    outline.gaps = []
    return outline


def samples(folds: int) -> list[Sample]:
    found = []
    for path in sorted((BENCH / "data").glob("*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for page in map(json.loads, lines):
                gold = page["gold"]
                if not gold.get("text") and page["set"] != "traf":
                    continue
                try:
                    seen = PageObject(Document(page["html"], page["url"]))
                    rows = matrix(seen.outline, seen.stated())
                except PageError as error:
                    print(f"left out: {error}", file=sys.stderr)
                    continue
                texts = [block.text for block in seen.outline.blocks]
                labels = labels_by_text(texts, gold["text"]) if gold.get("text") else labels_by_snippets(texts, gold)
                host = urlsplit(page["url"]).hostname or ""
                host = page["id"] if host == "fakehost" else host
                fold = int(hashlib.sha256(host.encode()).hexdigest(), 16) % folds
                page.pop("html")
                bare = without_tree(seen.outline)
                found.append(Sample(page, fold, rows, bare, seen.thread_starts, texts, labels))
    return found


def trained(pages: list[Sample]) -> HistGradientBoostingClassifier:
    rows, answers, weights = [], [], []
    for sample in pages:
        for row, label, text in zip(sample.rows, sample.labels, sample.texts, strict=True):
            if label is None or 0.25 < label < 0.75:
                continue
            rows.append(row)
            answers.append(label > 0.5)
            weights.append(min(len(text), 600) ** 0.5 * SET_WEIGHTS.get(sample.page["set"], 1.0))
    scale = np.array(weights) / np.mean(weights)
    return HistGradientBoostingClassifier(**SETTINGS, random_state=0).fit(np.array(rows), answers, sample_weight=scale)


def report(pages: list[Sample], answers: list[np.ndarray], threshold: float) -> str:
    sys.path.insert(0, str(BENCH))
    import score

    bodies: dict[str, list] = {}
    snippets: Counter[str] = Counter()
    for sample, shares in zip(pages, answers, strict=True):
        chosen = selected(sample.outline, shares, sample.thread_starts, threshold)
        text = "\n\n".join(sample.texts[index] for index in chosen)
        gold = sample.page["gold"]
        if gold.get("text"):
            bodies.setdefault(sample.page["set"], []).append(score.tpfpfn(gold["text"], text))
        else:
            text = squashed(text)
            for snippet in filter(str.strip, gold["with"]):
                snippets["tp" if squashed(snippet) in text else "fn"] += 1
            for snippet in filter(str.strip, gold["without"]):
                snippets["fp"] += squashed(snippet) in text
    figures = {name: score.prf(rows)["F1"] for name, rows in bodies.items()}
    figures["traf"] = 2 * snippets["tp"] / max(1, 2 * snippets["tp"] + snippets["fp"] + snippets["fn"])
    return "  ".join(f"{name} {figure:.4f}" for name, figure in sorted(figures.items()))


def written(model: HistGradientBoostingClassifier, pages: int, columns: int) -> str:
    """The source of extractors/article/body_model.py."""
    trees = []
    for (predictor,) in model._predictors:
        trees.append(
            [
                [
                    int(node["feature_idx"]),
                    round(float(node["num_threshold"]), 6),
                    int(node["left"]),
                    int(node["right"]),
                ]
                if not node["is_leaf"]
                else [round(float(node["value"]), 5)]
                for node in predictor.nodes
            ]
        )
    packed = json.dumps(trees, separators=(",", ":"))
    lines = "\n".join(textwrap.wrap(packed, 118, break_on_hyphens=False, break_long_words=True))
    return f'''"""The weights of the judge of text blocks. Written by benchmarks/train_body.py: do not edit.

Trained on {pages} annotated pages of four public collections: scrapinghub/article-extraction-benchmark (MIT),
WCXB v1.0 by Murrough Foley (CC-BY-4.0), trafilatura's evaluation pages (Apache-2.0), mozilla/readability's test pages
(Apache-2.0). Boosted decision trees; an inner node is [column, threshold, left, right], a leaf is [log-odds].
"""

COLUMNS = {columns}
THRESHOLD = {THRESHOLD}  # probability from which a block counts as the article's
BASELINE = {float(model._baseline_prediction[0, 0]):.6f}
TREES = """
{lines}
"""
'''


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--folds", type=int, default=5, help="0: no cross-validation")
    options = arguments.parse_args()
    pages = samples(max(1, options.folds))
    if options.folds:
        answers: list[np.ndarray] = [np.array([])] * len(pages)
        for fold in range(options.folds):
            model = trained([sample for sample in pages if sample.fold != fold])
            for index, sample in enumerate(pages):
                if sample.fold == fold:
                    answers[index] = model.predict_proba(sample.rows)[:, 1]
        for threshold in (THRESHOLD - 0.1, THRESHOLD, THRESHOLD + 0.1):
            print(f"cross-validated, threshold {threshold:.2f}: {report(pages, answers, threshold)}")
    model = trained(pages)
    target = ROOT / "extractors" / "body_model.py"
    target.write_text(written(model, len(pages), pages[0].rows.shape[1]), encoding="utf-8")
    print(f"wrote {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
