"""The figures of spam judging: sources left out in turn, calibration, learning, speed, the seed page.

    python benchmarks/moderation.py [--nested] [--quick] [--json OUT]

`--quick`: speed and seed page only; the trainer prints the figures of sources left out as well.

Needs ../shared/bench/moderation and ../shared/seed. A left-out source is judged by a model that never saw it: neither
its wording nor its signals. The trust in the wording rests on the log-odds that the other sources got when *they* were
left out; without --nested those come from models that had seen the source in question (its share in two numbers of the
model; nine trainings instead of eighty).

Figures of sources that were read while the signals were written flatter: see docs/model-card.md.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.table import Figure, show
from moderation.classifier.model import Model, shipped_model
from moderation.classifier.train import examples
from moderation.classifier.training import (
    Prepared,
    Settings,
    assembled,
    fit_letters,
    fit_signals,
    left_out_log_odds,
    prepare,
)
from moderation.learning import DecidedEvidence, learn
from moderation.moderate import Moderator
from moderation.scoring import evidence_of, evidence_of_all, log_odds, probability
from moderation.verdict import Evidence, Submission

ROOT = Path(__file__).parents[1]
SHARED = Path(__file__).parents[2] / "shared"
DATA = SHARED / "bench" / "moderation"
_BLOGS = ("blog", "sm_", "wp_", "wxr_", "html_", "hand_")
Rows = npt.NDArray[np.int64]
Reasons = dict[int, tuple[Evidence, ...]]


def scorer() -> Any:
    spec = importlib.util.spec_from_file_location("given_scorer", DATA / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Bench:
    """The prepared comments and what models without their source said of them."""

    def __init__(self, nested: bool) -> None:
        self.prepared: Prepared = prepare(examples(DATA))
        self.settings = Settings()
        self.nested = nested
        self.rows = np.arange(len(self.prepared.examples))
        self.comments = np.array([row for row in self.rows if not self.prepared.examples[row].only_wording])
        self.sources = self.prepared.sources
        self.spam = self.prepared.spam
        self.blogs = np.array([row for row in self.comments if self.sources[row].startswith(_BLOGS)])
        self.fitted: dict[str, Any] = {}
        self.score = scorer()
        self.alone = np.zeros((len(self.rows), 3))
        for source in sorted({self.sources[row] for row in self.comments}):
            self.fitted[source] = fit_letters(self.prepared, self.rows[self.sources != source], self.settings)
            out = self.comments[self.sources[self.comments] == source]
            self.alone[out] = self.fitted[source].log_odds(self.prepared, out)

    def model_without(self, left_out: Rows, letters: Any = None) -> Model:
        """The model of all rows but these; `letters`: fitted before."""
        out = np.isin(self.rows, left_out)
        kept = np.array([row for row in self.comments if not out[row]])
        alone = left_out_log_odds(self.prepared, self.rows[~out], self.settings) if self.nested else self.alone[kept]
        fit = fit_signals(self.prepared, kept, alone, self.settings)
        letters = letters or fit_letters(self.prepared, self.rows[~out], self.settings)
        return assembled(self.prepared, letters, fit, "bench", {})

    def judged(self, rows: Rows, model: Model) -> Reasons:
        return {int(row): evidence_of(self.prepared.examples[row].submission, model) for row in rows}

    def left_out_by_source(self) -> Reasons:
        reasons: Reasons = {}
        for source, letters in self.fitted.items():
            rows = self.comments[self.sources[self.comments] == source]
            reasons |= self.judged(rows, self.model_without(rows, letters))
        return reasons

    def scores(self, rows: Sequence[int] | Rows, reasons: Reasons) -> dict[str, Any]:
        judged = [{"y": int(self.spam[row]), "p": probability(log_odds(reasons[int(row)]))} for row in rows]
        result: dict[str, Any] = self.score.spam_scores(judged)
        return result


def at_least(what: str, target: float, reached: float) -> Figure:
    return Figure(what, f">= {target:.3f}", f"{reached:.4f}", reached >= target)


def at_most(what: str, target: float, reached: float) -> Figure:
    return Figure(what, f"<= {target:.3f}", f"{reached:.4f}", reached <= target)


def flagged(rows: Rows, reasons: Reasons) -> float:
    return float(np.mean([log_odds(reasons[int(row)]) >= 0.0 for row in rows])) if len(rows) else 0.0


def blog_figures(bench: Bench, reasons: Reasons) -> list[Figure]:
    spam, sources = bench.spam, bench.sources
    pooled = bench.scores(bench.blogs, reasons)
    ham = bench.blogs[spam[bench.blogs] == 0]
    hard = bench.comments[sources[bench.comments] == "blog_dc"]
    spoken = np.array([example.language for example in bench.prepared.examples])
    french = ham[spoken[ham] == "fr"]
    kinds = np.array([example.submission.kind for example in bench.prepared.examples])
    notices = np.flatnonzero((kinds == "pingback") & (spam == 0))
    figures = [
        at_least("left-out blogs: recall at 1 % false positives", 0.88, pooled["recall_at_fpr1"]),
        at_least("left-out blogs: recall at .1 %", 0.65, pooled["recall_at_fpr01"]),
        at_least("left-out blogs: average precision", 0.985, pooled["pr_auc"]),
        at_least("left-out blogs: F1 at the shipped threshold", 0.92, pooled["f1"]),
        at_most("left-out blogs: false positives at the shipped threshold", 0.01, pooled["fpr"]),
        at_most("left-out blogs: calibration error, no site data", 0.06, pooled["ece"]),
        at_least("hard set (SEO praise): average precision", 0.55, bench.scores(hard, reasons)["pr_auc"]),
        at_most("legit French flagged", 0.005, flagged(french, reasons)),
        at_most("legit pingbacks flagged", 0.0, flagged(notices, reasons)),
    ]
    for source in ("blog_jt", "blog_dc"):
        own = bench.blogs[(sources[bench.blogs] == source) & (spam[bench.blogs] == 1)]
        scores = bench.scores(np.concatenate((own, ham)), reasons)
        figures.append(
            Figure(
                f"  spam of {source} against all blogs' ham: recall at 1 %, .1 %; average precision",
                "",
                f"{scores['recall_at_fpr1']:.3f}, {scores['recall_at_fpr01']:.3f}; {scores['pr_auc']:.4f}",
            )
        )
    for source in sorted(set(sources[bench.blogs].tolist())):
        own = ham[sources[ham] == source]
        figures.append(Figure(f"  ham of {source} flagged", "", f"{flagged(own, reasons):.4f} of {len(own)}"))
    for source in ("sms", "sms_mt_fr", "telegram_ru", "youtube"):
        scores = bench.scores(bench.comments[sources[bench.comments] == source], reasons)
        figures.append(
            Figure(f"  left-out {source}: F1, average precision", "", f"{scores['f1']:.3f}, {scores['pr_auc']:.4f}")
        )
    return figures


def language_figures(bench: Bench) -> list[Figure]:
    """All rows of a language left out, the rest trained on."""
    languages = np.array([example.submission.article_language or "" for example in bench.prepared.examples])
    figures = []
    for language, both in (("fr", ("sms_mt_fr",)), ("ru", ("telegram_ru",))):
        spoken = {"fr": ("sms_mt_fr", "blog_hz"), "ru": ("telegram_ru",)}[language]
        out = bench.rows[np.isin(bench.sources, spoken) | (languages == language)]
        reasons = bench.judged(out, bench.model_without(out))
        rows = out[np.isin(bench.sources[out], both)]
        figures.append(at_least(f"left-out language {language}: F1", 0.92, bench.scores(rows, reasons)["f1"]))
    return figures


def in_domain_figures(bench: Bench) -> list[Figure]:
    """Inside the one blog with pages and both classes: whole pages left out, and the later articles' pages."""
    own = bench.comments[bench.sources[bench.comments] == "blog_jt"]
    pages = np.array([bench.prepared.examples[row].submission.page or "" for row in own])
    names = sorted(set(pages.tolist()))
    reasons: Reasons = {}
    for part in range(4):
        out = own[np.isin(pages, names[part::4])]
        reasons |= bench.judged(out, bench.model_without(out))
    whole = bench.scores(own, reasons)
    late = own[pages >= sorted(pages.tolist())[len(pages) // 2]]
    late_reasons = bench.judged(late, bench.model_without(late))
    later = bench.scores(late, late_reasons)
    return [
        at_least("in-domain, whole pages left out: recall at 1 %", 0.96, whole["recall_at_fpr1"]),
        Figure("  later half of the articles left out: recall at 1 %", "", f"{later['recall_at_fpr1']:.4f}"),
    ]


def learning_figures(bench: Bench, reasons: Reasons, shuffles: int = 20) -> list[Figure]:
    """Editors decide the comments of a left-out blog in random order; the layer judges those that it has not seen."""
    after: dict[str, list[float]] = {}
    before: dict[str, list[float]] = {}
    acting: dict[str, list[bool]] = {}
    flagged_after: dict[str, list[float]] = {}
    change_of_ten: list[float] = []
    sizes: dict[str, int] = {}
    generator = np.random.default_rng(2026)
    for source in ("blog_jt", "blog_dc"):
        own = bench.blogs[bench.sources[bench.blogs] == source]
        sizes[source] = len(own)
        for _ in range(shuffles):
            order = generator.permutation(own)
            decisions = [DecidedEvidence(evidence=reasons[int(row)], is_spam=bool(bench.spam[row])) for row in order]
            for count in (10, 100):
                layer = learn(decisions[:count])
                rest = order[count:]
                learnt = {
                    int(row): (*reasons[int(row)], *(layer.evidence(reasons[int(row)]) if layer.acts else ()))
                    for row in rest
                }
                plain, better = bench.scores(rest, reasons), bench.scores(rest, learnt)
                if count == 100:
                    before.setdefault(source, []).append(plain["ece"])
                    after.setdefault(source, []).append(better["ece"])
                    acting.setdefault(source, []).append(layer.acts)
                    flagged_after.setdefault(source, []).append(better["fpr"])
                else:
                    change_of_ten.append(better["roc_auc"] - plain["roc_auc"])
    whole = sum(sizes.values())
    pooled = sum(float(np.mean(after[source])) * sizes[source] / whole for source in sizes)
    figures = [
        at_most("calibration error after 100 decisions, by comments of both blogs", 0.03, pooled),
        at_least("ten decisions: worst change of AUC", 0.0, min(change_of_ten)),
    ]
    figures += [
        Figure(
            f"  {source}: calibration error before, after; layer acts; ham flagged after",
            "",
            f"{np.mean(before[source]):.4f}, {np.mean(after[source]):.4f}; "
            f"{np.mean(acting[source]):.0%}; {np.mean(flagged_after[source]):.4f}",
        )
        for source in sizes
    ]
    return figures


_LOAD = """
import time, sys
from moderation import wordstats
from moderation.classifier import model
import numpy
began = time.perf_counter(); model.shipped_model(); wordstats.word_statistics()
print(time.perf_counter() - began)
"""


_ON_A_PAGE = 11  # comments that are judged together


def speed_figures(submissions: Sequence[Submission]) -> list[Figure]:
    """One core, without the language and with it. The peer's speed stands beside it, because a machine that is busy
    slows both."""
    from langdetect import LangDetectException, detect

    model = shipped_model()
    pages = [submissions[at : at + _ON_A_PAGE] for at in range(0, len(submissions), _ON_A_PAGE)]
    for page in pages[: 500 // _ON_A_PAGE]:
        evidence_of_all(page, model)
    gc.collect()
    gc.freeze()
    began = time.process_time()
    for page in pages:
        evidence_of_all(page, model)
    ours = len(submissions) / (time.process_time() - began)
    judge = Moderator()
    judge.judge_all(submissions[:500])
    part = submissions[500:3500]
    began = time.process_time()
    for at in range(0, len(part), _ON_A_PAGE):
        judge.judge_all(part[at : at + _ON_A_PAGE])
    with_language = len(part) / (time.process_time() - began)
    texts = [submission.text for submission in submissions if len(submission.text) > 40][:300]
    began = time.process_time()
    for text in texts:
        with suppress(LangDetectException):  # nothing but digits
            detect(text)
    peer = len(texts) / (time.process_time() - began)
    loads = [
        float(
            subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True, cwd=ROOT).stdout
        )
        for _ in range(5)
    ]
    data = Path(__file__).parents[1] / "moderation" / "data"
    size = sum((data / name).stat().st_size for name in ("spam.model", "words.stats", "lexicon.txt")) / 1e6
    return [
        Figure("comments/s, one core (target holds on an idle core)", ">= 4000", f"{ours:,.0f}", None),
        Figure("  times langdetect's texts/s in the same run", "", f"{ours / peer:.1f}"),
        Figure("comments/s with their language", ">= 1500", f"{with_language:,.0f}", None),
        Figure("  times langdetect's texts/s in the same run", "", f"{with_language / peer:.1f}"),
        at_most("model, statistics and lists: MB", 2.0, size),
        at_most("load: ms (best of five)", 50.0, 1000 * min(loads)),
    ]


def seed_figures() -> list[Figure]:
    expected = json.loads((SHARED / "seed" / "expected.json").read_text("utf-8"))
    article = "\n\n".join(f"{section['heading']}\n{section['text']}" for section in expected["sections"])
    submissions = [
        Submission(
            id=str(comment["n"]),
            text=comment["text"],
            author=comment["author"],
            kind=comment["kind"],
            site="www.elaee.com",
            by_site=comment["by_site"],
            article_language=expected["language"],
            article_title=expected["title"],
            article_text=article,
        )
        for comment in expected["comments"]
    ]
    submissions = [
        replace(one, siblings=tuple(other.text for other in submissions if other is not one)) for one in submissions
    ]
    right = 0
    for comment, verdict in zip(expected["comments"], Moderator().judge_all(submissions), strict=True):
        wanted = comment["moderation"]["labels"]
        if wanted == ["clean"]:
            right += verdict.action == "publish" and verdict.labels == ()
        elif wanted == ["promotional-review"]:
            right += verdict.action == "review" or "promotional" in verdict.labels
        elif wanted == ["pingback"]:
            right += verdict.action == "publish" and "pingback" in verdict.labels
        else:
            right += verdict.action != "publish" and {"spam", "off_language"} <= set(verdict.labels)
    return [Figure("seed page: actions as a careful editor's", "16", str(right), right == 16)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nested", action="store_true", help="train the inner models without the source too (slow)")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--quick", action="store_true", help="speed and seed page only")
    options = parser.parse_args()
    comments = [example.submission for example in examples(DATA) if not example.only_wording]
    figures = [*speed_figures(comments[::4]), *seed_figures()]
    show("Spam judging: speed and seed page", figures)
    if not options.quick:
        bench = Bench(options.nested)
        reasons = bench.left_out_by_source()
        for title, group in (
            ("sources left out in turn", lambda: blog_figures(bench, reasons)),
            ("learning from editors", lambda: learning_figures(bench, reasons)),
            ("languages left out", lambda: language_figures(bench)),
            ("inside a blog", lambda: in_domain_figures(bench)),
        ):
            found = group()
            figures += found
            show(f"Spam judging: {title}", found)
    if options.json:
        options.json.write_text(
            json.dumps([asdict(figure) for figure in figures], ensure_ascii=False, indent=1), "utf-8"
        )


if __name__ == "__main__":
    main()
