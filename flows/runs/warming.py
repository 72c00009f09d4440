"""What is done before the first page: read a small one, so that everything is loaded and compiled.

Tables, forests, patterns and language models are loaded when they are first needed: a first page took seconds, the
second hundredths of one.
"""

from __future__ import annotations

import ctypes
import gc

from extractors.extract import extract
from extractors.records import Page
from flows.settings import DEFAULT_LANGUAGES
from moderation.language import LanguageJudge
from moderation.moderate import Moderator
from moderation.submissions import submissions_of

SELDOM = (20_000, 20, 20)
"""When a worker looks for garbage: with Python's own thresholds that is a tenth of the CPU of reading a page."""

URL = "https://warm.example/2020/05/le-moulin/"
PROSE = (
    "Le moulin tourne depuis trois siècles au bord de la rivière, et le meunier y vend encore sa farine le samedi. "
    "On y vient de loin, à pied quand il fait beau, pour voir tourner la grande roue et goûter le pain encore chaud. "
)
COMMENT = """<li class="comment" id="comment-{n}">
<div class="comment-author vcard"><cite class="fn">Léa {n}</cite></div>
<div class="comment-meta"><a href="#comment-{n}">3 mars 2020 à 10 h 0{n} min</a></div>
<p>Merci pour cet article, la visite nous a beaucoup plu et nous reviendrons avec les enfants.</p></li>"""
HTML = (
    '<!doctype html><html lang="fr"><head><title>Le moulin</title></head><body class="single single-post"><article>'
    f"<h1>Le moulin</h1><p>{PROSE}</p><h2>La roue</h2><p>{PROSE * 2}</p></article>"
    '<div id="comments"><h3>3 commentaires</h3><ol class="commentlist">'
    + "".join(COMMENT.format(n=n) for n in range(1, 4))
    + "</ol></div></body></html>"
)


def warm_extraction() -> Page:
    """Read the small page, whose record nobody keeps."""
    return extract(HTML, URL)


def warm_judging() -> None:
    """Judge the small page's comments, and load the heavy language detectors, which are asked in doubt only."""
    Moderator(languages=DEFAULT_LANGUAGES).judge_all(submissions_of(warm_extraction(), None))
    LanguageJudge(DEFAULT_LANGUAGES).load()


def settle_before_forking() -> None:
    """Make the memory of this process one that its children can go on sharing.

    A collection in a child would write to every object that it looks at, and so copy it; free memory that is not given
    back would be copied as soon as it is used.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)
    if (give_back := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:  # glibc has it
        give_back(0)
