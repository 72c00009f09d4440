"""Notices of other sites and removed comments told from readers' comments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from extractors.comments.finding.outline import CommentOutline
from extractors.comments.reading.record import Record
from extractors.records import CommentKind

_LABEL: Final = re.compile(
    r"^\W{0,3}(?P<kind>ping(?:back)?s?|trackbacks?|webmentions?|rétroliens?|retroliens?|rückverweise?|enlaces? "
    r"entrantes?)\s*(?:from|von|de|by|:|\])+\s*",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(r"(?:^|[-_ ])(?P<kind>pingback|trackback|webmention|ping)s?(?:$|[-_ ])")
_EXCERPT: Final = re.compile(
    r"^\W{0,3}\[(?:\.\.\.|…)\]\s.*\S\s*\[(?:\.\.\.|…)\]\W{0,3}$|\[(?:\.\.\.|…)\]\W{0,3}$", re.DOTALL
)
_REMOVED: Final = re.compile(
    r"^\W*(?:\w+ )?(?:this |the )?(?:comment|post|reply|message)s?(?: was| has been| is| by [\w ]{1,40} has been)? "
    r"(?:removed|deleted|hidden|withdrawn)"
    r"|^\W*(?:ce |le )?(?:commentaire|message) (?:a été |est )?(?:supprimé|modéré|retiré|effacé|masqué)"
    r"|^\W*(?:dieser |der )?(?:kommentar|beitrag)(?: wurde| ist)? .{0,40}(?:gelöscht|entfernt)"
    r"|^\W*(?:este |el )?(?:comentario|mensaje)(?: ha sido| fue)? (?:eliminado|borrado|removido|suprimido)"
    r"|^\W*(?:este |o )?(?:comentário|mensagem)(?: foi)? (?:removid|excluíd|apagad|eliminad)[oa]"
    r"|^\W*(?:questo |il )?(?:commento|messaggio) (?:è stato )?(?:rimosso|eliminato|cancellato)"
    r"|^\W*(?:deze |dit |de |het )?(?:reactie|bericht) (?:is |werd )?(?:door [\w ]{1,30} )?(?:verwijderd|gewist)"
    r"|^\W*(?:den här |denna |denne |dette |kommentaren|inlägget|innlegget|indlægget)[\w ]{0,24} ?(?:har |er |blev |"
    r"ble |är )?"
    r"(?:blitt |blivit |blevet )?(?:tagits bort|borttagen|raderats|slettet|fjernet)"
    r"|^\W*(?:tämä )?(?:kommentti|viesti) (?:on )?poistettu"
    r"|^\W*(?:ten |komentarz|wpis|post|wiadomość)[\w ]{0,24} ?(?:został[ao]? )?(?:usunięt[ya]|skasowan[ya])"
    r"|^\W*(?:tento )?(?:komentář|příspěvek|komentár|príspevok) byl[ao]? (?:smazán|odstraněn|odstránen|vymazán)"
    r"|^\W*(?:a )?(?:hozzászólást|megjegyzést|kommentet).{0,30}(?:törölt|eltávolított)"
    r"|^\W*(?:этот |данный )?(?:комментарий|сообщение|пост|отзыв) (?:был[оа]? )?(?:удал[её]н|скрыт)[оа]?"
    r"|^\W*(?:цей )?(?:коментар|повідомлення) (?:було )?(?:видален|вилучен)о?"
    r"|^\W*(?:bu )?(?:yorum|mesaj|ileti) .{0,30}(?:silin|kaldırıl)(?:di|mış|miş|mıştır|miştir)"
    r"|^\W*(?:acest )?(?:comentariu|mesaj)(?:ul)? (?:a fost )?(?:șters|eliminat|sters)"
    r"|^\W*(?:το )?(?:σχόλιο|μήνυμα) (?:έχει )?(?:διαγράφηκε|διαγραφεί|αφαιρέθηκε)"
    r"|^\W*(?:komentar|pesan|kiriman)(?: ini)? (?:telah |sudah )?(?:dihapus|dihilangkan)"
    r"|^\W*(?:bình luận|tin nhắn)(?: này)? (?:đã )?(?:bị )?(?:xóa|xoá|gỡ)"
    r"|^\W*(?:この)?(?:コメント|投稿|メッセージ)は.{0,12}(?:削除|非表示に)(?:され|しま)"
    r"|^\W*(?:该|此|本|這則|此則|该条|这条)?(?:评论|留言|回复|帖子|評論|回覆|回應|评论内容)(?:已|已经|已經|"
    r"被)+.{0,6}(?:删除|刪除|屏蔽|隐藏)"
    r"|^\W*(?:삭제된|(?:이 )?(?:댓글|게시물)[은이] .{0,12}삭제)"
    r"|^\W*(?:لقد )?(?:تم|تمت) (?:حذف|إزالة) (?:هذا |هذه )?(?:ال)?(?:تعليق|رد|مشاركة)|^\W*(?:هذا )?التعليق (?:محذوف|"
    r"تم حذفه)"
    r"|^\W*(?:این )?(?:دیدگاه|نظر|پیام) (?:حذف|پاک) شد|^\W*(?:ה)?(?:תגובה|הודעה)(?: זו)? (?:נמחקה|הוסרה)|"
    r"^\W*(?:यह )?टिप्पणी (?:हटा|मिटा)"
    r"|^\W*\[(?:removed|deleted|supprimé|gelöscht|verwijderd|eliminado|borrado|rimosso|borttagen|slettet|usunięty|"
    r"smazáno|"
    r"удалено|silindi|削除済み|削除|已删除|已刪除|삭제됨|محذوف|removido)\]\W*$",
    re.IGNORECASE,
)
_MAX_REMOVED: Final = 160


@dataclass(frozen=True, slots=True)
class Notice:
    """What a pingback or trackback says: who sent it, from where, and its excerpt (or its title, if it has none)."""

    kind: CommentKind
    title: str | None
    url: str | None
    title_is_body: bool


def kind_of(outline: CommentOutline, record: Record, body: str) -> CommentKind:
    """The kind of a record. A pingback is known by its class, its label, or its bracketed excerpt."""
    named = _NAMED.search(outline.named[record.start])
    if named:
        return CommentKind.TRACKBACK if named["kind"] == "trackback" else CommentKind.PINGBACK
    for line in record.lines[:3]:
        label = _LABEL.match(line.text)
        if label:
            return CommentKind.TRACKBACK if label["kind"].lower().startswith("track") else CommentKind.PINGBACK
    if _EXCERPT.search(body):
        return CommentKind.PINGBACK
    return CommentKind.REMOVED if is_removed(body) else CommentKind.COMMENT


def is_removed(body: str) -> bool:
    """Does the text say that a comment was taken away, in any of two dozen languages?"""
    return len(body) <= _MAX_REMOVED and bool(_REMOVED.search(body))


def notice(outline: CommentOutline, record: Record, kind: CommentKind) -> Notice:
    """Title and address of a notice, whole: the titles of pages hold dates, "says" and separators that names do not."""
    link = _source_link(outline, record)
    title = None
    titled = False
    for line in record.lines[:4]:
        text = " ".join(line.text.split())
        label = _LABEL.match(text)
        if label:
            title = text[label.end() :].strip() or None
            titled = True
            break
    if link is not None:
        linked = " ".join(
            run.text.strip() for line in record.lines for run in line.runs if _within(outline, run.owner, link)
        ).strip()
        if linked and (title is None or linked in title):
            title = " ".join(linked.split())
    url = outline.elements[link].get("href") if link is not None else None
    return Notice(kind, title, url, titled)


def _source_link(outline: CommentOutline, record: Record) -> int | None:
    for number in record.elements:
        element = outline.elements[number]
        href = element.get("href") if element.tag == "a" else None
        if href and href.startswith(("http://", "https://", "//")) and outline.text_length(number, outline.end[number]):
            return number
    return None


def _within(outline: CommentOutline, number: int, root: int) -> bool:
    return root <= number < outline.end[root]
