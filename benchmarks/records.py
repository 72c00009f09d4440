"""A digest of every page's record and verdicts: whoever makes the work cheaper shows that nothing else changed.

    python benchmarks/records.py --keep FILE [--every N]      # before the change
    python benchmarks/records.py --against FILE               # after it; exits with 1 if a page differs

Reads the test pages and every HTML page of ../shared/bench (--every 10: each tenth). A digest is of the record as it is
written and of the verdicts with their evidence, to the last digit.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import lzma
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from extractors.errors import PageError
from extractors.extract import extract
from extractors.records import as_json
from moderation.moderate import Moderator
from moderation.submissions import submissions_of

ROOT = Path(__file__).parents[1]
BENCH = ROOT / ".." / "shared" / "bench"
READ_AT = datetime(2026, 1, 15, 12, tzinfo=UTC)


def own_pages() -> Iterator[tuple[str, str, bytes]]:
    """Name, address and bytes of each test page of the project."""
    for path in sorted((ROOT / "tests" / "pages").glob("*/*/page.html")):
        meta = json.loads((path.parent / "meta.json").read_text("utf-8"))
        yield f"tests/{path.parent.parent.name}/{path.parent.name}", meta["url"], path.read_bytes()


def shared_pages() -> Iterator[tuple[str, str, bytes]]:
    """The same of the evaluation data; nothing where it is absent."""
    for folder in ("comments", "tweets"):
        for path in sorted((BENCH / folder / "html").glob("*.html.gz")):
            yield f"{folder}/{path.name}", f"https://{folder}.example/{path.stem}", gzip.decompress(path.read_bytes())
    for path in sorted((BENCH / "extraction").glob("data*/*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if "html" in row:
                    yield f"{path.parent.name}/{row['id']}", row["url"], row["html"].encode("utf-8", "replace")


def digest(url: str, html: bytes, judge: Moderator) -> str:
    """Of the page's record and of its verdicts, or of the sentence that says why there is none."""
    try:
        page = extract(html, url, fetched_at=READ_AT)
    except PageError as error:
        return hashlib.sha256(f"{error.reason} {error}".encode()).hexdigest()[:16]
    record = json.loads(as_json(page))
    del record["extractor_version"]
    verdicts = judge.judge_all(submissions_of(page))
    return hashlib.sha256(f"{json.dumps(record)}\n{verdicts!r}".encode()).hexdigest()[:16]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    before = json.loads(options.against.read_text("utf-8")) if options.against else None
    judge = Moderator()
    pages = (page for n, page in enumerate((*own_pages(), *shared_pages())) if n % options.every == 0)
    found = {name: digest(url, html, judge) for name, url, html in pages if before is None or name in before}
    if options.keep:
        options.keep.write_text(json.dumps(found, indent=0), "utf-8")
    different = sorted(name for name, value in found.items() if before is not None and before[name] != value)
    print(f"{len(found)} pages, {len(different)} differ", *different, sep="\n  ")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
