"""The figures of tweets: found, complete, by the twitter-text rules, steady under mangled markup, cheap.

    python benchmarks/tweets.py [--json OUT] [--misses]

Needs ../shared/bench and ../shared/seed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from lxml import etree

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.table import Figure, show
from extractors.errors import PageError
from extractors.extract import extract
from extractors.html import Document, decode
from extractors.records import Tweet, as_json
from extractors.tweets.entities import EntityKind, entities_of, mentions
from extractors.tweets.finds import find_tweets

SHARED = Path(__file__).parents[2] / "shared"
BENCH = SHARED / "bench" / "tweets"
SEED = SHARED / "seed"
SEED_PAGES = ("responsable-e-commerce.html", "responsable-e-commerce.html5.html", "responsable-e-commerce.messy.html")
SEED_FIELDS = ("text", "urls", "hashtags", "mentions", "is_retweet", "retweet_of")
URL = "https://example.org/page"
MANGLINGS = 3  # seeds a kind


def pages() -> dict[str, str]:
    return {
        path.name.removesuffix(".html.gz"): decode(gzip.decompress(path.read_bytes()))
        for path in sorted((BENCH / "html").glob("*.html.gz"))
    }


def scored(found: dict[str, tuple[Tweet, ...]]) -> dict[str, Any]:
    """What the scorer of the evaluation data says."""
    with tempfile.TemporaryDirectory() as folder:
        for name, tweets in found.items():
            (Path(folder) / f"{name}.jsonl").write_bytes(b"".join(as_json(tweet) + b"\n" for tweet in tweets))
        command = [sys.executable, str(BENCH / "score.py"), str(BENCH / "gold"), folder, "--per-page"]
        answer: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return answer


def conformance() -> Iterator[tuple[str, int, int]]:
    """File, cases passed, cases."""
    for name in ("extract.yml", "tlds.yml"):
        tests = yaml.safe_load((BENCH / name).read_text("utf-8"))["tests"]
        cases = [(kind, case) for kind in tests for case in tests[kind]]
        yield name, sum(said(kind, case["text"]) == case["expected"] for kind, case in cases), len(cases)


def said(kind: str, text: str) -> Any:
    """What we find, in the form of the conformance files."""
    entities = entities_of(text)
    spans = {each: [entity for entity in entities.all if entity.kind is each] for each in EntityKind}
    names = list(mentions(text))
    forms: dict[str, Any] = {
        "mentions": [entity.value for entity in names],
        "mentions_with_indices": [{"screen_name": e.value, "indices": [e.start, e.end]} for e in names],
        "mentions_or_lists_with_indices": [
            {"screen_name": e.value, "list_slug": e.list_slug, "indices": [e.start, e.end]} for e in names
        ],
        "replies": entities.reply_to,
        "hashtags": list(entities.hashtags),
        "hashtags_from_astral": list(entities.hashtags),
        "hashtags_with_indices": [{"hashtag": e.value, "indices": [e.start, e.end]} for e in spans[EntityKind.HASHTAG]],
        "cashtags": list(entities.cashtags),
        "cashtags_with_indices": [{"cashtag": e.value, "indices": [e.start, e.end]} for e in spans[EntityKind.CASHTAG]],
    }
    links = [{"url": e.value, "indices": [e.start, e.end]} for e in spans[EntityKind.URL]]
    return forms.get(kind, links if "with_" in kind and kind != "tco_urls_with_params" else list(entities.urls))


def seed_tweets_right() -> int:
    expected = json.loads((SEED / "expected.json").read_text("utf-8"))["tweets"]
    right = 0
    for name in SEED_PAGES:
        tweets = find_tweets(Document(decode((SEED / name).read_bytes()), URL)).tweets
        if len(tweets) == len(expected):
            right += sum(
                all(_plain(getattr(tweet, key)) == want[key] for key in SEED_FIELDS)
                for tweet, want in zip(tweets, expected, strict=True)
            )
    return right


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def without_some_ends(html: str, dice: random.Random) -> str:
    """One closing tag in fifty lost, of the elements whose loss a browser survives."""
    return re.sub(
        r"</(?:p|li|div|span|td|tr|ul)\s*>", lambda tag: "" if dice.random() < 0.02 else tag[0], html, flags=re.I
    )


def shuffled_attributes(html: str, dice: random.Random) -> str:
    def shuffle(tag: re.Match[str]) -> str:
        attributes = re.findall(r"""[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*')""", tag[2])
        if re.sub(r"""[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*')|\s""", "", tag[2]):
            return tag[0]  # bare or broken attributes: left alone
        dice.shuffle(attributes)
        return f"<{tag[1]} {' '.join(attributes)}>"

    return re.sub(r"""<(a|p|li|ul|div|span|blockquote|td|time)\s+((?:[^<>"']|"[^"]*"|'[^']*')+)>""", shuffle, html)


def renamed_classes(html: str, dice: random.Random) -> str:
    """Every class outside the places of tweets, and outside what holds them, renamed."""
    document = Document(html, URL)
    nodes = find_tweets(document).nodes
    spared = {part for node in nodes for part in (*node.iter(), *node.iterancestors())}
    for number, element in enumerate(document.tree.iter()):
        if isinstance(element.tag, str) and element not in spared and element.get("class"):
            element.set("class", f"k{dice.randrange(10**6)}-{number}")
    return etree.tostring(document.tree, method="html", encoding="unicode")


def nameless(html: str) -> str:
    """Every class and id of the page renamed: what is left is what any unknown plugin or theme offers."""
    document = Document(html, URL)
    for element in document.tree.iter():
        if isinstance(element.tag, str):
            for name in ("class", "id"):
                if value := element.get(name):
                    element.set(name, " ".join(f"k{zlib.crc32(word.encode()):x}" for word in value.split()))
    return etree.tostring(document.tree, method="html", encoding="unicode")


MANGLERS: dict[str, Callable[[str, random.Random], str]] = {
    "closing tags lost (1 in 50)": without_some_ends,
    "attributes shuffled": shuffled_attributes,
    "classes elsewhere renamed": renamed_classes,
}


def same_after(mangle: Callable[[str, random.Random], str], sources: dict[str, str]) -> tuple[int, int]:
    """How many records stay the same of how many, the order included."""
    same = total = 0
    for name, html in sources.items():
        before = find_tweets(Document(html, URL)).tweets
        for seed in range(MANGLINGS if before else 1):
            after = find_tweets(Document(mangle(html, random.Random(f"{name}{seed}")), URL)).tweets
            kept = list(after)
            for tweet in before:
                if tweet in kept:
                    kept.remove(tweet)
                    same += 1
            total += max(len(before), len(after))
    return same, total


def share_of_extraction(sources: dict[str, str]) -> float:
    """Time of tweets / time of the whole extraction of the same pages, each run once in turn."""
    whole = ours = 0.0
    for html in sources.values():
        document = Document(html, URL)
        start = time.perf_counter()
        find_tweets(document)
        middle = time.perf_counter()
        try:
            extract(html, URL)
        except PageError:
            continue
        whole += time.perf_counter() - middle
        ours += middle - start
    return ours / whole


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--misses", action="store_true", help="name the pages with missed or false tweets")
    options = parser.parse_args()
    if not BENCH.exists():
        print(f"needs {BENCH}", file=sys.stderr)
        return 2
    sources = pages()
    score = scored({name: find_tweets(Document(html, URL)).tweets for name, html in sources.items()})
    figures = [Figure("tweets, F1", ">= .985", str(score["F1"]), score["F1"] >= 0.985)]
    figures.append(Figure("pages with every tweet and none false", "", str(score["page_perfect"])))
    for key, value in score["on_hits"].items():
        holds = value >= 0.99 if key in ("handle", "id", "urls", "hashtags", "mentions") else None
        figures.append(Figure(f"{key}, on hits", ">= .99" if holds is not None else "", str(value), holds))
    false = score["false_tweets_per_free_page"]
    figures.append(Figure("false tweets a tweet-free page", "0", str(false), false == 0))
    for name, passed, cases in conformance():
        figures.append(Figure(f"twitter-text, {name}", f"{cases}/{cases}", f"{passed}/{cases}", passed == cases))
    right = seed_tweets_right()
    figures.append(
        Figure("seed page, three renditions: tweets right in every field", "60/60", f"{right}/60", right == 60)
    )
    blind = scored({name: find_tweets(Document(nameless(html), URL)).tweets for name, html in sources.items()})
    figures.append(Figure("tweets, F1, with every class and id of the page renamed", "", str(blind["F1"])))
    for what, mangle in MANGLERS.items():
        same, total = same_after(mangle, sources)
        figures.append(Figure(f"same records, {what}", ">= .99", f"{same / total:.4f}", same >= 0.99 * total))
    share = share_of_extraction(sources)
    figures.append(Figure("share of the time of extraction", "<= .25 with comments", f"{share:.3f}", share <= 0.25))
    show("Tweets", figures, options.json, {"score": score})
    if options.misses:
        for name, (gold, found, hits) in score["by_page"].items():
            if not gold == found == hits:
                print(f"  {name}: {hits} of {gold} found, {found - hits} false")
    return 0


if __name__ == "__main__":
    sys.exit(main())
