"""What is the commenter's in a comment and what is the site's: labels, notes, titles, targets, forged records."""

from __future__ import annotations

import pytest

from extractors.comments import Thread, find_thread
from extractors.comments.reading.kinds import is_removed
from extractors.comments.reading.notes import is_note
from extractors.html import Document
from extractors.records import CommentKind, Shortfall

URL = "https://blog.example/soups"
ARTICLE = "<article><h1>Three soups</h1><p>" + "Soup is cooked slowly, without any haste. " * 20 + "</p></article>"
BODIES = ("Thank you for this one, it is lovely.", "I would add some cumin at the end.", "We tried it yesterday.")


def read(thread: str, url: str = URL) -> Thread:
    return find_thread(Document(f"<html lang='en'><body>{ARTICLE}{thread}</body></html>", url))


def walker(number: int, author: str, body: str, name: str = "comment even depth-1") -> str:
    """A record as WordPress writes it."""
    return (
        f'<li class="{name}" id="li-comment-{number}"><article id="comment-{number}"><cite class="fn">{author}</cite> '
        f'<a href="#comment-{number}"><time datetime="2020-05-0{number % 10}T10:15:00">May {number % 10}, 2020</time></a>'
        f'<section class="comment-content">{body}</section></article></li>'
    )


def plain(number: int, author: str, body: str, date: str = "") -> str:
    """A record of a theme that nobody knows."""
    return (
        f'<div class="talk" id="c{number}"><b class="who">{author}</b> <i class="when">{date or f"May {number}, 2020"}</i>'
        f'<div class="text"><p>{body}</p></div></div>'
    )


def rows(*items: str, heading: str = "") -> str:
    return f'<div id="comments">{heading}{"".join(items)}</div>'


@pytest.mark.parametrize(
    "shown",
    [
        "Marc <span>Post author</span>",
        "Marc <em>(auteur de l’article)</em>",
        "Marc <span class='badge'>Beitragsautor</span>",
        "Marc <b>Moderator</b>",
        "Marc Post author",
        "Marc <span>автор записи</span>",
        "Marc <span>投稿作成者</span>",
        "<span>Admin</span> Marc",
    ],
)
def test_a_label_beside_a_name_is_no_part_of_it(shown: str) -> None:
    known = read(f'<ol class="commentlist">{walker(1, "Odile", BODIES[0])}{walker(2, shown, BODIES[1])}</ol>')
    assert [comment.author for comment in known.comments] == ["Odile", "Marc"]


@pytest.mark.parametrize("name", ["Admin", "Author Miller", "Mod", "Max Team"])
def test_a_name_that_reads_like_a_label_stays(name: str) -> None:
    thread = read(f'<ol class="commentlist">{walker(1, name, BODIES[0])}{walker(2, "Odile", BODIES[1])}</ol>')
    assert thread.comments[0].author == name


@pytest.mark.parametrize(
    "note",
    [
        "Last edited 2 years ago by Bo Reed",
        "Edited by Bo Reed on 6 May 2024",
        "Dernière modification par Odile le 3 mars 2019 à 10:15",
        "Zuletzt bearbeitet am 3. März 2019",
        "Editado por última vez por Juan el 3 de mayo de 2020",
        "Изменено 3 мая 2020 пользователем Иван",
        "最終編集: 2024年5月3日",
        "12 likes",
        "3 people like this",
        "Show more",
        "Voir plus",
        "続きを読む",
    ],
)
def test_a_line_that_the_site_adds_leaves_the_text(note: str) -> None:
    assert is_note(note)
    thread = read(
        rows(plain(1, "Ada", f"{BODIES[0]}</p><p>{note}"), plain(2, "Bo", BODIES[1]), plain(3, "Cy", BODIES[2]))
    )
    assert [comment.body for comment in thread.comments] == list(BODIES)


