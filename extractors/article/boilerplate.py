"""Short lines within and behind an article that are a site's and not the article's, told by their words alone."""

from __future__ import annotations

import re

MAX_LINE = 220
"""Characters; longer blocks are text."""

_COUNTED = (
    r"views?|reads?|shares?|likes?|comments?|claps?|vues?|lectures?|commentaires?|affichages?|aufrufe|kommentare?|"
    r"zugriffe|"
    r"visitas|lecturas|visualiza\w+|comentarios|wyświetle\w*|odsłon\w*|просмотр\w*|комментари\w*|переглядів|"
    r"görüntülenme|"
    r"lượt xem|閲覧数?|阅读量?|閱讀|浏览量?|瀏覽|评论|조회수?|댓글"
)
_COUNTS = re.compile(
    rf"\W*(?:(?:\d[\d.,\u00a0 ]{{0,10}}[km]?\+? ?(?:{_COUNTED})|"
    rf"(?:{_COUNTED}) ?[:：]? ?\d[\d.,\u00a0 ]{{0,10}})[\s·•|,]*)+",
    re.IGNORECASE,
)
_RESERVED = (
    r"(?:all rights reserved|alle rechte vorbehalten|tous droits réservés|(?:todos los )?derechos reservados|"
    r"tutti i diritti riservati|(?:todos os )?direitos reservados|все права защищены|wszelkie prawa zastrzeżone|"
    r"tüm hakları saklıdır|جميع الحقوق محفوظة|無断転載|版权所有|版權所有|무단\s?전재)"
)
# A notice opens with its sign, a year and who holds the rights, or stands apart; prose that speaks of rights does not.
_RIGHTS = re.compile(
    r"\W{0,3}(?:(?:©|ⓒ|\(c\))[\s©]*\d{4}|저작권자|"
    r"copyright[\s©]*\d{4}(?:\s?[-–]\s?\d{4})?(?=\W*$|\s?[,.|·–—©]|\s+by\b|\s+(?-i:[^\W\d_a-z])))|"
    rf"(?:.{{0,120}}[.,|·•©–—-]\s?|\W{{0,3}}){_RESERVED}(?=\W*$|\s?[.,;|·•©–—(-]|\s+by\b)",
    re.IGNORECASE,
)
_PAYWALL = re.compile(
    r"\W{0,3}(?:(?:this|the rest of this|the full) (?:article|story|content|post|report) is (?:only |exclusively )?"
    r"(?:for|available (?:only )?to|reserved for|exclusive to)\b.{0,60}(?:subscribers|members)|"
    r"(?:subscribe|sign up|log ?in|register)(?: now| today)? to (?:read|continue|unlock|keep reading|view the rest)"
    r"[^:;]{0,80}$|"
    r"already a (?:paid )?(?:subscriber|member)\b|(?:you have|you['’]ve) (?:reached your|"
    r"read your) .{0,20}(?:limit|free)|"
    r"(?:cet )?article (?:est )?réservé (?:aux|à nos) abonné|(?:la )?suite (?:de cet article )?(?:est )?réservée|"
    r"il vous reste .{1,20} de cet article|déjà abonné|cet article est réservé|"
    r"(?:jetzt |hier )?weiterlesen (?:mit|für)|(?:dieser|der vollständige) (?:artikel|text|beitrag|"
    r"inhalt) ist (?:nur |exklusiv )?für|"
    r"(?:contenido|artículo|noticia) (?:exclusiv[oa]|solo|reservad[oa]) para (?:los )?(?:suscriptores|socios|"
    r"abonados)|"
    r"(?:contenuto|articolo) (?:è )?(?:riservato|esclusivo) (?:agli|per gli) abbonati|"
    r"(?:dit artikel|deze inhoud) is (?:alleen|exclusief) voor (?:abonnees|leden)|conteúdo exclusivo para assinantes|"
    r"(?:この記事は)?(?:有料)?会員限定)",
    re.IGNORECASE,
)
_MAILED = re.compile(
    r"\W{0,3}(?:you(?:['’]re| are) receiving this (?:e-?mail|newsletter|message)|(?:click here to )?unsubscribe\W*$|"
    r"vous recevez (?:ce|cet) (?:e-?mail|courriel|message)|sie erhalten diese (?:e-?mail|nachricht))",
    re.IGNORECASE,
)
_EDITED_BY = re.compile(
    r"[（(【\[]?\s?(?:责编|责任编辑|責任編輯|编辑|編輯|校对|审核|校對|편집)\s?[:：／/].{1,40}", re.IGNORECASE
)
_SOURCE = re.compile(r"SOURCE:? \S.{1,100}|#{2,5}|-{0,3} ?(?:ends?|END(?:S|E)?|-30-) ?-{0,3}")


def is_boilerplate(text: str) -> bool:
    """Whether a block is a count of readers, a notice of rights, the wall before a paid text, or a desk's note."""
    if len(text) > MAX_LINE:
        return False
    return bool(
        _COUNTS.fullmatch(text)
        or _RIGHTS.match(text)
        or _PAYWALL.match(text)
        or _MAILED.match(text)
        or _EDITED_BY.fullmatch(text)
        or _SOURCE.fullmatch(text)
    )
