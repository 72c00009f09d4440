"""What the profile of a site is worth: the same pages read without it and with it.

    python benchmarks/site_profiles.py [NAME...] [--pages 200] [--json OUT]

On the packed archives of ../shared/bench/sites, which hold no gold text: how much of the text of articles three other
articles show as well (menus, boxes, biographies), how much of the rest is lost, how many pages change their kind.
On every host of the extraction bench that has three pages or more: body F1 of both. Nothing is fetched.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.extraction import scorer
from benchmarks.isolation import isolate
from benchmarks.sites import BENCH, SITES, Archive, server_module
from benchmarks.table import Figure, show
from extractors.errors import PageError
from extractors.extract import SiteReading, extract_of_site
from extractors.records import Page, PageKind
from extractors.whole_site.learning import FIRM, learn
from extractors.whole_site.site_profile import LEAST_BLOCK, SiteProfile, fingerprint

OFTEN = 3  # other articles that show a block, from which it is the site's


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """A page read without the profile of its site and with it; None where it could not be read."""

    url: str
    without: Page | None
    known: Page | None


def read(html: str | bytes, url: str, profile: SiteProfile | None) -> SiteReading | None:
    try:
        return extract_of_site(html, url, profile)
    except PageError:
        return None


def read_twice(pages: Sequence[tuple[str, str | bytes]]) -> tuple[list[Both], SiteProfile, float]:
    """The pages both ways, the profile learned from them, and what reading with it costs of reading without."""
    began = time.process_time()
    first = [read(html, url, None) for url, html in pages]
    middle = time.process_time()
    profile = learn(found.traits for found in first if found is not None)
    learned = time.process_time()
    second = [read(html, url, profile) for url, html in pages]
    ratio = (time.process_time() - learned) / (middle - began)
    both = [
        Both(url=url, without=one and one.page, known=two and two.page)
        for (url, _), one, two in zip(pages, first, second, strict=True)
    ]
    return both, profile, ratio


def blocks(page: Page) -> list[str]:
    return [block.text for section in page.sections for block in section.blocks if len(block.text) >= LEAST_BLOCK]


def of_site(name: str, number: int, folder: Path) -> list[Figure]:
    serve = server_module()
    archive = Archive(name, folder, serve)
    files = sorted(archive.pages)[:: max(1, len(archive.pages) // number)][:number]
    pages = [(f"http://{archive.host}{archive.pages[file].path}", (archive.root / file).read_bytes()) for file in files]
    both, profile, ratio = read_twice(pages)
    articles = [pair for pair in both if pair.without and pair.known and pair.without.page_kind is PageKind.ARTICLE]
    shown = Counter(key for pair in articles if pair.without for key in {*map(fingerprint, blocks(pair.without))})

    def characters(pages: list[Page], again: bool) -> int:
        return sum(len(text) for page in pages for text in blocks(page) if (shown[fingerprint(text)] > OFTEN) is again)

    before = [pair.without for pair in articles if pair.without]
    after = [pair.known for pair in articles if pair.known]
    own, kept = characters(before, again=False), characters(after, again=False)
    text = own + characters(before, again=True)
    turned = sum(pair.without.page_kind is not pair.known.page_kind for pair in both if pair.without and pair.known)
    fewer = sum(
        len(pair.without.comments) - len(pair.known.comments) for pair in articles if pair.without and pair.known
    )
    return [
        Figure(f"{name}: pages read, of them articles", "-", f"{len(pages)}, {len(articles)}"),
        Figure("  text that other articles show too, without the profile", "-", f"{(text - own) / max(1, text):.2%}"),
        Figure("  the same with it", "-", f"{characters(after, again=True) / max(1, text):.2%}"),
        Figure("  lost of the articles' own text", "0", f"{(own - kept) / max(1, own):.3%}", kept >= 0.9999 * own),
        Figure("  pages of another kind with it", "-", f"{turned}"),
        Figure("  comments that are the site's newest, left out", "-", f"{fewer}"),
        Figure("  CPU of reading with it, of reading without", "<= 1.15", f"{ratio:.2f}", ratio <= 1.15),
        Figure("  posts the profile knows, repeated blocks, boxes", "-",
               f"{profile.posts}, {len(profile.repeated)}, {len(profile.widgets)}"),
    ]  # fmt: skip


def hosts() -> dict[str, list[dict[str, object]]]:
    """The pages of the extraction bench with a gold text, of hosts that have three or more."""
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    for path in sorted((BENCH / "extraction").glob("data*/*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                host = urlsplit(row["url"]).netloc.removeprefix("www.")
                if (row.get("gold") or {}).get("text") and host != "fakehost":  # that one stands for fifty sites
                    found[host].append(row)
    return {host: rows for host, rows in sorted(found.items()) if len(rows) >= OFTEN}


def on_hosts() -> list[Figure]:
    score = scorer()
    sums: dict[str, list[float]] = {"without": [], "known": []}
    firm = number = changed = 0
    for rows in hosts().values():
        both, profile, _ = read_twice([(str(row["url"]), str(row["html"])) for row in rows])
        firm += profile.articles >= FIRM
        for row, pair in zip(rows, both, strict=True):
            number += 1
            gold = row["gold"]["text"]  # type: ignore[index]
            pages = {"without": pair.without, "known": pair.known}
            texts = {name: f"{page.lead or ''}\n{page.text}" if page else "" for name, page in pages.items()}
            changed += texts["without"] != texts["known"]
            for name, text in texts.items():
                sums[name].append(score.prf([score.tpfpfn(gold, text)])["F1"])
    said = f"{fmean(sums['without']):.3f} without, {fmean(sums['known']):.3f} with"
    return [
        Figure(f"{len(hosts())} hosts of the extraction bench, {number} pages: mean body F1", "-", said),
        Figure("  hosts with enough articles for a profile, pages it changes", "-", f"{firm}, {changed}"),
    ]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("names", nargs="*")
    arguments.add_argument("--pages", type=int, default=200, help="pages a site, spread over its addresses")
    arguments.add_argument("--json", type=Path)
    options = arguments.parse_args()
    if not SITES.exists():
        print(f"{SITES} is absent: nothing to measure", file=sys.stderr)
        return 0
    isolate()
    rows: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="profiles-") as folder:
        for name in options.names or sorted(server_module().HOSTS):
            rows += of_site(name, options.pages, Path(folder) / name)
    return 0 if show("Profiles of sites", [*rows, *on_hosts()], options.json, {}) else 1


if __name__ == "__main__":
    sys.exit(main())