@pytest.mark.parametrize(
    "line",
    [
        "Edit: I was wrong about the cumin.",
        "Edited to add: it was a lovely day",
        "Changed by law in 2019, it is now forbidden everywhere.",
        "Updated my phone yesterday and lost it.",
        "I have read more books than you",
        "It has 12 likes by now",
    ],
)
def test_a_line_of_the_commenters_own_stays(line: str) -> None:
    thread = read(
        rows(plain(1, "Ada", f"{BODIES[0]}</p><p>{line}"), plain(2, "Bo", BODIES[1]), plain(3, "Cy", BODIES[2]))
    )
    assert thread.comments[0].body == f"{BODIES[0]}\n{line}"


@pytest.mark.parametrize(
    "placeholder",
    [
        "This comment has been removed by the author.",
        "Deze reactie is verwijderd",
        "Este comentário foi removido pelo autor.",
        "Kommentaren har tagits bort",
        "Denne kommentaren er slettet",
        "Kommentti on poistettu",
        "Ten komentarz został usunięty",
        "Tento komentář byl smazán",
        "Комментарий удалён модератором",
        "Bu yorum yönetici tarafından silindi",
        "このコメントは削除されました",
        "该评论已被删除",
        "삭제된 댓글입니다",
        "تم حذف هذا التعليق",
        "این دیدگاه حذف شده است",
        "התגובה נמחקה",
        "A hozzászólást törölte a moderátor",
        "Komentar ini telah dihapus",
    ],
)
def test_the_place_of_a_removed_comment_is_known_in_many_languages(placeholder: str) -> None:
    assert is_removed(placeholder)


@pytest.mark.parametrize("said", ["I removed the lid and it boiled over.", "Le commentaire de Paul est très juste."])
def test_talk_of_removing_is_a_comment(said: str) -> None:
    assert not is_removed(said)


def test_a_thread_of_mostly_notices_keeps_what_readers_said() -> None:
    notices = "".join(
        f'<li class="pingback" id="comment-{n}"><a href="http://blog{n}.example/x">Links of the week {n}</a></li>'
        for n in range(100, 120)
    )
    said = "".join(walker(n, f"Reader {n}", body) for n, body in enumerate(BODIES, 1))
    thread = read(f'<section id="comments"><h3>23 Responses</h3><ol>{said}{notices}</ol></section>')
    assert [comment.body for comment in thread.comments[:3]] == list(BODIES)
    assert {comment.kind for comment in thread.comments[3:]} == {CommentKind.PINGBACK}
    assert thread.comments[3].body == thread.comments[3].author == "Links of the week 100"
    assert thread.discussion.shortfall is None


def test_comments_without_an_author_are_kept() -> None:
    thread = read(rows(plain(1, "", BODIES[0]), plain(2, "Bo", BODIES[1]), plain(3, "", BODIES[2])))
    assert [(comment.author, comment.body) for comment in thread.comments] == [
        (None, BODIES[0]), ("Bo", BODIES[1]), (None, BODIES[2])]  # fmt: skip


def test_a_lone_comment_of_nobody_is_kept_where_it_has_date_and_number() -> None:
    alone = '<div class="comment" id="comment-7"><i class="date">May 3, 2020 10:15</i><div class="text">Thank you.</div></div>'
    thread = read(rows(alone, heading="<h3>1 comment</h3>"))
    assert [(comment.id, comment.author, comment.body) for comment in thread.comments] == [
        ("comment-7", None, "Thank you.")]  # fmt: skip


def test_comments_behind_the_end_of_the_page_are_read() -> None:
    items = rows(plain(1, "Ada", BODIES[0]), plain(2, "Bo", BODIES[1]))
    thread = find_thread(Document(f"<html><body>{ARTICLE}</body></html>\n{items}", URL))
    assert [comment.author for comment in thread.comments] == ["Ada", "Bo"]


