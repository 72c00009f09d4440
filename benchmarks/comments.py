"""The figures of comment threads: found, complete, honest about what adapters add, steady under mangled markup, cheap.

    python benchmarks/comments.py [--json OUT] [--misses]

Needs ../shared/bench and ../shared/seed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import lzma
import random
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.sites import server_module
from benchmarks.table import Figure, show
from extractors.charset import decode
from extractors.comments import Thread, find_thread
from extractors.errors import PageError
from extractors.extract import extract
from extractors.html import Document
from extractors.records import Comment, PageKind, as_json
from extractors.tweets.finds import find_tweets

SHARED = Path(__file__).parents[2] / "shared"
BENCH = SHARED / "bench" / "comments"
SEED = SHARED / "seed"
SEED_PAGES = {"": "classic", ".html5": "html5", ".messy": "messy"}
URL = "https://example.org/page"
SEED_URL = "http://www.elaee.com/fiche-metier-responsable-e-commerce/"
_CLOSING = re.compile(
    r"</(?:p|li|span|a|b|strong|em|i|small|dd|dt|div|ul|ol|dl|td|tr|table|section|article|header|footer|blockquote)>",
    re.I,
)
SITES = SHARED / "bench" / "sites"
LIST_STRIDE = 12
SEEDS = 2  # manglings of a kind a page


def pages() -> dict[str, str]:
    return {
        path.name.removesuffix(".html.gz"): decode(gzip.decompress(path.read_bytes()))
        for path in sorted((BENCH / "html").glob("*.html.gz"))
    }


def threads(html: dict[str, str], without: dict[str, frozenset[str]] | None = None) -> dict[str, Thread]:
    return {
        name: find_thread(Document(text, URL), without=(without or {}).get(name, frozenset()))
        for name, text in html.items()
    }


def scored(found: dict[str, Thread]) -> dict[str, Any]:
    """What the scorer of the evaluation data says."""
    with tempfile.TemporaryDirectory() as folder:
        for name, thread in found.items():
            lines = [json.loads(as_json(comment)) for comment in thread.comments]
            rows = [{**line, "i": line["position"]} for line in lines]
            (Path(folder) / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        command = [sys.executable, str(BENCH / "score.py"), str(BENCH / "gold"), folder, "--per-page"]
        answer: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return answer


def _least(what: str, value: float, target: float) -> Figure:
    return Figure(what, f">= {target}", f"{value:.4f}", value >= target)


def _most(what: str, value: float, target: float) -> Figure:
    return Figure(what, f"<= {target}", f"{value:.4f}", value <= target)


def figures_of(score: dict[str, Any], label: str) -> list[Figure]:
    hits = score["on_hits"]
    return [
        _least(f"{label}micro F1", score["micro"]["F1"], 0.98),
        _least(f"{label}pages perfect", score["page_perfect"], 0.92),
        _least(f"{label}pages perfect with every field", score["page_perfect_all_fields"], 0.85),
        _least(f"{label}author, on hits", hits["author"], 0.985),
        _least(f"{label}date, on hits", hits["date"], 0.975),
        _least(f"{label}parent of replies, on hits", hits["parent_of_replies"], 0.98),
        _least(f"{label}pingback recall, on hits", hits["ping_recall"], 0.95),
        _most(f"{label}false comments a comment-free page", score["false_comments_per_free_page"], 0),
    ]


def left_out(html: dict[str, str], found: dict[str, Thread]) -> dict[str, Thread]:
    """Each page read with the adapter that read it switched off, again until none but the generic finder is left."""
    without = {name: frozenset({str(thread.discussion.platform)}) - {"generic"} for name, thread in found.items()}
    left = threads(html, without)
    for name, thread in left.items():
        while thread.discussion.platform not in (None, "generic"):
            without[name] |= {str(thread.discussion.platform)}
            thread = left[name] = find_thread(Document(html[name], URL), without=without[name])
    return left


def claims(found: dict[str, Thread]) -> tuple[float, float]:
    """Of the pages that are known to state their count: the share reported; of all: differences with a reason."""
    stated = right = differ = explained = 0
    for name, thread in found.items():
        note = json.loads((BENCH / "annotations" / f"{name}.json").read_text("utf-8"))
        if note.get("checked", {}).get("page_claim_equals_n") and note["expect"]["n"]:
            stated += 1
            right += thread.discussion.claimed == note["expect"]["n"]
        claimed = thread.discussion.claimed
        if claimed is not None and claimed != len(thread.comments):
            differ += 1
            explained += thread.discussion.shortfall is not None
    return right / stated, explained / differ if differ else 1.0


def drop_closing_tags(html: str, random_: random.Random) -> str:
    """Three closing tags gone, of blocks as of inline elements, anywhere on the page."""
    closings = [match.span() for match in _CLOSING.finditer(html)]
    for start, end in sorted(random_.sample(closings, min(3, len(closings))), reverse=True):
        html = html[:start] + html[end:]
    return html


def shuffle_attributes(html: str, random_: random.Random) -> str:
    tree = Document(html, URL).tree
    for element in tree.iter(etree.Element):
        items = list(element.attrib.items())
        random_.shuffle(items)
        element.attrib.clear()
        element.attrib.update(items)
    return str(etree.tostring(tree, encoding="unicode", method="html"))


def rename_classes(html: str, random_: random.Random) -> str:
    """Every class name outside the thread, and not around it, replaced."""
    document = Document(html, URL)
    nodes = find_thread(document).nodes
    kept = {above for node in nodes for above in node.iterancestors()} | {n for node in nodes for n in node.iter()}
    names: dict[str, str] = {}
    for element in document.tree.iter(etree.Element):
        if (
            element not in kept
            and element.get("class")
            and not re.search(r"comment|respond|reply", element.get("class"))
        ):
            element.set("class", names.setdefault(element.get("class"), f"k{random_.randrange(10**6)}"))
    return str(etree.tostring(document.tree, encoding="unicode", method="html"))


def same_records(html: dict[str, str]) -> dict[str, float]:
    """For each mangling the share of records that stay the same in author, body, date, kind and parent."""

    def key(comment: Comment) -> tuple[object, ...]:
        body = " ".join(comment.body.split())
        return (comment.author, body, comment.date, comment.kind, comment.parent)

    shares: dict[str, float] = {}
    for mangle in (drop_closing_tags, shuffle_attributes, rename_classes):
        same = total = 0
        for name, text in html.items():
            plain = Counter(key(comment) for comment in find_thread(Document(text, URL)).comments)
            for seed in range(SEEDS):
                changed = mangle(text, random.Random(f"{name}{seed}"))
                mangled = Counter(key(comment) for comment in find_thread(Document(changed, URL)).comments)
                same += (plain & mangled).total()
                total += max(plain.total(), mangled.total())
        shares[mangle.__name__.replace("_", " ")] = same / total if total else 1.0
    return shares


def seed_faults() -> list[str]:
    """What differs from the expected records of the three renditions of the seed page."""
    expected = json.loads((SEED / "expected.json").read_text("utf-8"))
    dated = {row["n"]: row for row in expected["html5_variant"]["comments"]}
    faults = []
    for suffix, label in SEED_PAGES.items():
        text = decode((SEED / f"responsable-e-commerce{suffix}.html").read_bytes())
        comments = find_thread(Document(text, SEED_URL)).comments
        order = expected["html5_variant"]["reading_order"] if suffix == ".html5" else range(1, 17)
        gold = [expected["comments"][n - 1] for n in order]
        if len(gold) != len(comments):
            faults.append(f"{label}: {len(comments)} comments")
        for row, comment in zip(gold, comments, strict=False):
            pairs = {
                "author": (row["author"], comment.author),
                "body": (" ".join(row["text"].split()), " ".join(comment.body.split())),
                "kind": (row["kind"], comment.kind.value),
                "by_site": (row["by_site"], comment.by_site),
                "author_truncated": (row["author_truncated"], comment.author_truncated),
            }
            if suffix == ".html5":
                above = dated[row["n"]]["parent_n"]
                pairs["date"] = (dated[row["n"]]["date"], comment.date)
                pairs["parent"] = (list(order).index(above) + 1 if above else None, comment.parent)
            faults += [f"{label} {row['n']}: {name}" for name, (want, got) in pairs.items() if want != got]
    return faults


def list_pages() -> tuple[int, list[str]]:
    """Of pages of whole sites that are lists, logins or errors by their truth: how many were read, and those of which
    comments would be loaded. A row of the truth in LIST_STRIDE is read."""
    dirty: list[str] = []
    read, hosts = 0, server_module().HOSTS
    for packed in sorted(SITES.glob("*.tar.xz")):
        name = packed.name.removesuffix(".tar.xz")
        with lzma.open(SITES / f"{name}.truth.jsonl.xz", "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        articles = {row["path"].rstrip("/") for row in rows if row["kind"] == "article"}
        others = [row["path"] for row in rows if row["kind"] == "other"]
        wanted = {f"{path}index.html" if path.endswith("/") else path: path for path in others[::LIST_STRIDE]}
        with lzma.open(packed) as unpacked, tarfile.open(fileobj=unpacked) as archive:
            for member in archive:
                path = wanted.get("/" + member.name.removeprefix("./"))
                file = archive.extractfile(member) if path is not None else None
                if path is None or file is None:
                    continue
                try:
                    page = extract(file.read(), f"http://www.{hosts[name]}{path.removesuffix('.html')}")
                except PageError:
                    continue
                if urlsplit(page.canonical_url).path.rstrip("/") in articles:
                    continue  # an article's copy at an address of the system's own, loaded as that article
                read += 1
                if page.comments and page.page_kind in (PageKind.ARTICLE, PageKind.COMMENTS):
                    dirty.append(f"{name} {path}: {len(page.comments)} comments of a {page.page_kind}")
    return read, dirty


def share_of_time(html: dict[str, str]) -> float:
    """What comments and tweets take of the whole extraction of the same pages, parsing included, in one run (CPU)."""
    whole = part = 0.0
    for text in html.values():
        started = time.process_time()
        try:
            extract(text, URL)
        except PageError:
            continue
        whole += time.process_time() - started
        document = Document(text, URL)
        started = time.process_time()
        find_thread(document)
        find_tweets(document)
        part += time.process_time() - started
    return part / whole


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--misses", action="store_true", help="list the pages that are not perfect")
    options = parser.parse_args()
    html = pages()
    found = threads(html)
    score, without = scored(found), scored(left_out(html, found))
    reported, explained = claims(found)
    faults = seed_faults()
    read, dirty = list_pages()
    figures = figures_of(score, "")
    figures += [
        _least("without the page's own adapter: micro F1", without["micro"]["F1"], 0.93),
        _least("without the page's own adapter: pages perfect", without["page_perfect"], 0),
        _most("gap of adapters: micro F1", score["micro"]["F1"] - without["micro"]["F1"], 0.05),
        _most("differences from the seed's records", len(faults), 0),
        _least("stated counts reported", reported, 0.95),
        _least("differing counts with a reason", explained, 1.0),
        *(_least(f"same records: {name}", share, 0.99) for name, share in same_records(html).items()),
        Figure("list pages clean", "1.0", f"{1 - len(dirty) / read:.4f} of {read}", not dirty),
        _most("comments and tweets, of all time", share_of_time(html), 0.25),
    ]
    show("comments", figures, options.json)
    if options.misses:
        for name, page in score["pages"].items():
            fields = [f for f in ("author", "date", "parent", "kind") if page.get(f, 0) != page.get(f"{f}_n", 0)]
            if page["gold"] and (fields or not page["gold"] == page["pred"] == page.get("hit")):
                print(name, f"gold {page['gold']} found {page['pred']} hit {page.get('hit', 0)}", *fields)
        print(*faults, *dirty, sep="\n")


if __name__ == "__main__":
    main()
