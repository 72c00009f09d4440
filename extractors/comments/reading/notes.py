"""Lines that the site adds to a comment's text: "Last edited 2 years ago by Anna", "12 likes", "Show more"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from extractors.comments.reading.record import InlineRun
from extractors.dates import find_date

_MAX_NOTE: Final = 140  # characters
_MAX_REST: Final = 60  # characters that follow "edited" where words are not set apart
_MOST_WORDS: Final = 7  # beside the date: "by Anna Maria Keller on ... at", "(2 times in total)"
_EDITED: Final = (
    r"(?:this (?:comment|post|message|reply) (?:was|has been) )?(?:last |recently )?(?:edited|modified|updated|changed)"
    r"|last (?:edit|update|modification)|edit(?:ed)? \(?history\)?"
    r"|(?:ce (?:commentaire|message) a été |message )?(?:dernière (?:modification|édition|mise à jour)|modifiée?|"
    r"éditée?|mis à jour)"
    r"|(?:dieser (?:kommentar|beitrag) wurde )?(?:zuletzt )?(?:bearbeitet|geändert|editiert)|letzte (?:änderung|"
    r"bearbeitung)"
    r"|(?:este (?:comentario|mensaje|comentário) (?:fue|ha sido|foi) )?(?:última (?:edición|modificación|edição|"
    r"modificação)"
    r"|(?:últim[ao] vez )?(?:editado|modificado|alterado))"
    r"|(?:ultima modifica|modificato|ultimo aggiornamento)|(?:laatst |voor het laatst )?(?:bewerkt|gewijzigd|aangepast)"
    r"|(?:senast |sist |sidst )?(?:redigera[dt]|ändra[dt]|redigert|endret|redigeret|ændret)|(?:viimeksi )?muokattu"
    r"|(?:ostatnio )?(?:edytowan[yoe]|zmienion[yoe]|modyfikowan[yoe])|(?:naposledy )?(?:upraven[oaý]?|editován[oa]?)"
    r"|(?:последний раз )?(?:отредактировано|изменено|редактировалось)|(?:останнє )?(?:редагування|відредаговано)"
    r"|(?:son )?(?:düzenle(?:me|ndi|yen)|değiştirildi)|(?:utoljára )?(?:szerkesztve|módosítva)|τελευταία επεξεργασία"
    r"|(?:terakhir )?(?:diedit|diubah|disunting)|chỉnh sửa (?:lần cuối|bởi)|最終編集|編集済み|最后编辑|最後編輯|"
    r"编辑于|編輯於|수정됨|마지막 수정"
    r"|آخر تعديل|تم التعديل|آخرین ویرایش|ویرایش شده|נערך לאחרונה"
)
_OPENS: Final = re.compile(rf"^[\s(\[*_–—-]*(?:{_EDITED})(?![^\W\d_])", re.IGNORECASE)
_GOES_ON: Final = re.compile(
    r"^[\s:,.;)\]*–—-]*(?:$|\d|(?:by|par|von|durch|por|da|door|av|af|przez|uživatelem|od|пользователем|користувачем|"
    r"tarafından|oleh|bởi|από"
    r"|on|at|le|am|um|el|em|il|op|den|dne|about|il y a|vor|hace|há|fa|for|in|один|в|от|today|yesterday|hier|heute|"
    r"gestern|ayer|ieri)"
    r"(?![^\W\d_])|[^\W\d_]{1,12}(?: \d|,))",
    re.IGNORECASE,
)
_NO_SPACES: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DIGIT: Final = re.compile(r"\d")
_LIKES: Final = re.compile(
    r"^\W*(?:likes? or dislikes?:?(?:\W*\d+){0,2}|\d+ repl(?:y|ies)(?: to \S.{0,60})?|\d+ (?:réponses?|antworten?|"
    r"respuestas?|risposte|respostas?))\W*$|"
    r"^\W*(?:(?:liked? by )?\d[\d.,\s]*[km]?\s*(?:people |persons? |personnes? |users? |utilisateurs? |personen |"
    r"personas |persone )?"
    r"(?:likes?|liked?(?: this)?|like this|upvotes?|hearts?|claps?|thanks|dislikes?|votes?|points?|recommends?|"
    r"j['’]aime|aiment(?: ça)?|mentions? j['’]aime|gefällt(?: das| dies)?|mal gefällt|(?:me|les) gusta|mi piace|"
    r"piace|curtidas?|gostos?|gostaram|"
    r"vind-ik-leuks?|vinden dit leuk|gillar|liker|tykkäystä|polubień|polubienia|нравится|лайк(?:а|ов)?|beğeni|suka|"
    r"lượt thích|いいね|赞|讚|좋아요|إعجاب|پسند)"
    r"|gefällt \d+ (?:mal|personen)|(?:likes?|j['’]aime|gefällt mir|me gusta|mi piace|curtir|gosto|нравится|赞|讚|"
    r"いいね|좋아요)\s*[:(（]?\s*\d[\d.,]*\s*[)）]?)\W*$",
    re.IGNORECASE,
)
_MORE: Final = re.compile(
    r"^\W*(?:(?:show|read|see|view|click for) (?:(?:more|less|all)(?: text| comment| content)?|full (?:comment|text|"
    r"post)|the rest)"
    r"|(?:expand|collapse)(?: (?:comment|text|all))?"
    r"|(?:voir|lire|afficher) (?:plus|moins|la suite|la suite du commentaire|tout)"
    r"|(?:mehr|weniger|alles) (?:anzeigen|lesen|zeigen|sehen)|weiterlesen"
    r"|(?:ver|leer|mostrar|ler) (?:más|mais|menos|todo|tudo)|(?:mostra|leggi|vedi) (?:altro|di più|meno|tutto)"
    r"|lees (?:meer|verder|minder)|toon (?:meer|minder)|meer (?:lezen|weergeven|tonen)|(?:visa|läs|vis|les|"
    r"læs) (?:mer|mere|mindre)|näytä lisää"
    r"|(?:pokaż|czytaj|zobacz) (?:więcej|dalej|mniej)|(?:zobrazit|číst) (?:více|dál)"
    r"|(?:показать|читать|развернуть)(?: (?:ещё|еще|полностью|далее|больше))?"
    r"|devamını (?:oku|gör|göster)|daha fazla(?: göster)?|もっと見る|続きを読む|全文を表示|展开(?:全文)?|展開|"
    r"查看更多|更多|阅读全文"
    r"|더 ?보기|자세히 보기|عرض المزيد|اقرأ المزيد|المزيد|بیشتر|ادامه مطلب|הצג עוד|קרא עוד|xem thêm|selengkapnya)\W*$",
    re.IGNORECASE,
)
_MAX_MORE: Final = 28  # characters


def is_note(text: str) -> bool:
    """Is the line the site's and not the commenter's? A line "Edit: I was wrong" is the commenter's."""
    text = " ".join(text.split())
    if not text or len(text) > _MAX_NOTE:
        return False
    return _tells_of_an_edit(text) or bool(_LIKES.match(text)) or is_more(text)