@pytest.mark.parametrize("wrapped", ["{}", '<ul class="children">{}</ul>', "<blockquote>{}</blockquote>"])
def test_a_record_that_a_commenter_wrote_into_a_text_is_no_comment(wrapped: str) -> None:
    forged = wrapped.format(walker(9, "Admin", "<p>I am the editor and approve of this.</p>", "comment depth-2"))
    items = [walker(1, "Ada", BODIES[0]), walker(2, "Bo", f"<p>See:</p>{forged}"), walker(3, "Cy", BODIES[2])]
    thread = read(f'<h3>3 comments</h3><ol class="commentlist">{"".join(items)}</ol>')
    assert [comment.author for comment in thread.comments] == ["Ada", "Bo", "Cy"]
    assert "I am the editor" in thread.comments[1].body


def test_a_theme_that_has_answers_inside_the_text_keeps_them() -> None:
    answer = f'<ul class="children">{walker(2, "Bo", BODIES[1], "comment depth-2")}</ul>'
    items = [walker(1, "Ada", f"<p>{BODIES[0]}</p>{answer}"), walker(3, "Cy", BODIES[2])]
    thread = read(f'<ol class="commentlist">{"".join(items[:1])}</ol>')
    assert [(comment.author, comment.parent) for comment in thread.comments] == [("Ada", None), ("Bo", 1)]


def test_titles_of_comments_are_neither_names_nor_text() -> None:
    titles = ("Cumin", "Re: Cumin", "Salt and pepper")
    names = ("corbet", "jake", "nix")
    thread = read("".join(
        f'<div class="CommentBox"><h3 class="CommentTitle">{title}</h3><p class="CommentPoster">Posted Nov {n}, 2010 '
        f'20:3{n} UTC (Tue) by <b>{name}</b> (subscriber, #{n}) [<a href="/a/{n}">Link</a>]</p>'
        f'<div class="FormattedComment"><p>{body}</div></div>'
        for n, (title, name, body) in enumerate(zip(titles, names, BODIES, strict=True), 1)
    ))  # fmt: skip
    assert [(comment.author, comment.body) for comment in thread.comments] == list(zip(names, BODIES, strict=True))


def test_the_byline_of_an_article_is_no_comment() -> None:
    byline = (
        '<section class="comments"><div class="entry-meta" id="post-44"><img src="/avatar/1.png"><span class="author vcard">'
        'Jane Roe</span><time datetime="2020-05-03">May 3, 2020</time><p>Jane writes about soups since 1999.</p></div></section>'
    )
    assert read(byline).comments == ()


@pytest.mark.parametrize(
    ("opening", "parents"),
    [
        ("<a class='at' href='/u'>@{}</a>: I do not think so.", [None, 1, 2, 3]),
        ("回复 {}：我不同意你的看法。", [None, 1, 2, 3]),
        ("In reply to {}<br>I do not think so.", [None, 1, 2, 3]),
        ("Antwort auf {}: das glaube ich nicht.", [None, 1, 2, 3]),
    ],
)
@pytest.mark.parametrize("is_flat", [True, False])
def test_an_answer_that_names_whom_it_answers_answers_that(
    opening: str, parents: list[int | None], is_flat: bool
) -> None:
    names = ("Ada Quill", "Bo", "Cy Moss", "Ada Quill")
    first, *answers = [
        plain(n, name, BODIES[0] if n == 1 else opening.format(names[n - 2]), f"May {n}, 2020 10:15")
        for n, name in enumerate(names, 1)
    ]
    below = "".join(answers) if is_flat else f'<div class="replies">{"".join(answers)}</div>'
    first = first if is_flat else first.removesuffix("</div>") + below + "</div>"
    thread = read(rows(first, below if is_flat else ""))
    assert [comment.parent for comment in thread.comments] == parents


def test_a_mention_that_somebody_typed_is_no_statement_of_whom_they_answer() -> None:
    thread = read(
        rows(plain(1, "Ada", BODIES[0]), plain(2, "Bo", BODIES[1]), plain(3, "Cy", "@Ada: it is, is it not?"))
    )
    assert [comment.parent for comment in thread.comments] == [None, None, None]


def test_a_mention_of_nobody_in_the_thread_makes_no_answer() -> None:
    thread = read(
        rows(plain(1, "Ada", BODIES[0]), plain(2, "Bo", "@Zoe have you seen this?"), plain(3, "Cy", BODIES[2]))
    )
    assert [comment.parent for comment in thread.comments] == [None, None, None]


