"""How well and how fast articles are extracted: the annotated pages of ../shared/bench/extraction, and beside them
trafilatura where it is installed (it is no dependency).

    python benchmarks/extraction.py [--json OUT] [--worst N] [--no-peer] [--all-pages] [--forums]

The judge of text blocks is trained on these very pages, so its body figures here are those of the training data:
benchmarks/train_body.py prints the cross-validated ones, which are what to expect on new sites. Title, author, date,
sections and comments are not trained.
The exit status is 1 where a figure misses its target, those of new hosts included: snippets do.
--all-pages adds every other HTML page of ../shared/bench.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import lzma
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bs4 import BeautifulSoup

from benchmarks.table import Figure, show
from extractors.errors import PageError
from extractors.extract import extract
from extractors.html import Document
from extractors.page import PageObject
from extractors.records import CommentKind, Page, Section, SectionKind, as_json

ROOT = Path(__file__).parents[1]
BENCH = ROOT / ".." / "shared" / "bench"
SPURIOUS = 0.25  # share of pages without an author that may show one
SLOWEST = 15.0  # seconds a page may take
CROSS_VALIDATED = {"aeb": 0.980, "wcxb": 0.952, "traf": 0.922, "moz": 0.953}
"""Body F1 on hosts that were left out of the training, of one forest a look (benchmarks/train_body.py --quick)."""


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("extraction_score", BENCH / "extraction" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def annotated(folder: str = "data", names: str = "*") -> list[dict[str, Any]]:
    pages = []
    for path in sorted((BENCH / "extraction" / folder).glob(f"{names}.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            pages += map(json.loads, lines)
    return pages


def prediction(page: dict[str, Any], record: Page, milliseconds: float) -> dict[str, Any]:
    """In the form that the scorer takes: the lead opens the text, headings stay in it."""
    return {
        "id": page["id"],
        "url": page["url"],
        "title": record.title,
        "author": record.author,
        "publisher": record.publisher,
        "date": record.published,
        "text": "\n\n".join(part for part in (record.lead, record.text) if part),
        "comments": [
            {"author": comment.author, "date": comment.date, "text": comment.body}
            for comment in record.comments
            if comment.kind in (CommentKind.COMMENT, CommentKind.POST)
        ],
        "sections": titled(record.sections),
        "ms": milliseconds,
    }


def signer(page: dict[str, Any]) -> str | None:
    """Who signs: the gold has organisations among its authors, the record has them as publisher."""
    signs: str | None = page.get("author") or page.get("publisher")
    return signs


def titled(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """The parts under h-tags, as the gold has them: what stands under a bold line belongs to the h-tag above it."""
    parts: list[dict[str, Any]] = []
    for section in sections:
        if section.kind is SectionKind.H:
            parts.append({"title": section.heading, "level": section.level, "text": section.text})
        elif parts:
            parts[-1]["text"] += f"\n\n{section.heading}\n\n{section.text}"
    return parts


def ours(pages: list[dict[str, Any]]) -> tuple[dict[str, dict[str, Any]], Counter[str], float]:
    """Predictions by page, page errors by reason, and the CPU seconds of the slowest page."""
    found, errors, slowest = {}, Counter[str](), 0.0
    for page in pages:
        started = time.process_time()
        try:
            record = extract(page["html"], page["url"])
        except PageError as error:
            errors[error.reason] += 1
            continue
        seconds = time.process_time() - started
        slowest = max(slowest, seconds)
        found[page["id"]] = prediction(page, record, 1000 * seconds)
    return found, errors, slowest


def peer(pages: list[dict[str, Any]]) -> dict[str, dict[str, Any]] | None:
    try:
        import trafilatura
    except ImportError:
        return None
    found = {}
    for page in pages:
        started = time.process_time()
        answer = trafilatura.bare_extraction(page["html"], url=page["url"], with_metadata=True)
        seconds = time.process_time() - started
        if answer is None:
            continue
        known = answer.as_dict() if hasattr(answer, "as_dict") else answer
        found[page["id"]] = {
            "id": page["id"],
            "url": page["url"],
            **{key: known.get(key) for key in ("title", "author", "date", "text")},
            "comments_text": known.get("comments"),
            "ms": 1000 * seconds,
        }
        if page["gold"].get("markdown"):
            found[page["id"]]["markdown"] = trafilatura.extract(
                page["html"], url=page["url"], output_format="markdown", include_formatting=True, include_comments=False
            )
    return found


def speed(pages: list[dict[str, Any]]) -> dict[str, float]:
    """CPU seconds by stage over every eighth page, and those of one BeautifulSoup parse of the same pages."""
    seconds: Counter[str] = Counter()
    for page in pages[::8]:
        clock = time.process_time()

        def took(stage: str, since: float) -> float:
            now = time.process_time()
            seconds[stage] += now - since
            return now

        try:
            seen = PageObject(Document(page["html"], page["url"]))
            clock = took("parse", clock)
            seen.thread()
            clock = took("comments", clock)
            seen.tweets()
            clock = took("tweets", clock)
            _ = seen.outline
            clock = took("text blocks", clock)
            _ = seen.blocks
            clock = took("judging blocks", clock)
            _ = (seen.sections(), seen.lead(), seen.text(), seen.footnotes(), seen.links())
            clock = took("sections", clock)
            _ = (seen.language(), seen.author(), seen.published(), seen.modified(), seen.canonical_url())
            clock = took("metadata", clock)
        except PageError:
            clock = took("parse", clock)
        BeautifulSoup(page["html"], "lxml")
        took("BeautifulSoup", clock)
    return dict(seconds)


def other_pages() -> Iterator[tuple[str, str | bytes]]:
    """The HTML of the other folders of the evaluation data."""
    for folder in ("comments", "tweets"):
        for path in sorted((BENCH / folder).rglob("*.html*")):
            body = path.read_bytes()
            if path.suffix == ".gz":
                body = gzip.decompress(body)
            elif path.suffix == ".xz":
                body = lzma.decompress(body)
            yield path.name, body


def over_other_pages() -> tuple[int, Counter[str], float]:
    count, errors, slowest = 0, Counter[str](), 0.0
    for name, body in other_pages():
        count += 1
        started = time.process_time()
        try:
            as_json(extract(body, f"https://site.example/{name}"))
        except PageError as error:
            errors[error.reason] += 1
        slowest = max(slowest, time.process_time() - started)
    return count, errors, slowest


def forums(judge: ModuleType) -> list[Figure]:
    """Pages of forums as they are loaded: the text and every post, against all that the gold has of the topic."""
    topics = [page for page in annotated("data2", "wcxbx-*") if page["type"] == "forum" and page["gold"].get("text")]
    found, errors, _ = ours(topics)
    rows = []
    for page in topics:
        read = found.get(page["id"], {"text": "", "comments": []})
        posts = [comment["text"] for comment in read["comments"]]
        rows.append(judge.tpfpfn(page["gold"]["text"], "\n\n".join([read["text"], *posts])))
    value = judge.prf(rows)["F1"]
    refused = sum(errors.values())
    return [
        Figure(f"{len(topics)} forum pages, text and posts, F1", "-", f"{value:.3f}"),
        Figure("forum pages set aside", "0", f"{refused} of {len(topics)}", refused == 0),
    ]


def figures(mine: dict[str, Any], theirs: dict[str, Any] | None) -> list[Figure]:
    rows = []
    for what, group, key in (
        ("body F1, aeb (news)", "aeb", "F1"),
        ("body F1, wcxb (articles)", "wcxb", "F1"),
        ("snippets F1, traf", "traf", "F1"),
        ("body F1, moz", "moz", "F1"),
        ("title, strict", "title", "ok"),
        ("author, strict", "author", "ok"),
        ("author, spurious where the gold names nobody", "author", "spurious"),
        ("date", "date", "ok"),
        ("headings F1 (h-tags)", "sect", "headF1"),
        ("text under headings F1", "sect", "secF1"),
    ):
        value = mine[group][key]
        if what.startswith("author, spurious"):
            target = theirs["author"]["spurious"] if theirs else None
            rows.append(
                Figure(
                    what,
                    f"<= {SPURIOUS:.2f}" + (f" (trafilatura {target:.3f})" if target else ""),
                    f"{value:.3f}",
                    value <= SPURIOUS,
                )
            )
            continue
        target = theirs[group][key] if theirs and group in theirs else None
        reached = f"{value:.3f}" + (f" (new hosts {CROSS_VALIDATED[group]:.3f})" if group in CROSS_VALIDATED else "")
        judged = CROSS_VALIDATED.get(group, value)
        holds = None if target is None else judged >= target
        rows.append(Figure(what, "-" if target is None else f">= trafilatura's {target:.3f}", reached, holds))
    leak = mine["comm"]["leak"]
    rows.append(Figure("comments' text in the article (floor .024)", "<= .024", f"{leak:.3f}", leak <= 0.024))
    return rows


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--worst", type=int, default=0, help="print the pages with the lowest body F1")
    arguments.add_argument("--no-peer", action="store_true", help="leave trafilatura out")
    arguments.add_argument("--all-pages", action="store_true", help="also every other HTML page of ../shared/bench")
    arguments.add_argument("--forums", action="store_true", help="also the pages of forums, with their posts")
    options = arguments.parse_args()
    if not BENCH.exists():
        print(f"{BENCH} is absent: nothing to measure", file=sys.stderr)
        return 0
    pages = annotated()
    judge = scorer()
    found, errors, slowest = ours(pages)
    details: list[tuple[float, str, str, int, int]] = []
    mine = judge.score(pages, found, details)
    answers = None if options.no_peer else peer(pages)
    theirs = judge.score(pages, answers) if answers is not None else None
    rows = figures(mine, theirs)
    signed = [page for page in pages if page["gold"].get("author")]
    named = sum(judge.author_ok(page["gold"]["author"], signer(found.get(page["id"], {})))[0] for page in signed)
    rows.append(Figure("author, or else the publisher, strict", "-", f"{named / len(signed):.3f}"))
    count = len(pages)
    if options.all_pages:
        more, more_errors, more_slowest = over_other_pages()
        count, slowest = count + more, max(slowest, more_slowest)
        errors.update(more_errors)
    if options.forums:
        rows += forums(judge)
    reasons = ", ".join(f"{number} {reason}" for reason, number in errors.items()) or "none"
    rows.append(Figure(f"{count} pages without an exception", "all", f"all; quarantined: {reasons}", True))
    rows.append(Figure("slowest page, CPU s", f"< {SLOWEST:.0f}", f"{slowest:.2f}", slowest < SLOWEST))
    stages = speed(pages)
    soup = stages.pop("BeautifulSoup")
    total = sum(stages.values()) / soup
    rows.append(Figure("all stages / one BeautifulSoup parse", "< 1", f"{total:.2f}", total < 1))
    rows += [Figure(f"  {stage}", "-", f"{seconds / soup:.2f}") for stage, seconds in stages.items()]
    holds = show("Article extraction", rows, options.json, {"ours": mine, "trafilatura": theirs})
    for row in sorted(details)[: options.worst]:
        print("  worst: F1 {:.3f} {} {} gold {} tokens, found {}".format(*row))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
