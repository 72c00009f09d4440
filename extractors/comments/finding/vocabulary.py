"""What comment threads are called, in class names and in words of a dozen languages."""

from __future__ import annotations

import re
from typing import Final

_COMMENT = (
    r"comm?ent(?:s|i|o|arios?|ari|aires?|ar|arer|aire|ator|er)?|kommentare?n?|komentar[^\W\d_]*|kommentti[^\W\d_]*|komment[^\W\d_]*|yorum[^\W\d_]*"
    r"|reacties?|reactions?|reponses?|réponses?|responses?|respuestas?|risposte?|respostas?|odpowied[^\W\d_]*|otzyv[^\W\d_]*|koment[^\W\d_]*"
    r"|repl(?:y|ies)|discussion|opinion(?:es|i)?|opinie?|avis|antworten|beitr(?:ae|ä)ge?|thoughts?|talkback[^\W\d_]*|"
    r"réflexions?|pensées?|gedanken?|pensamientos?|pensieri|pensiero|gedachten?|tankar?|pensamentos?|myśl[^\W\d_]*"
)
NAMES_THREAD: Final = re.compile(
    r"comment|komment|koment|comentari|commenti\b|reactie|reakti|reactions?\b|r[eé]ponses\b|respuesta|rispost|respost|yorum|odpowied|"
    r"discussion|dsq-|disqus|talkback|guestbook|gästebuch|gaestebuch|livre-?d-?or|webmention|pingback|trackback|\bcmt|\bcom\b|\bcoms\b|coms?#|avis\b|responses\b|replies\b"
)
"""Searched in lower-cased class names and ids of records and of what stands around them."""

NAMES_FORUM: Final = re.compile(
    r"\bposts?\b|postbit|postbody|message|forum|topic|thread|\breply\b|feedback|testimon|review"
)
"""Names of forum messages: too common to prove anything about a single element."""

NAMES_STRONG: Final = re.compile(
    r"(?:^|[^a-z])(?:li|div|dsq|post|user|the|single|item|p|my|read|reader|blog|entry|article|realcom|news)?"
    r"(?:comment(?!s?[-_]?(?:list|form|wrap\w{0,20}s|area|section|container|count|link|nav|respond|reply|meta|author|date|info|head|foot|title))|"
    r"kommentar(?!e)|komentar|comentario(?!s)|commento|commentaire(?!s)|reactie(?!s)|yorum|cmt|com\b)"
)
"""A name for one comment, not for the list, the form, or a part of a comment."""

NAMES_ASIDE: Final = re.compile(
    r"sidebar|widget|recent|latest|popular|related|teaser|most[-_]|top[-_]comments|footer|navig|menu|breadcrumb|promo|"
    r"sponsor|advert|\bads?\b|carousel|slider|ticker|similar|recommend|derniers|neueste|letzte|ultimos|blogroll|archive"
)
NAMES_FORM: Final = re.compile(
    r"\brespond\b|comment[-_]?form|reply[-_]?form|commentrespond|new[-_]?comment|add[-_]?comment|comment[-_]?add|post[-_]?comment\b"
)

NUMBER_OF_COMMENTS: Final = re.compile(
    r"(?:(?<![\d.,/:#-])(?P<n>\d{1,3}(?:[.,\s\u00a0\u202f]\d{3}){1,4}|\d{1,6})"
    r"|^\W*(?P<word>one|une?|uno|una|um|uma|eine?|één|en|ett|no|keine?|aucune?|sin|nessun|geen|nenhum|inga?|ingen))"
    r"\s*+(?:\w{1,40}+\s++)?(?:" + _COMMENT + r"|messages?)(?![^\W\d_])",
    re.IGNORECASE,
)
"""'16 commentaires', 'One Response to', '3 thoughts on'."""

COMMENTS_OF_NUMBER: Final = re.compile(
    r"(?<![^\W\d_])(?:" + _COMMENT + r")\s*+[:(\[|-]?\s*+(?P<n>\d{1,6})(?![\d/.:])", re.IGNORECASE
)
"""'Commentaires (16)', 'Kommentare: 3'."""

COMMENT_WORD: Final = re.compile(r"(?<![^\W\d_])(?:" + _COMMENT + r"|messages?)(?![^\W\d_])", re.IGNORECASE)

NUMBER_WORDS: Final = dict.fromkeys("one un une uno una um uma ein eine één en ett".split(), 1) | dict.fromkeys(
    "no kein keine aucun aucune sin nessun geen nenhum inga ingen".split(), 0
)
"""Numbers that pages write in words, at the start of a heading: 'One response to'."""
