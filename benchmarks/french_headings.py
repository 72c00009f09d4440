"""How well bold lines are told from headings on French pages: `python benchmarks/french_headings.py [--json OUT]`.

`french_headings.jsonl` beside this file has 60 French pages of ../shared with CSS selectors of the lines that head a
part without being an h-tag, chosen by hand; it holds nothing of the pages' text. Most of the pages have none.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.table import Figure, show
from extractors.extract import extract
from extractors.html import Document, decode
from extractors.records import SectionKind

LABELS = Path(__file__).with_suffix(".jsonl")
SHARED = Path(__file__).parents[1] / ".." / "shared"
ADDRESS = "https://page.example/article"
TARGET = 0.90


def pages_of(source: str, wanted: set[str]) -> Iterator[tuple[str, str | bytes]]:
    """The pages of one part of the evaluation data, by name."""
    if source.startswith("sites/"):
        with tarfile.open(SHARED / "bench" / f"{source}.tar.xz") as files:
            for member in files:
                if member.name in wanted and (file := files.extractfile(member)) is not None:
                    yield member.name, file.read()
    elif source == "extraction":
        for path in sorted((SHARED / "bench" / source).glob("data*/*.jsonl.xz")):
            with lzma.open(path, "rt", encoding="utf-8") as lines:
                for page in map(json.loads, lines):
                    if page["id"] in wanted:
                        yield page["id"], page["html"]
    else:
        folder = SHARED / source if source == "seed" else SHARED / "bench" / source
        for name in sorted(wanted):
            yield name, (folder / name).read_bytes()


def squashed(text: str) -> str:
    return "".join(text.split())


def told(html: str | bytes, selectors: list[str]) -> Counter[str]:
    """Right, missed and wrong headings of one page."""
    text = decode(html, None) if isinstance(html, bytes) else html
    soup = Document(text, ADDRESS).soup
    wanted = Counter(squashed(node.get_text()) for selector in selectors for node in soup.select(selector))
    if sum(wanted.values()) != len(selectors):
        raise LookupError("a selector of the labels finds nothing: has the page changed?")
    found = Counter(
        squashed(part.heading or "") for part in extract(text, ADDRESS).sections if part.kind is SectionKind.PSEUDO
    )
    right = sum((wanted & found).values())
    return Counter(right=right, missed=sum(wanted.values()) - right, wrong=sum(found.values()) - right)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", type=Path)
    options = arguments.parse_args()
    if not SHARED.exists():
        print(f"{SHARED} is absent: nothing to measure", file=sys.stderr)
        return 0
    labels: dict[str, dict[str, list[str]]] = {}
    for line in LABELS.read_text("utf-8").splitlines():
        label: dict[str, Any] = json.loads(line)
        labels.setdefault(label["source"], {})[label["page"]] = label["headings"]
    total, clean = Counter[str](), 0
    for source, pages in labels.items():
        for name, html in pages_of(source, set(pages)):
            counts = told(html, pages[name])
            total += counts
            clean += not counts["missed"] and not counts["wrong"]
    count = sum(map(len, labels.values()))
    score = 2 * total["right"] / max(1, 2 * total["right"] + total["missed"] + total["wrong"])
    rows = [
        Figure("pseudo-headings F1", f">= {TARGET:.2f}", f"{score:.3f}", score >= TARGET),
        Figure("right, missed, wrong", "-", f"{total['right']}, {total['missed']}, {total['wrong']}"),
        Figure("pages without a fault", "-", f"{clean} of {count}"),
    ]
    return 0 if show("French pseudo-headings", rows, options.json, {"counts": dict(total)}) else 1


if __name__ == "__main__":
    sys.exit(main())
