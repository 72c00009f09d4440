"""When an article was published and last changed: stated data, and what the page shows beside its headline.

The word before a shown date says what it dates ("Updated 3 May 2020"). Dates of other articles, deadlines and clocks
are not read; a date later than the fetch is none.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum

from lxml.html import HtmlElement

from extractors.article.bylines import Byline, Place
from extractors.article.naming import RELATED, named
from extractors.article.outline import Outline
from extractors.dates import FoundDate, find_date, month_first
from extractors.html import Document, line_of
from extractors.structured import Statements, text_in

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "dc.date.issued", "dcterms.issued",
    "parsely-pub-date", "sailthru.date", "publishdate", "publish-date", "publish_date", "published_time",
    "published-date", "publication_date", "publication-date", "pubdate", "originalpublicationdate",
    "article_date_original", "article.published", "cxenseparse:recs:publishtime", "bt:pubdate",
    "citation_publication_date", "citation_date", "dc.date.created", "dcterms.created", "datecreated", "dc.date",
    "dcterms.date", "og:published_time", "rnews:datepublished", "created", "displaydate", "date",
)  # fmt: skip
_NAMED_PUBLISHED = re.compile(
    r"(?:[a-z]{1,12}[-_.:]){0,3}(?:published|publi(?:sh|cation)[-_.]?(?:ed)?[-_.]?(?:date|time|on|at)?|"
    r"(?:post|article|release|issue|online)[-_.]?date)"
)
"""Names of a system's own: "w-published-date"."""
_MODIFIED = (
    "article:modified_time", "og:updated_time", "datemodified", "dc.date.modified", "dcterms.modified", "lastmod",
    "article.updated", "last-modified", "revised", "og:modified_time",
)  # fmt: skip
_URL_DATES = (
    re.compile(r"/(?P<y>(?:19|20)\d\d)[/-](?P<m>0?[1-9]|1[0-2])[/-](?P<d>0?[1-9]|[12]\d|3[01])(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"),
    re.compile(r"(?<!\d)(?P<d>0[1-9]|[12]\d|3[01])-(?P<m>0[1-9]|1[0-2])-(?P<y>(?:19|20)\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>20[0-3]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"),
)
_DATE_NAMES = re.compile(r"date|datum|fecha|time|publi|posted|meta|byline|info|created", re.IGNORECASE)
_SAYS_CHANGED = (
    r"updated?|modified|revised|last (?:edit|review|change)\w*|edited|reviewed|changed|aktualisiert|aktualisierung|"
    r"geändert|änderung|stand|zuletzt|überarbeitet|mise? à jour|modifiée?|dernière modification|màj|"
    r"actualizad[oa]|actualización|modificad[oa]|aggiornat[oa]|atualizad[oa]|bijgewerkt|gewijzigd|uppdaterad|opdateret|"
    r"oppdatert|päivitetty|zaktualizowan[oa]|aktualizace|обновлен[оа]?|изменен[оа]?|güncelle\w*|diperbarui|diubah|"
    r"cập nhật|оновлен[оа]?|змінено|актуализиран[оа]?|ажурирано|ažurirano|izmijenjeno|posodobljeno|aktualizované|"
    r"upraveno|frissítve|módosítva|modificat|atjaunin[āa]ts|atnaujinta|uuendatud|muudetud|ενημέρωση|ενημερώθηκε|"
    r"(?:آخر )?تحديث|تم التحديث|حُ?دّ?ث|به\u200c?روزرسانی|ویرایش|עודכן|עדכון אחרון|अपडेट(?:ेड)?|अद्यतन|"
    r"aktualizacj[ai]|actualisation|aggiornamento|atualização|uppdatering|oppdatering|opdatering|ažuriranje|обновление|"
    r"оновлення|frissítés|actualizare|päivitys"
)
_SAYS_PUBLISHED = (
    r"published|publication|posted|first|originally|created|released|issued|erstellt|veröffentlicht|erschienen|"
    r"publiée?|mise? en ligne|parue?|postée?|créée?|rédigée?|écrite?|publicad[oa]|creado|pubblicat[oa]|geplaatst|"
    r"gepubliceerd|publicerad|publiceret|publisert|julkaistu|opublikowan[oa]|zveřejněno|опубликован[оа]?|yayın\w*|"
    r"diterbitkan|dipublikasikan|đăng|xuất bản|опубліковано|публикувано|објављено|objavljeno|zverejnené|publikované|"
    r"megjelent|közzétéve|publikálva|publicat|publicēts|paskelbta|avaldatud|offentliggjort|udgivet|δημοσι\w+|"
    r"ن[\u064f]?شر(?:ت)?|تاريخ النشر|انتشار|פורסם|प्रकाशित|"
    r"publikacj[ai]|dodano|veröffentlichung|publicación|pubblicazione|publicação|publicering|publisering|публикация"
)
_SAYS_NEITHER = (
    r"deadline|until|valid|expires?|copyright|©|born|geboren|née?|anmeldeschluss|gültig|läuft bis|aktuelle zeit|"
    r"current time|today is|heute ist|jusqu['’]au|event date|termin|starts?|ends?|joined|registriert|inscrit|"
    r"member since"
)
_SAYS = re.compile(
    rf"(?<!\w)(?:(?P<changed>{_SAYS_CHANGED})|(?P<published>{_SAYS_PUBLISHED})|(?P<neither>{_SAYS_NEITHER}))(?!\w)|"
    r"(?P<changed_cjk>更新|修訂|修订|修改|改訂|改定|수정|업데이트|อัปเดต|แก้ไข)|"
    r"(?P<published_cjk>公開|掲載|投稿|发布|發布|發佈|发表|發表|作成|입력|등록|게시|작성|เผยแพร่|โพสต์)",
    re.IGNORECASE,
)
_WORD_BEHIND = re.compile(
    rf"[\s|·•–—,(-]{{0,4}}(?:(?P<changed>{_SAYS_CHANGED})|(?:originally )?(?:{_SAYS_PUBLISHED}))"
    r"(?P<changed_cjk>(?!))?(?: by:?)?[\s).:]*$",
    re.IGNORECASE,
)
"""A word that follows its date and ends the line: "3 May 2020 | Originally published"."""
_CHANGED_NAMES = re.compile(r"updated|modified|changed|lastmod", re.IGNORECASE)
_PUBLISHED_NAMES = re.compile(r"published|entry-date|posted|created|pubdate", re.IGNORECASE)
_NUMERIC = re.compile(r"(?<![\d/.-])\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d(?!\d)")
_BARE_DAY = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?:\d{6})?$")  # all of a text: "20230904"
_MAX_PLAIN = 120  # characters of a block that is a date line although nothing names it one
_MAX_FOOT = 60  # characters of such a block behind the text
_MAX_BESIDE = 15  # characters more than the date itself
_MAX_SHORT = 60  # characters of blocks whose dates tell the page's order of day and month
_MAX_SHORT_BLOCKS = 400
_MAX_DATES = 4  # in one line
_BEFORE = 60  # characters before a date in which a word says what it dates
_ONE_DAY = timedelta(days=1)
_ABOVE_TIME = 6  # elements around a <time> that are looked at