def test_rows_of_a_grid_are_records_though_the_grid_stands_in_a_row() -> None:
    thread = read(
        '<div class="row"><div class="col-sm-9 comments-head"><h3>Comments on "Soups"</h3></div></div><div class="row">'
        '<div class="col-sm-9 allComments">'
        + "".join(
            f'<div class="row"><div class="col-sm-3"><p><b>{name}</b><br>May {n}, 2004 06:41 PM</p></div>'
            f'<div class="col-sm-9"><p>{body}</p></div></div>'
            for n, (name, body) in enumerate(zip(("Ruth", "Owen", "iris"), BODIES, strict=True), 1)
        )
        + "</div></div>"
    )
    assert [(comment.author, comment.body) for comment in thread.comments] == list(
        zip(("Ruth", "Owen", "iris"), BODIES, strict=True)
    )


@pytest.mark.parametrize(
    ("said", "claimed"),
    [
        ("<h3>Comments on “Soups”</h3>", None),
        ("<h4>Réponses à « Soupes »</h4>", None),
        ("<p>33 Responses</p>", 33),
        ("<div class='bar'><span>33 Kommentare</span></div>", 33),
        ("<h3>Комментарии: 33</h3>", 33),
        ("<h3>33件のコメント</h3>", 33),
        ("<h3>٣٣ تعليقات</h3>", 33),
    ],
)
def test_a_page_that_speaks_of_comments_and_shows_none_has_a_shortfall(said: str, claimed: int | None) -> None:
    told = read(f"<div>{said}</div>").discussion
    assert (told.claimed, told.found, told.shortfall) == (claimed, 0, Shortfall.UNKNOWN)


@pytest.mark.parametrize(
    "said",
    [
        "<h3>Comments on “Soups”</h3><p>No comments yet.</p>",
        "<h3>Leave a comment on Soups</h3>",
        "<h3>Kommentare zu Suppen</h3><p>Noch keine Kommentare</p>",
    ],
)
def test_a_page_that_asks_for_comments_has_none(said: str) -> None:
    assert read(f"<div>{said}</div>").discussion.shortfall is None


@pytest.mark.parametrize(
    ("said", "claimed"),
    [
        ("۳ دیدگاه", 3), ("التعليقات (3)", 3), ("コメント 3件", 3), ("コメント（３）", 3), ("评论 (4)", 4), ("3 комментария", 3),
        ("「Soups」への3件のフィードバック", 3), ("댓글 3개", 3), ("3 תגובות", 3), ("対して2024年5月3日 コメント", None),
        ("12 bình luận", 12), ("3 σχόλια", 3), ("3 टिप्पणियाँ", 3),
    ],
)  # fmt: skip
def test_the_number_is_read_in_scripts_of_every_kind(said: str, claimed: int | None) -> None:
    assert (
        read(rows(plain(1, "Ada", BODIES[0]), plain(2, "Bo", BODIES[1]), heading=f"<h3>{said}</h3>")).discussion.claimed
        == claimed
    )


def test_wordpress_counts_answers_that_it_hides() -> None:
    reply = '<a class="comment-reply-link" href="?replytocom=1#respond">Reply</a>'
    items = walker(1, "Ada", f"<p>{BODIES[0]}</p>") + walker(2, "Bo", f"<p>{BODIES[1]}</p>")
    thread = read(f'<div id="comments"><h2>5 comments</h2><ol class="commentlist">{items}{reply}</ol></div>')
    assert thread.discussion.shortfall is Shortfall.HIDDEN


