"""Train the shipped model: `python -m moderation.classifier.train DATA [--version V]`, in a checkout of the sources.

DATA is a folder with labelled comments in JSONL (.gz): `spam*.jsonl*` with the fields of `tamis moderate` and `source`
and `label` (spam or ham); optionally `articles*.jsonl*` (site, page, title, text) and `lang*.jsonl*` (source, text,
lang, cls), whose running texts teach the wording what languages are like. `written.jsonl` beside this file holds
comments that we wrote ourselves. The same data give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from moderation import wordstats
from moderation.classifier.card import left_out_tables, provenance_table
from moderation.classifier.left_out import figures, left_out
from moderation.classifier.model import write_model
from moderation.classifier.training import (
    WRITTEN,
    Example,
    Settings,
    assembled,
    comments_of,
    fit_letters,
    fit_signals,
    left_out_log_odds,
    prepare,
)
from moderation.host_names import HostNames
from moderation.submissions import submission_from_json

VERSION = "2026.11-5"
_RUNNING_TEXT = frozenset({"wiki17", "lingua-sentences"})
_GUESSED = frozenset({"en", "fr", "de", "ru"})
_SURE = 80  # characters; the guesses on shorter texts are coarse
_WRITTEN_IN = 2026
_ENGLISH = frozenset({"blog_jt", "youtube"})  # sources that mix languages, nearly all of it English


def _rows(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob(f"{name}*.jsonl*")):
        opener: Any = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as file:
            yield from (json.loads(line) for line in file if line.strip())


def examples(folder: Path) -> list[Example]:
    """The labelled comments of a data folder, with their articles, those that we wrote, then the running texts."""
    articles = {(row["site"], row["page"]): row for row in _rows(folder, "articles")}
    found = []
    names: defaultdict[str, HostNames] = defaultdict(HostNames)  # a night sees the comments of its own site
    for row in _rows(folder, "spam"):
        article = articles.get((row["site"], row["page"]), {})
        submission = submission_from_json(
            {
                **{name: row.get(name) or None for name in ("author", "author_url", "links", "site", "page")},
                "id": row["id"],
                "text": row["text"],
                "article_language": row["lang"] or ("en" if row["source"] in _ENGLISH else None),
                "kind": "comment" if row["kind"] == "comment_paragraph" else row["kind"],
                "article_title": article.get("title"),
                "article_text": article.get("text"),
            }
        )
        names[row["source"]].see(submission)
        found.append(
            Example(
                submission=submission,
                is_spam=row["label"] == "spam",
                source=row["source"],
                language=_language(row),
                year=row.get("year") or None,
            )
        )
    found = [
        replace(one, submission=replace(one.submission, host_names=names[one.source].names(one.submission)))
        for one in found
    ]
    found += written()
    for row in _rows(folder, "lang"):
        if row["source"] in _RUNNING_TEXT and row["cls"] != "1-3":
            submission = submission_from_json({"id": row["id"], "text": row["text"]})
            found.append(
                Example(submission=submission, is_spam=False, source="lang", only_wording=True, language=row["lang"])
            )
    return found


def written() -> list[Example]:
    """Offers of the 2020s, and readers who speak of the same things, in our own words: collections hardly have them."""
    return [
        Example(
            submission=submission_from_json({**row, "article_language": row["lang"]}),
            is_spam=row["label"] == "spam",
            source=WRITTEN,
            language=row["lang"],
            year=_WRITTEN_IN,
        )
        for row in _rows(Path(__file__).parent, "written")
    ]


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """(language, text) of everything that readers and writers wrote: what the word statistics are counted on."""
    for row in _rows(folder, "lang"):
        if row["lang"] != "und":
            yield row["lang"], row["text"]
    spoken: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in _rows(folder, "spam"):
        language = _language(row)
        if row["label"] == "ham" and language:
            spoken[row["site"]][language] += 1
            yield language, row["text"]
    for row in _rows(folder, "articles"):
        languages = spoken[row["site"]]
        if languages:
            yield max(sorted(languages), key=languages.__getitem__), row["text"]


def _language(row: dict[str, Any]) -> str:
    """The language of a comment: the site's, unless a long comment was guessed to be in another one."""
    if len(row["text"]) > _SURE and row.get("textlang") in _GUESSED:
        return str(row["textlang"])
    return row["lang"] or ("en" if row["source"] in _ENGLISH else "")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Train the shipped spam model.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--version", default=VERSION)
    options = parser.parse_args(arguments)
    data = Path(__file__).parents[1] / "data"
    # first: the signals of every example look words up in it
    (data / "words.stats").write_bytes(wordstats.count(texts(options.data)))
    wordstats.word_statistics.cache_clear()
    prepared = prepare(examples(options.data))
    counted = Counter((example.source, "spam" if example.is_spam else "ham") for example in prepared.examples)
    provenance: dict[str, Any] = {
        "rows": {f"{source}/{label}": number for (source, label), number in sorted(counted.items())},
        "settings": {name: getattr(Settings(), name) for name in Settings.__dataclass_fields__},
    }
    rows, settings = np.arange(len(prepared.examples)), Settings()
    letters = left_out_log_odds(prepared, rows, settings)
    fit = fit_signals(prepared, comments_of(prepared, rows), letters, settings)
    model = assembled(prepared, fit_letters(prepared, rows, settings), fit, options.version, provenance)
    provenance["left_out"] = figures(prepared, left_out(prepared, letters, settings, model))
    trained = replace(model, provenance=provenance)
    (data / "spam.model").write_bytes(write_model(trained))
    sys.stdout.write(f"{provenance_table(trained)}\n\n{left_out_tables(trained)}\n")


if __name__ == "__main__":
    main()