class Says(Enum):
    """What the words around a date say it is."""

    PUBLISHED = "published"
    CHANGED = "changed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Dated:
    """A full date: ISO 8601 as the page gives it, its calendar day, and what it dates."""

    iso: str
    day: date
    says: Says = Says.NOTHING


@dataclass(frozen=True, slots=True)
class Publication:
    """ISO 8601 at the precision the page gives; None where it says no full date."""

    published: str | None = None
    modified: str | None = None


def publication(
    document: Document,
    statements: Statements,
    page: Outline,
    shown: Sequence[Byline],
    language: str | None,
    fetched_at: datetime | None,
) -> Publication:
    """When the article was published and last changed.

    Published is what the page states, else what it shows with a word for it, then without one, else its address; where
    it shows another day than it states and they are neighbours, the shown one: the statement is in another time zone.
    An address with a date decides between candidates. Only where nothing else is said is it the date of the change.
    """
    reader = _Reader(page, language, _date_in_url(document.url), fetched_at.date() + _ONE_DAY if fetched_at else None)
    stated = list(reader.read(_published_texts(statements)))
    stated_changed = list(reader.read(_modified_texts(statements)))
    reader.known = frozenset(one.day for one in [*stated, *stated_changed])
    lines = [dated for line in shown if line.place is not Place.ELSEWHERE for dated in reader.of_line(line)]
    far = _far(reader, shown)
    beside = [one for one in lines if one.says is Says.PUBLISHED]
    plain = [one for one in lines if one.says is Says.NOTHING] or _at_foot(reader, shown)
    changed = [one for one in [*lines, *far] if one.says is Says.CHANGED]
    dated = [*beside, *plain] or [one for one in far if one.says is not Says.CHANGED]
    published = _published(stated, dated, reader)
    if published is None:
        late = [*changed, *reader.read(_late_texts(document, statements)), *stated_changed]
        published = late[0] if late else None
    later = [one for one in changed if published is None or one.day >= published.day]
    modified = next(iter([*stated_changed, *later]), None)
    return Publication(published.iso if published else None, modified.iso if modified else None)