@pytest.mark.parametrize(
    ("page", "links", "following"),
    [
        ("/soups/comment-page-6/", ("/soups/comment-page-5/", "/soups/"), "/soups/comment-page-5/"),
        ("/soups/comment-page-2/", ("/soups/", "/soups/comment-page-3/"), "/soups/comment-page-3/"),
        ("/soups/comment-page-2/", ("/soups/comment-page-1/", "/soups/comment-page-3/"), "/soups/comment-page-1/"),
        ("/soups/comment-page-4/", ("/soups/comment-page-3/", "/soups/comment-page-5/"), "/soups/comment-page-5/"),
        ("/soups/", ("/soups/comment-page-6/",), "/soups/comment-page-6/"),
    ],
)
def test_the_next_page_of_a_numbered_thread_leads_away_from_the_article(
    page: str, links: tuple[str, ...], following: str
) -> None:
    nav = "".join(
        f'<a href="{link}#comments">{"Older" if n == 0 else "Newer"} comments</a>' for n, link in enumerate(links)
    )
    items = walker(1, "Ada", BODIES[0]) + walker(2, "Bo", BODIES[1])
    thread = read(
        f'<div id="comments"><h2>90 comments</h2><ol class="commentlist">{items}</ol><nav class="comment-navigation">{nav}</nav></div>',
        f"https://blog.example{page}",
    )
    assert thread.discussion.next_page == f"https://blog.example{following}#comments"


def test_a_class_that_was_glued_to_its_tag_says_who_answers_whom() -> None:
    items = "".join(
        f'<liclass even thread-even depth-{depth} id="comment-{n}"><cite class="fn">{name}</cite> <i>May {n}, 2020</i>'
        f'<div class="comment-content"><p>{body}</p></div></liclass>'
        for n, (name, depth, body) in enumerate(zip(("Ada", "Bo", "Cy"), (1, 2, 1), BODIES, strict=True), 1)
    )
    thread = read(f'<ol class="comment-list">{items}</ol>')
    assert [(comment.author, comment.parent) for comment in thread.comments] == [("Ada", None), ("Bo", 1), ("Cy", None)]


def test_a_lone_comment_is_not_the_box_around_it() -> None:
    thread = read(
        '<div id="comments"><h3>One Response to “Soups”</h3><div class="comment" id="comment-147"><div class="comment-metadata">'
        '<img class="avatar" src="/a.png"><p class="comment-author"><strong><a href="http://a.example">Alan</a></strong></p>'
        '<p class="comment-permalink"><a href="#comment-147">October 31st, 2006 at 4:42 am</a></p></div>'
        '<div class="comment-content"><p>Fantastic idea.</p></div></div></div>'
    )
    assert [(comment.author, comment.body) for comment in thread.comments] == [("Alan", "Fantastic idea.")]


def test_the_title_of_a_notice_is_whole() -> None:
    title = "Links 14/12/2015: KDE Frameworks, and more"
    notice = (
        f'<li class="pingback" id="comment-9"><cite class="fn"><a href="http://b.example/x">{title}</a></cite> '
        '<time datetime="2015-12-15">December 15, 2015</time><p>[…] what they say of soups […]</p></li>'
    )
    thread = read(f'<ol class="commentlist">{walker(1, "Ada", BODIES[0])}{walker(2, "Bo", BODIES[1])}{notice}</ol>')
    assert thread.comments[2].author == title


def test_an_answer_by_the_sites_own_staff_does_not_hide_what_it_answers() -> None:
    asked = walker(1, "Ron", BODIES[0], "comment even thread-even depth-1 parent")
    answer = walker(2, "Will", BODIES[1], "comment byuser comment-author-will bypostauthor odd alt depth-2")
    asked = asked.removesuffix("</li>") + f'<ol class="children">{answer}</ol></li>'
    thread = read(f'<h5>2 Comments</h5><ol class="talk-list">{asked}</ol>')
    assert [(comment.author, comment.parent) for comment in thread.comments] == [("Ron", None), ("Will", 1)]


def test_excerpts_that_are_all_the_same_are_no_label() -> None:
    notices = "".join(walker(n, f"Soups, part {n} - A cook", "<p>[…] Soups, part 1 […]</p>") for n in range(1, 6))
    thread = read(f'<ol class="talk-list">{notices}</ol>')
    assert [(comment.kind, comment.body) for comment in thread.comments] == [
        (CommentKind.PINGBACK, "[…] Soups, part 1 […]")] * 5  # fmt: skip
