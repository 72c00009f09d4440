"""CPU of extraction, beside trafilatura's default on the same pages: ../shared/bench/extraction, benches aeb and wcxb.

    python benchmarks/extraction_speed.py [--every N] [--json OUT] [--against CHECKOUT]

Page by page each reads the same text, one right after the other, so that a busy machine slows both alike. Ours is the
whole record: article, fields, comments, tweets. Trafilatura's is `trafilatura.extract(html)`: text and comments, no
fields. A parse with lxml alone, and with lexbor where selectolax is installed, are the floor below both. A walk reads
tag, class, id, text and tail of every element, which is what walks for several subjects have in common.
--against compares with the extraction of another checkout of ours instead, in the same process too: on these pages, and
on those of the magazine of pipeline.py.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib
import importlib.util
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from benchmarks.extraction import BENCH, annotated
from benchmarks.pipeline_parts.magazine import page
from benchmarks.table import Figure, show
from extractors.errors import PageError
from extractors.extract import extract
from extractors.html import Document

GOAL = 0.5  # of trafilatura's CPU
OBJECTS = 20_000  # new objects after which garbage is looked for, as in our workers; for all programs here


def programs() -> dict[str, Callable[[str, str], Any]]:
    """Everything that is measured, by name: each takes a page's text and address."""
    found: dict[str, Callable[[str, str], Any]] = {
        "tamis": extract,
        "lxml": lambda html, _: lxml_html.document_fromstring(html),
        "document": Document,
    }
    if importlib.util.find_spec("trafilatura"):
        import trafilatura

        found["trafilatura"] = lambda html, url: trafilatura.extract(html, url=url)
    if importlib.util.find_spec("selectolax"):
        from selectolax.lexbor import LexborHTMLParser

        found["lexbor"] = lambda html, _: LexborHTMLParser(html)
        found["rebuilt"] = lambda html, _: rebuilt(LexborHTMLParser(html).root)
    return found


def rebuilt(root: Any) -> etree._Element:
    """Lexbor's tree as the tree that our code walks: what a change of parser would cost on top of it."""
    top = etree.Element(root.tag)
    waiting = [(root, top)]
    while waiting:
        node, element = waiting.pop()
        last = None
        for child in node.iter(include_text=True):
            if child.tag == "-text":
                if last is None:
                    element.text = (element.text or "") + (child.text_content or "")
                else:
                    last.tail = (last.tail or "") + (child.text_content or "")
            elif child.tag[0] not in "-_!":
                last = etree.SubElement(element, child.tag)
                for name, value in child.attributes.items():
                    with contextlib.suppress(ValueError):  # a name that XML does not know
                        last.set(name, value or "")
                waiting.append((child, last))
    return top


def costs(pages: list[dict[str, Any]]) -> Counter[str]:
    """CPU seconds of each program over all pages."""
    measured: Counter[str] = Counter()
    chosen = programs()
    for number, one in enumerate(pages):
        for name, read in chosen.items():
            before = time.process_time()
            with contextlib.suppress(PageError, ValueError):  # no article; nothing that the parser takes for a page
                read(one["html"], one["url"])
            if number:  # the first page pays for what is imported and loaded late
                measured[name] += time.process_time() - before
        with contextlib.suppress(PageError):
            tree = Document(one["html"], one["url"]).tree
            before = time.process_time()
            walked(tree)
            measured["walk"] += time.process_time() - before
    return measured


def walked(tree: HtmlElement) -> None:
    """Reads what every walk reads."""
    for element in tree.iter("*"):
        _ = (element.tag, element.get("class"), element.get("id"), element.text, element.tail)


def extraction_of(checkout: Path) -> Callable[[str, str], Any]:
    """The `extract` of a checkout, beside the one that is imported already."""
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "extractors"}
    sys.path.insert(0, str(checkout))
    try:
        other = importlib.import_module("extractors.extract")
        if Path(str(other.__file__)).resolve().parents[1] != checkout.resolve():
            sys.exit(f"{checkout} is no checkout of Tamis")
        read: Callable[[str, str], Any] = other.extract
        read(*magazine_page(0))  # what is imported late is imported now
        return read
    finally:
        sys.path.remove(str(checkout))
        for name in [name for name in sys.modules if name.split(".")[0] == "extractors"]:
            del sys.modules[name]
        sys.modules.update(kept)


def magazine_page(number: int) -> tuple[str, str]:
    path, html = page(number)
    return html, f"http://127.0.0.1{path}"


def compared(checkout: Path, every: int) -> list[Figure]:
    """CPU of this extraction to that of the checkout."""
    other = extraction_of(checkout)
    extract(*magazine_page(0))
    pages = {
        bench: [(one["html"], one["url"]) for one in annotated(names=f"{bench}*")[::every] if one["html"]]
        for bench in ("aeb", "wcxb")
    }
    pages["magazine"] = [magazine_page(number) for number in range(60)]
    rows = []
    for bench, these in pages.items():
        seconds: Counter[bool] = Counter()
        for number, one in enumerate(these):
            for is_ours in ((True, False), (False, True))[number % 2]:
                before = time.process_time()
                with contextlib.suppress(Exception):  # classes of errors of that checkout are not ours
                    (extract if is_ours else other)(*one)
                seconds[is_ours] += time.process_time() - before
        ratio = seconds[True] / seconds[False]
        rows.append(
            Figure(f"{bench}, {len(these)} pages: this extraction / that of {checkout.name}", "-", f"{ratio:.2f}")
        )
    return rows


def figures(bench: str, pages: list[dict[str, Any]]) -> list[Figure]:
    seconds = costs(pages)
    lxml = seconds["lxml"]
    rows = [
        Figure(f"{bench}, {len(pages)} pages: tamis / a parse with lxml", "-", f"{seconds['tamis'] / lxml:.1f}x"),
        Figure(f"{bench}: the tree with its limits / a parse with lxml", "-", f"{seconds['document'] / lxml:.1f}x"),
        Figure(f"{bench}: what one walk reads / tamis", "-", f"{seconds['walk'] / seconds['tamis']:.1%}"),
    ]
    if peer := seconds["trafilatura"]:
        ratio = seconds["tamis"] / peer
        rows.insert(0, Figure(f"{bench}: tamis / trafilatura", f"<= {GOAL}x", f"{ratio:.2f}x", ratio <= GOAL))
    if lexbor := seconds["lexbor"]:
        rows.append(Figure(f"{bench}: a parse with lexbor / with lxml", "-", f"{lexbor / lxml:.2f}x"))
        rows.append(Figure(f"{bench}: lexbor's tree built anew for lxml / a parse with lxml", "-",
                           f"{seconds['rebuilt'] / lxml:.2f}x"))  # fmt: skip
    return rows


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--every", type=int, default=1, help="each N-th page only")
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--against", type=Path, metavar="CHECKOUT", help="another checkout of Tamis")
    options = arguments.parse_args()
    if not BENCH.exists():
        print(f"{BENCH} is absent: nothing to measure", file=sys.stderr)
        return 0
    gc.set_threshold(OBJECTS)
    if options.against:
        show("CPU of extraction", compared(options.against, options.every), options.json, {})
        return 0
    rows: list[Figure] = []
    for bench in ("aeb", "wcxb"):
        pages = [one for one in annotated(names=f"{bench}*") if one["html"]]
        rows += figures(bench, pages[:: options.every])
    return 0 if show("CPU of extraction", rows, options.json, {}) else 1


if __name__ == "__main__":
    sys.exit(main())