def _published(stated: list[Dated], beside: list[Dated], reader: _Reader) -> Dated | None:
    found = [*stated, *beside]
    if reader.address is not None:
        near = [one for one in found if abs(one.day - reader.address) <= _ONE_DAY]
        if not near and not stated and not any(one.says is Says.PUBLISHED for one in beside):
            return Dated(reader.address.isoformat(), reader.address)
        found = [*near, *found]
    if not found:
        return None
    first = found[0]
    if first in stated:
        for one in beside:
            if abs(one.day - first.day) == _ONE_DAY:
                return one
            if one.day == first.day:
                break
    return first


def _at_foot(reader: _Reader, shown: Sequence[Byline]) -> list[Dated]:
    """The date of lines behind the text that hold little else; several of them date other articles."""
    found = [
        dated
        for line in shown
        if line.place is Place.FOOT and len(line.block.text) <= _MAX_FOOT
        for dated in reader.read(iter([line.block.text]))
        if len(line.block.text) <= len(dated.iso) + _MAX_BESIDE
    ]
    return found[:1] if len({one.day for one in found}) == 1 else []


def _far(reader: _Reader, shown: Sequence[Byline]) -> list[Dated]:
    """The dates of lines further away that say what they date; none where they differ: others date other articles."""
    found = [one for line in shown if line.place is Place.ELSEWHERE for one in reader.of_line(line)]
    kinds = {says: {one.day for one in found if one.says is says} for says in Says}
    return [one for one in found if len(kinds[one.says]) == 1]


