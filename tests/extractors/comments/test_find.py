"""What is a thread, what is not, and what its records say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from extractors.comments import Thread, find_thread
from extractors.html import Document
from extractors.records import CommentKind, DatePrecision, Order, Shortfall

URL = "https://blog.example/soupes"
ARTICLE = "<article><h1>Trois soupes</h1><p>" + "La soupe se cuit doucement, sans hâte. " * 20 + "</p></article>"


def read(thread: str, lang: str = "fr", fetched_at: datetime | None = None) -> Thread:
    page = f'<html lang="{lang}"><body>{ARTICLE}{thread}</body></html>'
    return find_thread(Document(page, URL), fetched_at)


def item(number: int, author: str, date: str, body: str, more: str = "", name: str = "comment") -> str:
    return (
        f'<li class="{name} {"even" if number % 2 else "odd"}" id="comment-{number}"><cite>{author}</cite> dit :<br>'
        f'<small><a href="#comment-{number}">{date}</a></small><p>{body}</p>{more}</li>'
    )


def listed(*items: str, heading: str = "", after: str = "") -> str:
    return f'<div id="comments">{heading}<ol class="commentlist">{"".join(items)}</ol>{after}</div>'


TWO = (
    item(1, "Anna", "5 mars 2012 à 10 h 15", "Merci pour la recette, elle est très claire."),
    item(2, "Jonas", "6 mars 2012 à 8 h 02", "Avec du cumin, c’est encore meilleur."),
)


def test_a_page_without_comments_has_none() -> None:
    thread = read('<div id="respond"><h3>Laisser un commentaire</h3><form><textarea></textarea><input></form></div>')
    assert thread.comments == ()
    assert thread.discussion.platform is None


def test_teasers_with_dates_and_authors_are_no_comments() -> None:
    teaser = (
        '<div class="post-item"><h3><a href="/a{0}">Une autre recette de saison, la numéro {0}</a></h3><p '
        'class="meta">par <b>Anna</b> le 5 mars 201{0}</p><p>Le début de la recette.</p></div>'
    )
    assert read("".join(teaser.format(n) for n in range(6))).comments == ()


def test_a_widget_of_recent_comments_is_no_thread() -> None:
    rows = "".join(
        f'<li class="recentcomments">Anna dans <a href="/pain#comment-{n}">Le pain</a></li>' for n in range(5)
    )
    assert read(f'<aside><h3>Commentaires récents</h3><ul id="recentcomments">{rows}</ul></aside>').comments == ()


def test_one_comment_alone_is_found() -> None:
    thread = read(listed(TWO[0], heading="<h3>Un commentaire</h3>"))
    assert [(c.author, c.date, c.body) for c in thread.comments] == [
        ("Anna", "2012-03-05T10:15", "Merci pour la recette, elle est très claire.")
    ]
    assert (thread.discussion.claimed, thread.discussion.shortfall) == (1, None)


def test_unclosed_records_invent_no_parents() -> None:
    rows = "".join(
        f'<div class="c{n % 2}"><div class="nb">{n}.</div><div class="qui">par <b>{name}</b></div><div '
        f'class="txt">{text}</div>' + ("" if n == 2 else "</div>")
        for n, name, text in [
            (1, "Anna", "Merci pour la recette."),
            (2, "Jonas", "Avec du cumin, c’est meilleur."),
            (3, "Mila", "Toute la famille en a repris."),
            (4, "Paul", "Et sans sel ?"),
        ]
    )
    thread = read(f'<div class="com">{rows}<p>4 commentaires</p></div>')
    assert [(c.author, c.body, c.parent) for c in thread.comments] == [
        ("Anna", "Merci pour la recette.", None),
        ("Jonas", "Avec du cumin, c’est meilleur.", None),
        ("Mila", "Toute la famille en a repris.", None),
        ("Paul", "Et sans sel ?", None),
    ]


def test_an_unclosed_tag_inside_a_list_item_makes_no_answers_of_what_follows() -> None:
    rows = [item(n, f"Anna{n}", f"{n} mars 2012 à 10 h 15", f"Un commentaire, le numéro {n}.") for n in range(1, 6)]
    rows[1] = rows[1].replace("<cite>", "<div><cite>")
    found = read(listed(*rows)).comments
    assert [(c.author, c.parent) for c in found] == [(f"Anna{n}", None) for n in range(1, 6)]


def test_answers_nest_under_what_they_answer() -> None:
    inner = '<ul class="children">' + item(3, "Paul", "7 mars 2012 à 9 h 00", "Du cumin, vraiment ?") + "</ul>"
    outer = item(2, "Jonas", "6 mars 2012 à 8 h 02", "Avec du cumin, c’est encore meilleur.", inner)
    thread = read(listed(TWO[0], outer, item(4, "Mila", "8 mars 2012 à 7 h 00", "Bonne idée pour ce soir.")))
    assert [(c.author, c.parent) for c in thread.comments] == [
        ("Anna", None),
        ("Jonas", None),
        ("Paul", 2),
        ("Mila", None),
    ]


def test_an_answer_may_be_named_by_a_link() -> None:
    row = (
        '<div class="comment" id="c{0}"><p class="meta"><b>{1}</b>, 5 March 2012 10:1{0} {2}</p><div '
        'class="text">{3}</div></div>'
    )
    thread = read(
        '<div id="comments">'
        + row.format(1, "Anna", "", "Thank you for this one, it is lovely.")
        + row.format(2, "Jonas", "", "I would add some cumin at the end.")
        + row.format(3, "Mila", '<span class="re">in reply to <a href="#c1">Anna</a></span>', "So did we, yesterday.")
        + "</div>",
        "en",
    )
    assert [c.parent for c in thread.comments] == [None, None, 1]


def test_a_pingback_is_told_by_its_excerpt_without_any_class() -> None:
    ping = item(3, "Revue de presse | Ailleurs", "7 mars 2012 à 9 h 00", "[…] une recette lue chez le voisin […]")
    assert [c.kind for c in read(listed(*TWO, ping)).comments][-1] is CommentKind.PINGBACK


def test_a_short_pingback_has_its_title_as_author_and_body() -> None:
    ping = (
        '<li class="pingback" id="comment-9">Rétrolien : <a href="http://ailleurs.example/x">Soupes, 12 mars '
        "2012 : ma revue</a></li>"
    )
    last = read(listed(*TWO, ping)).comments[-1]
    assert (last.kind, last.author, last.body) == (
        CommentKind.PINGBACK,
        "Soupes, 12 mars 2012 : ma revue",
        "Soupes, 12 mars 2012 : ma revue",
    )
    assert (last.author_url, last.date) == ("http://ailleurs.example/x", None)


def test_a_removed_comment_keeps_its_place() -> None:
    gone = item(3, "Paul", "7 mars 2012 à 9 h 00", "Ce commentaire a été supprimé par un modérateur.")
    assert [c.kind for c in read(listed(*TWO, gone)).comments][-1] is CommentKind.REMOVED


@pytest.mark.parametrize(
    ("name", "cut"),
    [
        ("http://www.recettes-d", True),
        ("Marie-Claude Dupont …", True),
        ("Les carnets de Paul |", False),
        ("Paul Martin | Cuisin", True),
        ("Anna", False),
        ("https://anna.example", False),
    ],
)
def test_a_name_that_the_site_cut_is_flagged(name: str, cut: bool) -> None:
    thread = read(listed(item(1, name, "5 mars 2012 à 10 h 15", "Merci pour la recette, elle est claire."), TWO[1]))
    assert thread.comments[0].author_truncated is cut


def test_staff_is_told_by_class_and_by_the_name_of_the_site() -> None:
    rows = listed(TWO[0], item(2, "La rédaction", "6 mars 2012 à 8 h 02", "Merci Anna !", name="comment bypostauthor"))
    assert [c.by_site for c in read(rows).comments] == [False, True]
    named = find_thread(
        Document(
            f"<body>{ARTICLE}{listed(TWO[0], item(2, 'Marmiteau', '6 mars 2012', 'Merci à vous !'))}</body>",
            "http://www.marmiteau.example/x",
        )
    )
    assert [c.by_site for c in named.comments] == [False, True]


def test_buttons_votes_and_signatures_are_no_text_but_quotes_and_smileys_are() -> None:
    more = (
        '<div class="reply"><a class="comment-reply-link" '
        'href="?replytocom=1#respond">Répondre</a></div><span class="votes">+3</span><p class="signature">Anna, '
        "depuis 2009</p>"
    )
    body = (
        '<blockquote><p>Une soupe par jour</p></blockquote>Bien dit <img class="wp-smiley" alt=":-)" '
        'src="smile.gif"> et bien cuit.'
    )
    row = (
        f'<li class="comment" id="comment-1"><cite>Anna</cite> <small>5 mars 2012 à 10 h 15</small><div '
        f'class="texte">{body}</div>{more}</li>'
    )
    assert read(listed(row, TWO[1])).comments[0].body == "Une soupe par jour\nBien dit :-) et bien cuit."


def test_links_of_the_text_are_absolute_and_in_order() -> None:
    row = item(
        1,
        "Anna",
        "5 mars 2012 à 10 h 15",
        'Voir <a href="/pain">le pain</a> et <a href="http://b.example/">ceci</a>, merci bien.',
    )
    assert read(listed(row, TWO[1])).comments[0].links == ("https://blog.example/pain", "http://b.example/")


def test_identity_and_permalink_are_the_sites_own() -> None:
    first = read(listed(*TWO)).comments[0]
    assert (first.id, first.permalink) == ("comment-1", "https://blog.example/soupes#comment-1")


def test_day_and_month_follow_what_fits_every_date_of_the_page() -> None:
    dates = ("02/03/2012 10:15", "02/05/2012 11:00", "02/14/2012 09:30")
    rows = [item(n, f"Anna{n}", date, f"Un commentaire, le numéro {n}.") for n, date in enumerate(dates, 1)]
    assert [c.date for c in read(listed(*rows)).comments] == [
        "2012-02-03T10:15",
        "2012-02-05T11:00",
        "2012-02-14T09:30",
    ]


def test_a_stated_date_counts_only_where_it_agrees_with_the_visible_one() -> None:
    rows = [
        f'<li class="comment" id="comment-{n}"><b class="fn">Anna{n}</b> <time '
        f'datetime="{stated}">{shown}</time><p>Un commentaire, le numéro {n}.</p></li>'
        for n, stated, shown in [
            (1, "2012-03-05T10:15:00+01:00", "5 mars 2012 à 10 h 15"),
            (2, "2019-01-01T00:00:00+01:00", "6 mars 2012 à 8 h 02"),
            (3, "2012-03-07T08:02:00+01:00", "il y a 8 ans"),
        ]
    ]
    found = read(listed(*rows)).comments
    assert [c.date for c in found] == ["2012-03-05T10:15+01:00", "2012-03-06T08:02", "2012-03-07T08:02+01:00"]


def test_relative_dates_need_the_time_of_the_fetch() -> None:
    rows = [item(n, f"Anna{n}", f"il y a {n} jours", f"Un commentaire, le numéro {n}.") for n in (1, 2)]
    unknown = read(listed(*rows)).comments
    assert [(c.date, c.date_precision) for c in unknown] == [(None, DatePrecision.RELATIVE)] * 2
    known = read(listed(*rows), fetched_at=datetime(2020, 5, 20, 12, tzinfo=UTC)).comments
    assert [c.date for c in known] == ["2020-05-19", "2020-05-18"]


@pytest.mark.parametrize(
    ("heading", "claimed"),
    [
        ("<h3>2 commentaires</h3>", 2),
        ("<h3>Kommentare (2)</h3>", 2),
        ("<h3>2 Responses to “Soupes”</h3>", 2),
        ("<h3><span>2</span> Comentarios</h3>", 2),
        ("<h3>2 commenti su “Zuppe”</h3>", 2),
        ("<h3>2 reacties</h3>", 2),
        ("<h3>2 thoughts on “Soups”</h3>", 2),
        ("<h3>Laisser un commentaire</h3>", None),
        ("<h3>Discussion</h3>", None),
    ],
)
def test_the_number_that_the_page_states_is_read_in_many_languages(heading: str, claimed: int | None) -> None:
    assert read(listed(*TWO, heading=heading)).discussion.claimed == claimed


@pytest.mark.parametrize(
    ("heading", "after", "reason"),
    [
        (
            "<h3>40 commentaires</h3>",
            '<div class="comment-navigation"><a href="/soupes/comment-page-1/#comments">Commentaires plus '
            "anciens</a></div>",
            Shortfall.PAGINATED,
        ),
        ("<h3>40 commentaires</h3>", "<a href='#'>Voir plus de commentaires</a>", Shortfall.COLLAPSED),
        ("<h3>40 commentaires</h3>", "<div id='disqus_thread'></div>", Shortfall.JAVASCRIPT),
        ("<h3>40 commentaires</h3>", "", Shortfall.UNKNOWN),
        ("<h3>2 commentaires</h3>", "", None),
    ],
)
def test_a_shortfall_has_its_reason(heading: str, after: str, reason: Shortfall | None) -> None:
    assert read(listed(*TWO, heading=heading, after=after)).discussion.shortfall is reason


def test_the_next_page_is_an_absolute_address() -> None:
    after = '<div class="comment-navigation"><a href="/soupes/comment-page-2/#comments">Commentaires suivants</a></div>'
    assert (
        read(listed(*TWO, after=after)).discussion.next_page == "https://blog.example/soupes/comment-page-2/#comments"
    )


def test_the_order_is_told_by_the_dates() -> None:
    assert read(listed(*TWO)).discussion.order is Order.OLDEST
    assert read(listed(*reversed(TWO))).discussion.order is Order.NEWEST


def test_a_discussion_hosted_elsewhere_is_named() -> None:
    thread = read(
        '<p>12 commentaires</p><div id="disqus_thread"></div><script src="https://x.disqus.com/embed.js"></script>'
    )
    assert (thread.comments, thread.discussion.hosted_by) == ((), "disqus.com")


def test_a_second_list_of_the_same_comments_is_left_out() -> None:
    thread = read(listed(*TWO) + listed(*TWO))
    assert len(thread.comments) == 2


def test_comments_in_the_source_do_not_cut_texts_in_two() -> None:
    row = item(
        1, "Anna", "5 mars 2012 à 10 h 15", "<!-- ad_start -->Merci pour la recette.<!-- ad_end --> Elle est claire."
    )
    assert read(listed(row, TWO[1])).comments[0].body == "Merci pour la recette. Elle est claire."


def test_no_break_spaces_of_the_text_are_kept() -> None:
    row = item(1, "Anna", "5 mars 2012 à 10 h 15", "Quelle soupe\u00a0! Merci pour la recette.")
    assert read(listed(row, TWO[1])).comments[0].body == "Quelle soupe\u00a0! Merci pour la recette."


@pytest.mark.parametrize(
    ("embedded", "host"),
    [
        ("<section id=isso-thread></section><script src='//c.example/js/embed.min.js'></script>", "isso-comments.de"),
        ("<script>var remark_config = {site_id: 'x'}</script><div id=remark42></div>", "remark42.com"),
        ("<div id=cusdis_thread></div>", "cusdis.com"),
    ],
)
def test_comment_systems_that_sites_host_themselves_are_named(embedded: str, host: str) -> None:
    assert read(embedded).discussion.hosted_by == host


def boxed(number: int, author: str, body: str) -> str:
    return (
        f'<div class="comment" id="comment-{number}"><div class="comment-metadata"><img class="avatar" alt="" src="/a.png">'
        f'<p class="comment-author"><strong><a class="url" rel="external nofollow" href="http://a.example">{author}</a>'
        f'</strong></p><p class="comment-permalink"><a href="#comment-{number}">March 12th, 2008 at 2:55 pm</a></p></div>'
        f'<div class="comment-content"><p>{body}</p></div></div>'
    )


def test_a_lone_short_comment_is_without_the_heading_that_holds_a_date() -> None:
    heading = "<h3>One Response to “What is on in the week of June 20th, 2008”</h3>"
    thread = read(f'<div id="comments">{heading}{boxed(7, "Paul", "Who goes?")}</div>', "en")
    assert [(one.author, one.body) for one in thread.comments] == [("Paul", "Who goes?")]


def test_one_person_who_alone_comments_with_links_is_the_author_of_all() -> None:
    said = (
        "First story in from {0}Morning Herald</a>.", "Some extra bits in {0}Silicon News</a>",
        "{0}Business Weekly</a> has it too. Look out for the print version.", "And a note on {0}Daily Ledger</a> as well",
        "Small piece in {0}Evening Post</a> today, without an address.",
    )  # fmt: skip
    rows = [boxed(n, "conor", words.format(f'<a href="http://{n}.example">')) for n, words in enumerate(said)]
    thread = read(f'<div id="comments"><h3>5 Responses to “Our release”</h3>{"".join(rows)}</div>', "en")
    assert {one.author for one in thread.comments} == {"conor"}
    assert thread.comments[0].body == "First story in from Morning Herald."


def three(row: str, between: str = "") -> tuple[str, list[tuple[str | None, str | None, str, int | None]]]:
    """Anna, Jonas who answers her where `row` nests, and Zoé, with what is to be read of them."""
    said = (
        ("Anna Keller", "5 March 2023", "My father worked in the long room until it closed."),
        ("Jonas", "6 March 2023", "I would love to talk to him, please write to the desk."),
        ("Zoé", "7 March 2023", "The council kept this very quiet, did it not?"),
    )
    nests = "{kids}" in row
    rows = [row.format(who=who, when=when, what=what, kids="{kids}") for who, when, what in said]
    if nests:
        rows = [rows[0].format(kids=between.format(rows[1].format(kids=""))), rows[2].format(kids="")]
    read_of = [(who, f"2023-03-0{day}", what) for day, (who, _, what) in enumerate(said, 5)]
    return "".join(rows), [(*one, 1 if nests and place == 1 else None) for place, one in enumerate(read_of)]


def found_in(thread: Thread) -> list[tuple[str | None, str | None, str, int | None]]:
    return [(one.author, one.date, one.body, one.parent) for one in thread.comments]


@pytest.mark.parametrize(
    ("frame", "row", "between"),
    [
        (
            '<div class="reacties"><h3>Reacties (3)</h3><ul>{}</ul></div>',
            "<li><h4>{who} <small>{when}</small></h4><p>{what}</p><a>Beantwoorden</a>{kids}</li>",
            "<ul>{}</ul>",
        ),
        (
            '<section class="mt-12"><h2 class="text-xl">Discussion (3)</h2><div class="divide-y">{}</div></section>',
            '<div class="flex gap-3 py-4"><div class="h-8 w-8 rounded-full"></div><div class="flex-1"><div class="flex '
            'items-center gap-2"><p class="font-semibold text-gray-900">{who}</p><p class="text-gray-500">{when}</p></div>'
            '<div class="mt-1 text-gray-700"><p>{what}</p></div><button>Like</button><button>Reply</button>{kids}</div></div>',
            '<div class="ml-4 border-l pl-4">{}</div>',
        ),
        (
            '<div id="remark42"><div role="list">{}</div></div>',
            '<div class="thread" role="listitem"><article class="comment root__comment"><div class="comment__info"><button '
            'class="comment__username">{who}</button><a class="comment__time">{when}</a></div><div class="comment__body">'
            '<div class="comment__text"><p>{what}</p></div><button>Reply</button></div></article>{kids}</div>',
            "{}",
        ),
        (
            '<ol class="wp-block-comment-template">{}</ol>',
            '<li class="comment depth-1"><div class="wp-block-comment-author-name"><a href="https://a.example">{who}</a></div>'
            '<div class="wp-block-comment-date">{when}</div><div class="wp-block-comment-content"><p>{what}</p></div>{kids}</li>',
            "<ol>{}</ol>",
        ),
        ("<h3>Comments</h3>{}", "<p><strong>{who}</strong> <em>({when})</em><br>{what}</p><hr>", ""),
        (
            "<h2>Comments (3)</h2><div>{}</div>",
            "<div><div><span>{who}</span><span>{when}</span></div><div><p>{what}</p></div><button>Reply</button></div>",
            "",
        ),
    ],
    ids=[
        "lists in lists",
        "names of looks",
        "names on buttons",
        "one depth for all",
        "rules between",
        "glued by design",
    ],
)
def test_threads_are_found_whatever_their_markup(frame: str, row: str, between: str) -> None:
    rows, expected = three(row, between)
    assert found_in(read(frame.replace("{}", rows), lang="en")) == expected


@pytest.mark.parametrize("word", ["رد", "הגב", "返信", "回复", "답글", "Ответить", "Trả lời", "Yanıtla"])
def test_the_button_that_answers_is_no_text_in_any_language(word: str) -> None:
    row = '<div class="comment-item"><b class="name">{who}</b><i>{when}</i><p>{what}</p><a>' + word + "</a></div>"
    rows, expected = three(row)
    assert found_in(read(f'<div class="comments">{rows}</div>', lang="en")) == expected


def test_what_a_system_says_of_an_article_is_no_comment() -> None:
    details = (
        '<div class="com-content-article item-page"><dl class="article-info"><dt>Détails</dt><dd class="createdby">Écrit par : '
        '<span>Odile Verran</span></dd><dd class="published"><time datetime="2021-06-03">Publication : 3 juin 2021</time></dd>'
        '<dd class="hits">Affichages : 1023</dd></dl></div>'
    )
    assert read(details).comments == ()


def test_dated_rows_below_a_heading_that_speaks_of_something_else_are_no_comments() -> None:
    rows, _ = three("<p><strong>{who}</strong> <em>({when})</em><br>{what}</p><hr>")
    assert read(f"<h3>Opening nights</h3>{rows}", lang="en").comments == ()


@pytest.mark.parametrize(
    ("frame", "row"),
    [
        (
            '<div class="js-discussion">{}</div>',
            '<div class="timeline-comment"><h3><strong>{who}</strong> commented <i>{when}</i></h3>'
            '<div class="edit-comment-hide"><p>{what}</p></div></div>',
        ),
        (
            '<div class="replys"><h3>全部评论（3）</h3>{}</div>',
            '<div class="reply-item"><a class="nick">{who}</a><div class="reply-con">{what}</div>'
            '<div class="reply-foot"><span>{when}</span><a>回复</a></div></div>',
        ),
    ],
)
def test_a_box_named_as_buttons_are_is_the_text_where_it_holds_all_the_prose(frame: str, row: str) -> None:
    rows, expected = three(row)
    assert found_in(read(frame.replace("{}", rows), lang="en")) == expected


def test_elements_of_a_site_s_own_are_records_at_any_depth() -> None:
    row = '<x-comment><div><span slot="author">{who}</span><i>{when}</i></div><p>{what}</p><button>Reply</button>{kids}</x-comment>'
    rows, expected = three(row, "{}")
    assert found_in(read(f'<section id="comments"><h2>3 comments</h2>{rows}</section>', lang="en")) == expected
