"""What themes write beside a commenter's name and is no part of it: "Post author", "Admin", "Auteur de l'article"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from extractors.comments.reading.markup import has_letter
from extractors.comments.reading.record import InlineRun

_ARTICLE = r"(?:l['’]\s?)?(?:article|billet|publication|post|message|page|note)"
_PHRASES: Final = (
    r"(?:by )?(?:the )?(?:post|article|page|story|blog|thread|topic|original|comment)[ -]?(?:author|poster|starter)|"
    r"author of (?:the |this )?(?:post|article)|site (?:admin|owner|author)|blog (?:admin|owner)|"
    rf"(?:par |l['’])?(?:auteur|autrice)(?:[/·.]\w*)? (?:de |du |de la ){_ARTICLE}|admin(?:istrateur)? du (?:site|"
    rf"blog)|"
    r"beitrags-?autor(?:in)?|artikel-?autor(?:in)?|autor(?:in)? (?:des beitrags|des artikels)|seitenbetreiber(?:in)?|"
    r"autora? (?:de la (?:entrada|publicaci[oó]n)|del (?:art[ií]culo|post|blog)|do (?:artigo|post|texto))|"
    r"autor[ei]? (?:dell['’]\s?articolo|del post|articolo)|(?:bericht|artikel)-?auteur|auteur van (?:het|dit) bericht|"
    r"inläggsförfattare|innleggsforfatter|indlægsforfatter|forfatter (?:til|av) \w+|artikkelin kirjoittaja|"
    r"autor(?:ka)? (?:wpisu|artykułu|příspěvku|článku|príspevku|articolului|objave|članka)|"
    r"автор (?:записи|поста|статьи|публикації|допису)|bejegyzés szerzője|συντάκτης άρθρου|"
    r"yazının yazarı|yazı yazarı|tác giả bài viết|penulis (?:artikel|pos)|"
    r"投稿作成者|投稿者より|投稿の作成者|記事の著者|文章作者|帖子作者|作者本人|글 작성자|글쓴이|כותב הפוסט|"
    r"مؤلف المقالة|كاتب المقال|نویسنده (?:نوشته|مطلب)"
)
"""Several words, or one that nobody is called: no part of a name wherever they stand."""
_WORDS: Final = (
    r"author|admin(?:istrator)?|moderator|mod|staff|editor|op|host|team|guest|subscriber|member|verified|"
    r"auteure?|autrice|rédact(?:eur|rice|ion)|admin(?:istrateur|istratrice)|modérat(?:eur|rice)|invitée?|membre|"
    r"autor(?:in|a|e|ka)?|verfasser(?:in)?|redaktion|redakteur(?:in)?|administrador(?:a)?|moderador(?:a)?|redacción|"
    r"amministrator[ei]|moderatore|redazione|redação|beheerder|redactie|författare|forfatter|kirjoittaja|redaktor|"
    r"автор|админ(?:истратор)?|модератор|редакция|yazar|yönetici|szerző|συντάκτης|作者|楼主|樓主|管理员|管理者|著者|"
    r"主|작성자|"
    r"관리자|מחבר|כותב|المؤلف|الكاتب|مدير|نویسنده|مدیر"
)
_AROUND: Final = r"[\s()\[\]{}·•|,:;*–—-]*"
_PHRASE_AT_END: Final = re.compile(rf"(?:^|[\s(\[·•|,–—-])(?:{_PHRASES})[)\]]?\s?[:.…]{{0,3}}$", re.IGNORECASE)
_ROLE: Final = re.compile(rf"{_AROUND}(?:{_PHRASES}|{_WORDS}){_AROUND}", re.IGNORECASE)
_IN_BRACKETS: Final = re.compile(rf"[(\[](?:{_PHRASES}|{_WORDS})[)\]]\s?[:.…]{{0,3}}$", re.IGNORECASE)
_EDGES: Final = " \t\n([·•|,–—-"
_MAX_ROLE: Final = 40  # characters


def is_role(text: str) -> bool:
    """Is the text nothing but what somebody is on the site, as themes say it beside names?"""
    return len(text) <= _MAX_ROLE and bool(_ROLE.fullmatch(text.strip()))


def without_role(name: str) -> str:
    """The name without a label that follows it: "Marc Post author", "Marc (admin)". A name that is all label stays."""
    for pattern in (_PHRASE_AT_END, _IN_BRACKETS):
        bare = pattern.sub("", name.strip(), count=1).rstrip(_EDGES)
        if has_letter(bare) and bare != name.rstrip(_EDGES):
            name = bare.strip()
    return name


def without_roles(runs: Sequence[InlineRun]) -> list[InlineRun]:
    """The runs of a name without those that hold nothing but a label; all of them where nothing else is said."""
    kept = [run for run in runs if not is_role(run.text)]
    return kept if any(has_letter(run.text) for run in kept) else list(runs)
