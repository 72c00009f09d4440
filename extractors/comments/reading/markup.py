"""What class names and button texts say about the parts of a record, in a dozen languages."""

from __future__ import annotations

import re
from typing import Final

_ACTIONS = (
    "reply to this", "reply to comment", "reply with quote", "reply", "respond", "quote", "link", "permalink",
    "permanent link", "report abuse", "report comment", "report as spam", "report spam", "report user", "report",
    "flag as inappropriate", "flag", "like", "unlike", "share", "edit", "delete", "spam", "mark as spam",
    "log in to reply", "login to reply", "login to post comments", "log in", "login", "up", "down", "vote",
    "thumbs up",
    "thumb up", "thumbs down", "thumb down", "hide", "show", "top", "collapse", "expand", "parent", "in reply to",
    "new",
    "guest", "this comment was edited", "awaiting moderation", "loading", "ago", "comment", "says", "said", "wrote",
    "at", "on", "by",
    "expand full comment", "read more", "show more", "see more", "view", "view replies", "load more",
    "mehr anzeigen", "weiterlesen", "voir plus", "lire la suite", "ver más", "leer más", "leggi tutto",
    "répondre", "repondre", "citer", "signaler un abus", "signaler ce commentaire", "signaler", "modérer",
    "lien permanent", "permalien", "alerter", "j'aime", "modifier", "dit", "le", "et",
    "antworten", "auf diesen kommentar antworten", "zitieren", "kommentar melden", "melden", "bearbeiten",
    "gefällt mir", "link zum kommentar",
    "responder", "citar", "denunciar", "me gusta", "enlace permanente", "editar",
    "rispondi", "cita", "segnala", "mi piace", "responda", "denuncie", "gosto", "beantwoorden", "reageer",
    "rapporteer",
    "svara", "svar", "odpowiedz", "ответить", "yanıtla", "cevapla", "відповісти", "odgovori", "одговори", "odpovědět",
    "απάντηση", "válasz", "vastaa", "răspunde", "trả lời", "balas", "رد", "الرد", "إبلاغ", "إعجاب", "پاسخ",
    "הגב", "השב", "דווח",
    "ตอบกลับ", "返信", "返信する", "通報", "回复", "回覆", "答复", "举报", "답글", "답글쓰기", "신고", "пожаловаться",
)  # fmt: skip
_ACTION: Final = re.compile(
    r"^[\W\d_]*(?:(?:"
    + "|".join(sorted(map(re.escape, _ACTIONS), key=len, reverse=True))
    + r"|(?<!\d)\d++ ?(?:likes?|votes?|[smhdwy]|mo|mins?|hrs?))(?![^\W_])[\W\d_]*)+$",
    re.IGNORECASE,
)
_MAX_ACTION: Final = 120  # characters

_NAMES_OF_AUTHORS = (
    r"fn|author(?:[-_]?(?:name|link))?|commenter(?:[-_]?name)?|[^\W_]*user[-_]?(?:name|link)?|nick(?:name)?|poster|"
    r"auteur|"
    r"autor|autore|name|pseudo|screen[-_]?name|display[-_]?name|byline[-_]author|by|signature|citation|"
    r"comments?[-_]?author|comment[-_]name|comment[-_]user(?:name)?|c-author|profile|who|posted[-_]?by|creator|member"
)
AUTHOR_NAMED: Final = re.compile(rf"(?:^|[-_ ])(?:{_NAMES_OF_AUTHORS})(?:$|[-_ ])")
TITLE_NAMED: Final = re.compile(r"(?:title|subject|headline|titre|betreff|asunto|titulo|titolo)(?:$|[-_ ])")
PROFILE_LINK: Final = re.compile(
    r"/(?:users?|profiles?|author|members?|people|u|auteur|~)[/.=?]|[?&](?:user|uid|u|author)=|/~"
)
DATE_NAMED: Final = re.compile(
    r"date|time|posted|published|datum|fecha|data\b|stamp|when|\bago\b|meta|info|otherdetails"
)
BODY_NAMED: Final = re.compile(
    r"(?:^|[-_ a-z])(?:content|text|texte|body|message|msg|entry|commentary|description|copy|inner|comtext|"
    r"post_?body|"
    r"comentario|texto|inhalt)"
)
NOT_BODY_NAMED: Final = re.compile(
    r"meta|author|header|head\b|footer|foot\b|date|info|avatar|byline|submitted|signature|reply"
)
_FURNITURE_NAMES = (
    r"reply|replies|reply-link|vote[^\W_]*|voting|rating[^\W_]*|[^\W_]*rating|rate|like[^\W_]*|dislike[^\W_]*|karma|"
    r"share[^\W_]*|sharing|"
    r"report[^\W_]*|flag[^\W_]*|edit(?:-link|-?note|-?info)?|(?:last-?)?edited(?:-(?:by|on|at|note))?|avatar[^\W_]*|"
    r"gravatar|signature|sig|"
    r"cluv|commentluv|says|permalink[^\W_]*|moderat[^\W_]*|"
    r"badge[^\W_]*|rank|tools?|actions?|controls?|buttons?|thdrpy|perma|toolbar|number|num|"
    r"comment-?(?:number|count|id|links?|permalink|tools|actions|reply|options|footer|edit)|awaiting-moderation|"
    r"screen-reader-text|sr-only|visually-hidden|likebtn[^\W_]*|pd-rating|hidden|quote-link|links|respond|"
    r"thumbs?[^\W_]*|score|"
    r"recommend[^\W_]*|abuse"
)
FURNITURE: Final = re.compile(rf"(?:^|[-_ ])(?:{_FURNITURE_NAMES})(?:$|[-_ ])")
"""Buttons, votes, badges: no text of the comment, unless they hold a lot of it."""
STRONG_FURNITURE: Final = re.compile(
    r"(?:^|[-_ ])(?:cluv|commentluv|signature|sig|respond|sharedaddy|pd-rating|screen-reader-text)(?:$|[-_ ])"
)
"""No text of the comment whatever its length."""

NAMES_ANSWERED: Final = re.compile(
    r"^\W*(?:(?:in )?(?:reply|replied|replying|response|responding|responded|answer(?:ing)?) to|"
    r"(?:en |a )?(?:réponse|répondu|répond|répondre) à|(?:als )?(?:antwort|antwortet) (?:auf|an)|"
    r"(?:en )?respuesta a|(?:in )?risposta a|risponde a|(?:em )?resposta a|(?:als )?(?:reactie|antwoord) (?:op|aan)|"
    r"(?:som )?svar (?:till|til|på)|vastaus|odpowiedź (?:do|dla)|odpověď (?:na|pro)|в ответ|ответ(?:ил[аи]?)?|"
    r"у відповідь|válasz|ως απάντηση σε|απάντηση σε|yanıt(?: olarak)?|cevaben|trả lời|membalas|balasan (?:untuk|"
    r"kepada)|"
    r"回复|回覆|回應|回应|答复|返信|답글|ردا? على|ردًا على|در پاسخ به|בתגובה ל)\s*[:：]?\s*[@＠]?",
    re.IGNORECASE,
)
"""The words before the name of whoever is answered."""

_LETTER: Final = re.compile(r"[^\W\d_]")


def is_action(text: str) -> bool:
    """Is the text nothing but buttons and numbers: "Reply | Report abuse (3)"?"""
    return len(text) <= _MAX_ACTION and bool(_ACTION.match(text))


def has_letter(text: str) -> bool:
    return bool(_LETTER.search(text))