class _Reader:
    """Reads the dates of one page, with what the page tells about the order of day and month."""

    def __init__(self, page: Outline, language: str | None, address: date | None, latest: date | None) -> None:
        self.page = page
        self.language = language
        self.address = address
        self.latest = latest
        self.known: frozenset[date] = frozenset()

    def read(self, texts: Iterator[str | None]) -> Iterator[Dated]:
        for text in texts:
            text = _BARE_DAY.sub(r"\1-\2-\3", text.strip()) if text and text.strip().isdigit() else text
            if text and (found := find_date(text)) and (dated := self.dated(text, found)):
                yield dated

    def dated(self, text: str, found: FoundDate, says: Says = Says.NOTHING) -> Dated | None:
        """The full date that was found; None without a year, for a relative one and for one in the future."""
        if found.year is None or found.ago is not None:
            return None
        if found.swappable and self._month_first(text, found):
            found = found.swapped
        iso, day = found.iso(), found.calendar_day
        if iso is None or day is None or (self.latest is not None and day > self.latest):
            return None
        return Dated(iso, day, says)

    def _month_first(self, text: str, found: FoundDate) -> bool:
        """What the page's other dates say; else weekday and language."""
        known = self.known | ({self.address} if self.address else frozenset())
        if found.calendar_day in known:
            return False
        if found.swapped.calendar_day in known:
            return True
        if found.weekday is None and (order := self._orders.get(found.separator)) is not None:
            return not order
        return month_first(text, found, self.language)

    @functools.cached_property
    def _orders(self) -> dict[str | None, bool]:
        """For each separator whether the day comes first, as far as dates that leave no doubt show it."""
        found: dict[str | None, set[bool]] = {}
        short = (block.text for block in self.page.blocks if len(block.text) <= _MAX_SHORT)
        for text, _ in zip(short, range(_MAX_SHORT_BLOCKS), strict=False):
            if _NUMERIC.search(text) and (one := find_date(text)) and one.separator and one.day_first is not None:
                found.setdefault(one.separator, set()).add(one.day_first)
        return {separator: orders.pop() for separator, orders in found.items() if len(orders) == 1}

    def of_line(self, line: Byline) -> Iterator[Dated]:
        """The dates of a line in its order, those of its <time> elements to the minute."""
        text = line.block.text
        is_time = any(one.tag == "time" for one in line.marked)
        is_named = is_time or _DATE_NAMES.search(line.names) is not None
        marked = [dated for element in line.marked for dated in self._of_mark(element)]
        in_text = list(self._of_text(text)) if len(text) <= _MAX_PLAIN or is_named else []
        if line.place is Place.FOOT and not is_named:
            in_text = [one for one in in_text if one.says is not Says.NOTHING]
        for one in in_text:
            exact = next((mark for mark in marked if abs(mark.day - one.day) <= _ONE_DAY), None)
            says = one.says if one.says is not Says.NOTHING or exact is None else exact.says
            yield replace(exact, says=says) if exact is not None and exact.day == one.day else replace(one, says=says)
        yield from (mark for mark in marked if not any(abs(mark.day - one.day) <= _ONE_DAY for one in in_text))

    def _of_text(self, text: str) -> Iterator[Dated]:
        start = 0
        for _ in range(_MAX_DATES):
            rest = text[start:]
            found = find_date(rest)
            if found is None:
                return
            words_before = list(_SAYS.finditer(rest[max(0, found.start - _BEFORE) : found.start + 1]))
            word = words_before[-1] if words_before else _WORD_BEHIND.match(rest, found.end)
            start += max(found.end, 1)
            if words_before and word is not None and word["neither"]:
                continue
            says = Says.NOTHING
            if word is not None:
                says = Says.CHANGED if word["changed"] or word["changed_cjk"] else Says.PUBLISHED
            if dated := self.dated(rest, found, says):
                yield dated

    def _of_mark(self, element: HtmlElement) -> Iterator[Dated]:
        names = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        if element.tag != "time" and not _DATE_NAMES.search(names):
            return
        says = Says.NOTHING
        if _CHANGED_NAMES.search(names) and not _PUBLISHED_NAMES.search(names):
            says = Says.CHANGED
        elif _PUBLISHED_NAMES.search(names) and not _CHANGED_NAMES.search(names):
            says = Says.PUBLISHED
        text = element.get("datetime") or element.get("content") or element.get("title")
        found = find_date(text) if text else None
        if text and found and (dated := self.dated(text, found, says)):
            yield dated
        elif element.tag != "time":
            yield from (
                replace(one, says=says) if one.says is Says.NOTHING else one for one in self._of_text(line_of(element))
            )


def _modified_texts(statements: Statements) -> Iterator[str | None]:
    yield text_in(statements.article.get("dateModified"))
    yield statements.meta(*_MODIFIED)
    for element in statements.properties.get("datemodified", ()):
        yield _machine_text(element)


def _published_texts(statements: Statements) -> Iterator[str | None]:
    yield text_in(statements.article.get("datePublished"))
    yield statements.meta(*_PUBLISHED[:3])
    for element in statements.properties.get("datepublished", ()):
        yield _machine_text(element)
    for name in _PUBLISHED[3:]:
        yield statements.meta(name)
    for name, contents in statements.metas.items():
        if _NAMED_PUBLISHED.fullmatch(name):
            yield contents[0]
    yield text_in(statements.article.get("dateCreated"))


def _late_texts(document: Document, statements: Statements) -> Iterator[str | None]:
    """What dates an article where nothing better does."""
    yield text_in(statements.article.get("uploadDate"))
    for element in document.tree.iter("time"):
        if element.get("pubdate") is not None and not _is_of_others(element):
            yield element.get("datetime") or line_of(element)


def _is_of_others(element: HtmlElement) -> bool:
    """Whether it stands in a box with other articles."""
    for _, around in zip(range(_ABOVE_TIME), element.iterancestors(), strict=False):
        if (
            around.tag in ("aside", "nav", "footer")
            or named(f"{around.get('class') or ''} {around.get('id') or ''}") & RELATED
        ):
            return True
    return False


def _machine_text(element: HtmlElement) -> str | None:
    return element.get("content") or element.get("datetime") or element.get("title") or line_of(element)


def _date_in_url(url: str) -> date | None:
    for pattern in _URL_DATES:
        if found := pattern.search(url):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                continue
    return None
