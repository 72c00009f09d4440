"""What comment threads are called, in class names and in words of a dozen languages."""

from __future__ import annotations

import re
from typing import Final

_COMMENT = (
    r"comm?ent(?:s|i|o|arios?|ari|aires?|ar|arer|aire|ator|er)?|kommentare?n?|komentar\w*|kommentti\w*|komment\w*|yorum\w*"
    r"|reacties?|reactions?|reponses?|réponses?|responses?|respuestas?|risposte?|respostas?|odpowied\w*|otzyv\w*|koment\w*"
    r"|repl(?:y|ies)|discussion|opinion(?:es|i)?|opinie?|avis|antworten|beitr(?:ae|ä)ge?|thoughts?|talkback\w*"
)
NAMES_COMMENT: Final = re.compile(
    r"comment|kommentar|koment|komment|reactie|reaction|r[eé]ponse|respuesta|rispost|respost|yorum|odpowied|discuss|"
    r"dsq-|disqus|talkback|feedback|opinion|webmention|pingback|trackback|testimon|\bmessage|\bposts?\b|\bcmt|\bcom\b|coms\b|forum"
)
"""Searched in lower-cased class names and ids."""

NAMES_STRONG: Final = re.compile(
    r"(?:^|[^a-z])(?:li|div|dsq|post|user|the|single)?[-_]?(?:comment|kommentar|komentar|comentario|commento|commentaire|reactie|yorum|cmt)"
)

NAMES_ASIDE: Final = re.compile(
    r"sidebar|widget|recent|latest|popular|related|teaser|most[-_]|top[-_]comments|footer|navig|menu|breadcrumb|promo|"
    r"sponsor|advert|\bads?\b|carousel|slider|ticker|similar|recommend|derniers|neueste|letzte|ultimos|blogroll|archive"
)
NAMES_FORM: Final = re.compile(r"respond|comment-?form|reply-?form|form|login|subscribe|newsletter|captcha")

NUMBER_OF_COMMENTS: Final = re.compile(
    r"(?<![\d.,/:-])(?P<n>\d{1,3}(?:[.,\s  ]\d{3})+|\d{1,6}|one|an?|un|une|uno|una|um|uma|ein|eine?n?|één|en|ett|no|keine?|aucun|sin|nessun|geen)"
    r"\s*(?:\w+\s+)?(?:" + _COMMENT + r")(?![^\W\d_])",
    re.IGNORECASE,
)
"""'16 commentaires', 'One Response to', '3 thoughts on'."""

COMMENTS_OF_NUMBER: Final = re.compile(
    r"(?<![^\W\d_])(?:" + _COMMENT + r")\s*[:(\[|-]?\s*(?P<n>\d{1,6})(?![\d/.:])", re.IGNORECASE
)
"""'Commentaires (16)', 'Kommentare: 3'."""

COMMENT_WORD: Final = re.compile(r"(?<![^\W\d_])(?:" + _COMMENT + r")(?![^\W\d_])", re.IGNORECASE)

NUMBER_WORDS: Final = {word: 1 for word in "one a an un une uno una um uma ein eine einen één en ett".split()} | {
    word: 0 for word in "no keine kein aucun sin nessun geen".split()
}
