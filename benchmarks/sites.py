"""Whole sites: the packed archives of ../shared/bench/sites, each crawled by the nightly flow from its home page.

    python benchmarks/sites.py [NAME...] [--limit 200] [--misses N] [--peer CHECKOUT] [--keep FOLDER] [--json OUT]

Compared with the truth of every page: rows of `articles` that are none, articles found, comments on them, comments on
other pages, articles twice. --peer crawls the same sites with another checkout of Tamis and compares the CPU time.
Copies of one post (?replytocom=, ?p=) are one article of the truth. Everything runs with loopback only.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import lzma
import os
import re
import resource
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.isolation import isolate
from benchmarks.table import Figure, show
from extractors.errors import PageError
from extractors.extract import extract
from extractors.records import PageKind

ROOT = Path(__file__).parents[1]
BENCH = ROOT / ".." / "shared" / "bench"
SITES = BENCH / "sites"
SAME = 0.8  # share of words in common from which two comments are the same one
_CANONICAL = re.compile(r"""<link[^>]+rel=["']canonical["'][^>]*href=["']([^"']+)["']""", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)


def server_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sites_serve", SITES / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(kw_only=True)
class TruePage:
    """One HTML file of an archive: what it is, and which article it shows if it shows one."""

    path: str
    kind: str
    comments: list[dict[str, Any]]
    article: str | None = None


@dataclass(kw_only=True)
class Score:
    """What one crawl of one site came to."""

    site: str
    pages: int = 0
    cpu: float = 0.0
    rows: int = 0  # live articles
    wrong: list[str] = field(default_factory=list)  # addresses of rows that are no articles
    articles: int = 0  # of the truth, among the pages that were fetched
    found: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    false_comments: int = 0  # on pages that are no articles
    comments: int = 0  # of the truth, on articles that were fetched
    stored: int = 0
    matched: int = 0
    missed: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    all_articles: int = 0


class Archive:
    """An unpacked site and the truth of its files."""

    def __init__(self, name: str, folder: Path, serve: ModuleType) -> None:
        self.name, self.host = name, serve.HOSTS[name]
        self.root = Path(os.path.realpath(serve.unpack(name, str(folder))))
        with lzma.open(SITES / f"{name}.truth.jsonl.xz", "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        self.pages: dict[str, TruePage] = {}
        for row in rows:
            if (file := self.file(*split(row["path"]))) is not None:
                self.pages[file] = TruePage(path=row["path"], kind=row["kind"], comments=row["comments"])
        self._name_articles()

    def file(self, path: str, query: str) -> str | None:
        """The file that answers an address, relative to the root: the server's own rule."""
        asked = os.path.realpath(self.root / unquote(path).lstrip("/"))
        stem = os.path.join(asked, "index.html") if os.path.isdir(asked) else asked
        names = (f"{stem}?{query}.html", f"{stem}?{query}") if query else ()
        file = next((name for name in names if os.path.isfile(name)), asked)
        if os.path.isdir(file):
            inside = (os.path.join(file, name) for name in ("index.html", "index.xml", "index.htm"))
            file = next((name for name in inside if os.path.isfile(name)), file)
        if not os.path.exists(file) and os.path.isfile(file + ".html"):
            file += ".html"
        return os.path.relpath(file, self.root) if os.path.isfile(file) else None

    def _name_articles(self) -> None:
        """Copies of a post are one article: by its canonical link, else its address without a query, else its title."""
        by_title: dict[str, str] = {}
        own = [(file, page) for file, page in self.pages.items() if page.kind == "article"]
        for file, page in sorted(own, key=lambda pair: "?" in pair[1].path):
            html = (self.root / file).read_bytes().decode("utf-8", "replace")
            title = " ".join((m.group(1) if (m := _TITLE.search(html)) else "").split())
            stated = _CANONICAL.search(html)
            path, query = split(page.path)
            link = urlsplit(urljoin(f"http://{self.host}{page.path}", stated.group(1))) if stated else None
            target = self.file(link.path, link.query) if link else None
            if target in self.pages and self.pages[target].kind == "article":
                page.article = target
            elif "replytocom" in query:
                page.article = self.file(path, "") or file
            else:
                page.article = by_title.get(title, file) if query and title else file
            by_title.setdefault(title, page.article)


def split(path: str) -> tuple[str, str]:
    """Path and query of a truth row, whose query ends with the .html that wget added."""
    where, _, query = path.partition("?")
    return where, query


def crawl(checkout: Path, folder: Path, address: str, limit: int | None) -> tuple[sqlite3.Connection, float]:
    """The database of one crawl from the home page, and the CPU seconds it took."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "tamis.toml"
    config.write_text(
        "page_seconds = 300\n"  # a busy machine takes its time: that is not what is measured here
        f'[sites.bench]\nurls = ["{address}/"]\nfollow_links = true\nlocal = true\npace = 0\nconcurrency = 4\n',
        "utf-8",
    )
    command = [sys.executable, "-m", "flows.cli", "run", "--direct", "--json", "--config", str(config)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*command, *(("--limit", str(limit)) if limit else ())],
        cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 3):
        sys.exit(f"tamis run failed with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    db = sqlite3.connect(folder / "tamis.sqlite")
    db.row_factory = sqlite3.Row
    return db, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def alike(one: Counter[str], other: Counter[str]) -> float:
    """Dice's coefficient of two bags of words; two texts without a word are alike."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0


def matched(stored: list[sqlite3.Row], true: list[dict[str, Any]]) -> tuple[int, list[str]]:
    """How many of the true comments are stored, each stored one used once; and those that are not."""
    left = [(words(row["body"]), words(row["author"] or ""), row) for row in stored]
    hits, missed = 0, []
    for comment in true:
        body, author = words(comment["body"] or ""), words(comment["author"] or "")
        best = max(left, key=lambda item: (alike(item[0], body), alike(item[1], author)), default=None)
        if best is not None and alike(best[0], body) >= SAME:
            hits += 1
            left.remove(best)
        else:
            missed.append(f"{comment['author']}: {' '.join((comment['body'] or '').split())[:80]}")
    missed += [f"  stored besides: {row['author']}: {' '.join(row['body'].split())[:80]}" for _, _, row in left]
    return hits, missed


LIVE = "a.gone_at IS NULL"


def score(archive: Archive, db: sqlite3.Connection, cpu: float) -> Score:
    """The crawl's database against the truth."""
    found = Score(site=archive.name, cpu=cpu)

    def page_of(url: str) -> tuple[str, TruePage | None]:
        parts = urlsplit(url)
        file = archive.file(parts.path, parts.query)
        return file or "", archive.pages.get(file or "")

    seen: set[str] = set()
    kind = "kind" if "kind" in columns_of(db, "pages") else "NULL AS kind"  # an older checkout has none
    for row in db.execute(f"SELECT url, {kind}, state FROM pages WHERE last_fetched IS NOT NULL"):
        found.pages += 1
        _, page = page_of(row["url"])
        if page is not None and page.article:
            seen.add(page.article)
        found.kinds[f"{page.kind if page else 'not HTML'} as {row['kind'] or row['state']}"] += 1
    truth: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for page in archive.pages.values():
        if page.article and len(page.comments) >= len(truth[page.article]):
            truth[page.article] = page.comments
    found.all_articles, found.articles = len(truth), len(seen)
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row in db.execute(f"SELECT a.id, a.url FROM articles a WHERE {live_rows(db)}"):
        found.rows += 1
        _, page = page_of(row["url"])
        if page is None or page.article is None:
            found.wrong.append(row["url"])
            found.false_comments += comments_of(db, [row["id"]]).__len__()
        else:
            rows_of[page.article].append(row["id"])
            if len(rows_of[page.article]) > 1:
                found.doubled.append(row["url"])
    found.found = sum(article in rows_of for article in seen)
    found.lost = sorted(archive.pages[article].path for article in seen if article not in rows_of)
    for article in seen:
        stored = comments_of(db, rows_of.get(article, []))
        hits, missed = matched(stored, truth[article])
        found.comments += len(truth[article])
        found.stored += len(stored)
        found.matched += hits
        if missed:
            found.missed.append(f"{archive.pages[article].path}: {len(stored)} stored, {len(truth[article])} true")
            found.missed += [f"    {line}" for line in missed]
    return found


def columns_of(db: sqlite3.Connection, table: str) -> set[str]:
    return {row["name"] for row in db.execute(f"PRAGMA table_info({table})")}


def live_rows(db: sqlite3.Connection) -> str:
    """What makes a row of `articles` one that analysts see, in the schema of that checkout."""
    columns = columns_of(db, "articles")
    return " AND ".join([LIVE, *(f"a.{name} IS NULL" for name in ("withdrawn_at",) if name in columns)])


def comments_of(db: sqlite3.Connection, articles: list[int]) -> list[sqlite3.Row]:
    marks = ",".join("?" * len(articles))
    query = (
        f"SELECT author, body FROM comments WHERE removed_at IS NULL AND kind != 'removed' AND article_id IN ({marks})"
    )
    return db.execute(query, articles).fetchall()


def share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def figures(scores: list[Score], title: str) -> list[Figure]:
    rows, wrong = sum(s.rows for s in scores), sum(len(s.wrong) for s in scores)
    worst = max((share(len(s.wrong), s.rows) for s in scores if s.rows), default=0.0)
    articles, got = sum(s.articles for s in scores), sum(s.found for s in scores)
    comments, stored = sum(s.comments for s in scores), sum(s.stored for s in scores)
    hits, false = sum(s.matched for s in scores), sum(s.false_comments for s in scores)
    doubled = sum(len(s.doubled) for s in scores)
    rows_told = f"{wrong} of {rows} ({share(wrong, rows):.1%})"
    recall, precision = share(hits, comments), share(hits, stored)
    return [
        Figure(f"{title}: pages fetched", "-", f"{sum(s.pages for s in scores):,}"),
        Figure("  no articles among the rows of articles", "<= 2 %", rows_told, wrong <= 0.02 * rows),
        Figure("  the same on the worst site", "<= 5 %", f"{worst:.1%}", worst <= 0.05),
        Figure("  articles found, of those fetched", ">= 98 %", f"{got} of {articles}", got >= 0.98 * articles),
        Figure(
            "  articles of the archives that were fetched", "-", f"{articles} of {sum(s.all_articles for s in scores)}"
        ),
        Figure("  comments on pages that are no articles", "0", f"{false}", false == 0),
        Figure("  comments on articles, recall", ">= .995", f"{recall:.4f} of {comments}", recall >= 0.995),
        Figure("  comments on articles, precision", ">= .995", f"{precision:.4f} of {stored}", precision >= 0.995),
        Figure("  articles twice", "0", f"{doubled}", doubled == 0),
    ]


def per_site(scores: list[Score]) -> list[Figure]:
    return [
        Figure(
            f"  {s.site}",
            "-",
            f"{len(s.wrong)} wrong of {s.rows} rows, found {s.found} of {s.articles}, comments {s.matched} of "
            f"{s.comments} with {s.stored} stored and {s.false_comments} false, twice {len(s.doubled)}, "
            f"{1000 * s.cpu / max(1, s.pages):.0f} ms a page",
        )
        for s in scores
    ]


def never_lists() -> Figure:
    """Articles of the extraction bench that are called something else."""
    total, called = 0, Counter[str]()
    for path in sorted((BENCH / "extraction" / "data").glob("*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if not row["gold"].get("text"):
                    continue
                try:
                    kind = extract(row["html"], row["url"]).page_kind
                except PageError:
                    continue
                total += 1
                if kind is not PageKind.ARTICLE:
                    called[kind] += 1
    told = ", ".join(f"{number} {kind}" for kind, number in called.most_common()) or "none"
    return Figure(
        f"{total} articles of the extraction bench called lists",
        "<= 1 %",
        f"{share(called[PageKind.LIST], total):.2%} ({told})",
        called[PageKind.LIST] <= 0.01 * total,
    )


def run(names: list[str], checkout: Path, limit: int | None, keep: Path | None) -> list[Score]:
    serve = server_module()
    scores = []
    with tempfile.TemporaryDirectory(prefix="sites-") as temporary:
        for name in names:
            archive = Archive(name, Path(temporary) / name, serve)
            with socket.socket() as free:  # the server writes its port into every page: it must know it beforehand
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            server = serve.server(str(archive.root), port, archive.host)
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            try:
                folder = (keep or Path(temporary) / "runs") / f"{name}-{limit or 'whole'}"
                db, cpu = crawl(checkout, folder, f"http://127.0.0.1:{port}", limit)
                scores.append(score(archive, db, cpu))
                db.close()
            finally:
                server.shutdown()
                server.server_close()
            print(per_site(scores)[-1].reached.join((f"{name}: ", "")), file=sys.stderr, flush=True)
    return scores


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("names", nargs="*")
    arguments.add_argument("--limit", type=int, help="pages a site; without it the whole site and then 200")
    arguments.add_argument("--misses", type=int, default=0, help="print so many faults of each kind a site")
    arguments.add_argument("--peer", type=Path, help="another checkout of Tamis, to compare the CPU time with")
    arguments.add_argument("--keep", type=Path, help="keep the databases in this folder")
    arguments.add_argument("--no-articles", action="store_true", help="leave out the articles of the extraction bench")
    arguments.add_argument("--json", type=Path)
    options = arguments.parse_args()
    if not SITES.exists():
        print(f"{SITES} is absent: nothing to measure", file=sys.stderr)
        return 0
    isolate()
    names = options.names or sorted(server_module().HOSTS)
    rows, every = [], []
    for limit in [options.limit] if options.limit else [None, 200]:
        scores = run(names, ROOT, limit, options.keep)
        every += scores
        rows += [*figures(scores, f"{limit} pages a site" if limit else "whole sites"), *per_site(scores)]
        if options.peer is not None:
            theirs = run(names, options.peer.resolve(), limit, None)
            ours = sum(s.cpu for s in scores) / sum(s.pages for s in scores)
            ratio = ours / (sum(s.cpu for s in theirs) / sum(s.pages for s in theirs))
            rows.append(Figure("  CPU a page, of the peer's", "<= 1.15", f"{ratio:.2f}", ratio <= 1.15))
        for found in scores if options.misses else ():
            print(f"{found.site}: {dict(found.kinds.most_common())}")
            for what in ("wrong", "lost", "doubled", "missed"):
                for line in getattr(found, what)[: options.misses]:
                    print(f"  {what}: {line}")
    if not options.no_articles:
        rows.append(never_lists())
    holds = show("Whole sites", rows, options.json, {"sites": [s.site for s in every]})
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