def is_more(text: str) -> bool:
    """Is it a button that shows the rest of a long text?"""
    return len(text) <= _MAX_MORE and bool(_MORE.match(text))


def without_notes(lines: Sequence[list[InlineRun]]) -> list[list[InlineRun]]:
    """The lines of a text without the site's own at either end; a text that is nothing else stays as it is."""
    first, last = 0, len(lines)
    while last > first and is_note(_text(lines[last - 1])):
        last -= 1
    while first < last and _tells_of_an_edit(" ".join(_text(lines[first]).split())):
        first += 1
    if first == last:
        return list(lines)
    return [*lines[first : last - 1], _without_button(lines[last - 1])]


def _without_button(runs: list[InlineRun]) -> list[InlineRun]:
    """The last line without a button for more behind its words; a blank run may follow the button."""
    end = len(runs)
    while end > 0 and not runs[end - 1].text.strip():
        end -= 1
    if end > 1 and is_more(runs[end - 1].text.strip()) and runs[end - 1].owner != runs[0].owner:
        return runs[: end - 1]
    return runs


def _text(runs: Sequence[InlineRun]) -> str:
    return "".join(run.text for run in runs)


def _tells_of_an_edit(text: str) -> bool:
    found = _OPENS.match(text) if len(text) <= _MAX_NOTE else None
    if found is None:
        return False
    rest = text[found.end() :].strip()
    if not rest.strip(" .:)]*_"):
        return " " in found[0].strip() or text[:1] in "([" or bool(_NO_SPACES.search(text))
    if _NO_SPACES.search(found[0]):
        return bool(_DIGIT.search(rest)) and len(rest) <= _MAX_REST
    date = find_date(rest)
    said = rest if date is None else f"{rest[: date.start]} {rest[date.end :]}"
    words = len(said.split())
    return bool(_GOES_ON.match(rest)) and words <= (_MOST_WORDS if date else _MOST_WORDS - 2)
