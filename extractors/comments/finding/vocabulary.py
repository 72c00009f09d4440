"""What comment threads are called, in class names and in words of a dozen languages."""

from __future__ import annotations

import re
from typing import Final

_COMMENT = (
    r"comm?ent(?:s|i|o|arios?|ari|aires?|ar|arer|aire|ator|er)?|kommentare?n?|komentar[^\W\d_]*|kommentti[^\W\d_]*|"
    r"komment[^\W\d_]*|"
    r"yorum[^\W\d_]*"
    r"|reacties?|reactions?|reponses?|réponses?|responses?|respuestas?|risposte?|respostas?|odpowied[^\W\d_]*|"
    r"otzyv[^\W\d_]*|"
    r"koment[^\W\d_]*"
    r"|repl(?:y|ies)|discussion|opinion(?:es|i)?|opinie?|avis|antworten|beitr(?:ae|ä)ge?|thoughts?|talkback[^\W\d_]*|"
    r"réflexions?|pensées?|gedanken?|pensamientos?|pensieri|pensiero|gedachten?|tankar?|pensamentos?|myśl[^\W\d_]*|"
    r"comentarii|hozzászólás[^\W\d_]*|megjegyzés[^\W\d_]*|tanggapan|balasan|bình luận|phản hồi|комментари[^\W\d_]*|"
    r"коментар[^\W\d_]*|отзыв[^\W\d_]*|"
    r"ответ(?:а|ов|ы)?|мнени[йея]|відповід[^\W\d_]*|σχόλι[^\W\d_]*|(?:ال)?تعليق(?:ات|ا|ًا|اً)?|(?:ال)?ردود|آراء|"
    r"دیدگاه(?:\u200c?ها)?|نظر(?:ات)?|"
    r"کامنت|ה?תגוב(?:ות|ה)|टिप्पणि(?:याँ|यां|यों)|टिप्पणी|ความคิดเห็น|ความเห็น"
)
_UNSPACED = r"コメント|フィードバック|返信|评论|評論|留言|回复|回覆|回应|回應|想法|댓글|덧글|의견"
"""Words of languages that set none apart."""
NAMES_THREAD: Final = re.compile(
    r"comment|komment|koment|comentari|commenti\b|reactie|reakti|reactions?\b|r[eé]ponses\b|respuesta|rispost|"
    r"respost|yorum|odpowied|"
    r"discussion|dsq-|disqus|talkback|guestbook|gästebuch|gaestebuch|livre-?d-?or|webmention|pingback|trackback|"
    r"c(?<=\bc)(?:mt|oms?\b(?![-_](?:content|tags|users|contact|finder|media)))|coms?#|avis\b|responses\b|replies\b"
)
"""Searched in lower-cased class names and ids of records and of what stands around them. Each alternative begins with
a letter, here and below: `\\b` first would make a search three times as dear."""

NAMES_FORUM: Final = re.compile(
    r"p(?<=\bp)osts?\b|postbit|postbody|message|forum|topic|thread|r(?<=\br)eply\b|feedback|testimon|review"
)
"""Names of forum messages: too common to prove anything about a single element."""

NAMES_STRONG: Final = re.compile(
    r"(?:^|[^a-z])(?:li|div|dsq|post|user|the|single|item|p|my|read|reader|blog|entry|article|realcom|news)?"
    r"(?:comment(?!s?[-_]?(?:list|form|wrap\w{0,20}s|area|section|container|count|link|nav|respond|reply|meta|author|"
    r"date|info|head|foot|title|poster|by\b))|"
    r"kommentar(?!e)|komentar|comentario(?!s)|commento|commentaire(?!s)|reactie(?!s)|yorum|cmt|com\b)"
)
"""A name for one comment, not for the list, the form, or a part of a comment."""

NAMES_ASIDE: Final = re.compile(
    r"sidebar|widget|recent|latest|popular|related|teaser|most[-_]|top[-_]comments|footer|navig|menu|breadcrumb|"
    r"promo|"
    r"sponsor|advert|a(?<=\ba)ds?\b|carousel|slider|ticker|similar|recommend|derniers|neueste|letzte|ultimos|"
    r"blogroll|archive"
)
NAMES_FORM: Final = re.compile(
    r"r(?<=\br)espond\b|comment[-_]?form|reply[-_]?form|commentrespond|new[-_]?comment|add[-_]?comment|"
    r"comment[-_]?add|"
    r"post[-_]?comment\b"
)

NUMBER_OF_COMMENTS: Final = re.compile(
    r"(?:(?<![\d.,/:#-])(?P<n>\d{1,3}(?:[.,\s\u00a0\u202f]\d{3}){1,4}|\d{1,6})"
    r"|^\W*(?P<word>one|une?|uno|una|um|uma|eine?|één|en|ett|no|keine?|aucune?|sin|nessun|geen|nenhum|inga?|ingen|"
    r"один|одна|нет|немає|jeden|jedna|brak|żadnych|žádn[éýy]|bir|egy|ένα|hiç|nincs|niciun|um|لا توجد|بدون|אין|ไม่มี|"
    r"chưa có|belum ada))"
    r"\s*+(?:\w{1,40}+\s++)?(?:" + _COMMENT + r"|messages?)(?![^\W\d_])",
    re.IGNORECASE,
)
"""'16 commentaires', 'One Response to', '3 thoughts on'."""

COMMENTS_OF_NUMBER: Final = re.compile(
    r"(?<![^\W\d_])(?:" + _COMMENT + r")\s*+[:：(（\[|-]?\s*+(?P<n>\d{1,6})(?![\d/.:])", re.IGNORECASE
)
"""'Commentaires (16)', 'Kommentare: 3'."""

NUMBER_OF_COMMENTS_UNSPACED: Final = re.compile(
    rf"(?<![\d.,/:#-])(?P<n>\d[\d,]{{0,8}})\s?(?:件|条|條|个|個|則|则|篇|개)?(?:の|의)?\s?(?:新)?(?:{_UNSPACED})"
)
"""'3件のコメント', '3条评论', '3개의 댓글'."""
COMMENTS_OF_NUMBER_UNSPACED: Final = re.compile(
    rf"(?:{_UNSPACED})(?:一覧|数|數|列表|\s?수)?\s?[:：(（\[【|]?\s?(?P<n>\d[\d,]{{0,8}})(?![\d/.:：年月日时時])"
)
"""'コメント（3）', '评论 (4)', '댓글 3개'."""

COMMENT_WORD: Final = re.compile(
    r"(?<![^\W\d_])(?:" + _COMMENT + rf"|messages?)(?![^\W\d_])|{_UNSPACED}", re.IGNORECASE
)

NUMBER_WORDS: Final = dict.fromkeys(
    "one un une uno una um uma ein eine één en ett один одна jeden jedna bir egy ένα".split(), 1
) | dict.fromkeys(
    [
        *"no kein keine aucun aucune sin nessun geen nenhum inga ingen нет немає brak žádné žádný".split(),
        *("hiç", "nincs", "niciun", "لا توجد", "بدون", "אין", "ไม่มี", "chưa có", "belum ada"),
    ],
    0,
)
"""Numbers that pages write in words, at the start of a heading: 'One response to'."""

_ABOUT: Final = (
    r"on|to|for|sur|à|pour|zu|zum|zur|über|auf|a|al|sobre|en|em|para|su|per|bij|op|over|till|til|på|do|k|ke|к|"
    r"на|для|о|για|στο|על|على|حول|برای"
)
_PLURAL: Final = (
    r"comments|responses|replies|reactions|commentaires|réponses|réactions|kommentare|antworten|comentarios|"
    r"respuestas|"
    r"commenti|risposte|comentários|respostas|reacties|kommentarer|komentarze|komentáře|комментарии|отзывы|yorumlar"
)
ANNOUNCES_COMMENTS: Final = re.compile(
    rf"^\W*(?:(?:all|user|reader|readers['’]?|the|les|los|die|alle) )?(?:{_PLURAL})\s+(?:{_ABOUT})(?![^\W\d_])\s*:?"
    r"\s*\S",
    re.IGNORECASE,
)
"""'Comments on "Soups"', 'Réponses à « Soupes »': a heading that nobody writes above nothing."""

HEADS_COMMENTS: Final = re.compile(
    r"(?:(?:all|user|reader|readers['’]?|your|the|les|los|die|alle|vos) )?(?:comments|commentaires|kommentare|"
    r"comentarios|"
    r"comentários|commenti|reacties|kommentarer|kommentit|komentarze|komentáře|komentari|комментарии|коментарі|"
    r"коментари|"
    r"yorumlar|σχόλια|hozzászólások|comentarii|komentar|bình luận|تعليقات|التعليقات|دیدگاه‌ها|نظرات|תגובות|"
    r"टिप्पणियाँ|"
    r"ความคิดเห็น|コメント|评论|評論|留言|댓글)",
    re.IGNORECASE,
)
"""A heading that is nothing but the word: "Reader comments"."""

NO_COMMENTS_YET: Final = re.compile(
    r"be the first|no (?:comments|responses|replies)(?: yet)?\b|there are no|nobody has|soyez le premier|"
    r"aucun commentaire|pas encore de|"
    r"sei der erste|noch keine|keine kommentare|sé el primero|sin comentarios|aún no hay|nessun commento|"
    r"nenhum comentário|seja o primeiro|"
    r"geen reacties|nog geen|inga kommentarer|ingen kommentarer|brak komentarzy|bądź pierwszy|žádné komentáře|"
    r"нет комментариев|"
    r"пока нет|будьте первым|henüz yorum|لا توجد|まだありません|暂无|暫無|아직|belum ada|chưa có",
    re.IGNORECASE,
)
