from __future__ import annotations

import random

from extractors.extract import extract_of_site
from extractors.records import Page, PageKind
from extractors.whole_site.learning import changes, learn
from extractors.whole_site.site_profile import SiteProfile, shape_of
from extractors.whole_site.traits import PageTraits

WORDS = (
    "le moulin tourne quand la rivière monte et que les enfants du village ramassent des noix sous les arbres".split()
)
ABOUT = "Jeanne tient ce carnet depuis dix ans, entre deux tournées de pain, et répond volontiers aux lettres."
NEWEST = ("Merci pour la recette du pain d'épices.", "La photo du pont est superbe.", "À quand la suite du voyage ?")


def prose(number: int) -> str:
    chosen = random.Random(number)
    return "".join(f"<p>{' '.join(chosen.choices(WORDS, k=45)).capitalize()}.</p>" for _ in range(4))


def comment(number: int, body: str) -> str:
    return (
        f'<li class="comment" id="comment-{number}"><cite class="fn">Paul {number}</cite> <span class="date">3 mars 2014 '
        f"à 10 h {number % 50 + 10}</span><p>{body}</p></li>"
    )


def html(number: int, thread: str = "", about: str = ABOUT) -> str:
    newest = "".join(comment(900 + n, body) for n, body in enumerate(NEWEST))
    return (
        f"<html><head><title>Billet {number} | Le carnet</title></head><body><article><h1>Billet {number}</h1>"
        f"{prose(number)}<p>{about}</p></article><div id='comments'>{thread}</div>"
        f"<div class='newest'><h3>Derniers commentaires</h3><ol class='commentlist'>{newest}</ol></div></body></html>"
    )


def url(number: int) -> str:
    return f"http://carnet.example/2014/03/billet-{number}/"


def read(number: int, profile: SiteProfile | None = None, **rest: str) -> tuple[Page, PageTraits]:
    return extract_of_site(html(number, **rest), url(number), profile)


def profile_of(count: int = 12) -> SiteProfile:
    return learn([read(number)[1] for number in range(count)])


def test_the_same_pages_teach_the_same_in_any_order():
    traits = [read(number)[1] for number in range(12)]
    assert learn(traits) == learn(reversed(traits))


def test_a_page_teaches_the_same_with_the_profile_as_without():
    profile = profile_of()
    assert read(3, profile)[1] == read(3)[1]


def test_few_pages_teach_nothing():
    assert profile_of(5).repeated == frozenset()


def test_what_several_articles_say_is_no_articles_text():
    profile = profile_of()
    alone, known = read(3)[0], read(3, profile)[0]
    assert ABOUT in alone.text
    assert ABOUT not in known.text
    assert len(known.text) > 500


def test_a_page_that_has_nothing_else_keeps_what_the_site_repeats():
    profile = profile_of()
    bare = f"<html><head><title>À propos</title></head><body><h1>À propos</h1><p>{ABOUT}</p></body></html>"
    assert ABOUT in extract_of_site(bare, url(99), profile)[0].text


def test_the_newest_comments_of_the_site_are_no_comments_of_the_article():
    profile = profile_of()
    assert len(read(3)[0].comments) == 3
    assert read(3, profile)[0].comments == ()


def test_spam_that_is_posted_under_every_article_stays_a_comment():
    def spammed(number: int) -> str:
        own = "".join(comment(10 * number + n, f"Une remarque propre au billet {number}, la {n}e.") for n in range(3))
        thread = f"<ol class='commentlist'>{comment(10 * number + 9, 'Buy cheap watches now at this shop')}{own}</ol>"
        return (
            f"<html><head><title>Billet {number}</title></head><body><article><h1>Billet {number}</h1>{prose(number)}"
            f"</article><div id='comments'><h3>4 commentaires</h3>{thread}</div></body></html>"
        )

    profile = learn([extract_of_site(spammed(n), url(n), None)[1] for n in range(12)])
    found = extract_of_site(spammed(3), url(3), profile)[0]
    assert len(found.comments) == 4


def test_a_page_elsewhere_than_all_articles_is_static():
    pages = [read(number)[1] for number in range(25)]
    sure = [PageTraits(url=page.url, kind="article", margin=6.0, blocks=page.blocks) for page in pages]
    profile = learn(sure)
    page = html(200, about="Pour nous écrire, le plus simple est la poste.").replace("<ol class='commentlist'>", "<ol>")
    assert extract_of_site(page, "http://carnet.example/nos-amis/", None)[0].page_kind is PageKind.ARTICLE
    assert extract_of_site(page, "http://carnet.example/nos-amis/", profile)[0].page_kind is PageKind.STATIC
    assert extract_of_site(page, url(200), profile)[0].page_kind is PageKind.ARTICLE


def test_only_pages_that_the_profile_changes_are_read_again():
    profile = profile_of()
    other = PageTraits(url=url(50), kind="article", margin=9.0, blocks=("0" * 16,))
    assert changes(read(3)[1], SiteProfile(), profile)
    assert not changes(other, SiteProfile(), profile)
    assert not changes(read(3)[1], profile, profile)


def test_the_end_of_titles_is_learned():
    assert profile_of().suffix == " | Le carnet"


def test_shapes_of_addresses_leave_words_out():
    assert shape_of("http://a.example/2020/05/le-moulin/") == "/4/2/w/"
    assert shape_of("http://a.example/fiche-12.html?b=1&a=2") == "/w.html?a&b"


def guide(number: int, named: str) -> str:
    """A long page with a headline, which its publishing system calls a post or a page."""
    stated = "<meta property='og:type' content='article'>"
    return (
        f"<html><head><title>Guide {number}</title>{stated}</head><body class='{named}'><article>"
        f"<h1>Guide {number}</h1>{prose(number)}</article></body></html>"
    )


def guides(posts: int, pages: int) -> tuple[SiteProfile, list[PageTraits]]:
    named = [f"single postid-{n}" if n < posts else f"page page-id-{n}" for n in range(posts + pages)]
    traits = [extract_of_site(guide(n, name), f"http://a.example/g-{n}/", None)[1] for n, name in enumerate(named)]
    return learn(traits), traits


def test_where_a_site_keeps_its_articles_as_posts_its_pages_are_static():
    profile, traits = guides(posts=12, pages=1)
    a_page = guide(12, "page page-id-12")
    assert extract_of_site(a_page, "http://a.example/g-12/", None)[0].page_kind is PageKind.ARTICLE
    assert extract_of_site(a_page, "http://a.example/g-12/", profile)[0].page_kind is PageKind.STATIC
    assert [changes(page, SiteProfile(), profile) for page in traits] == [False] * 12 + [True]


def test_where_a_site_has_no_posts_its_pages_are_articles():
    profile, _ = guides(posts=0, pages=12)
    assert (
        extract_of_site(guide(3, "page page-id-3"), "http://a.example/g-3/", profile)[0].page_kind is PageKind.ARTICLE
    )


def named(number: int, suffix: str, *names: str) -> PageTraits:
    return PageTraits(
        url=f"http://a.example/{number}",
        kind="article",
        margin=5.0,
        tail=suffix,
        names=names,
        blocks=(f"{number:016x}",),
    )


def test_a_name_beside_changing_authors_is_the_theme_s():
    with_label = learn([named(n, " | Mag", f"Anna {n % 4}", "Studio Lune") for n in range(12)])
    assert with_label.labels == {"Studio Lune"}
    one_author = learn([named(n, " | Mag", "Jeanne Petit") for n in range(12)])
    assert one_author.labels == frozenset()


def test_what_the_site_s_titles_end_with_is_no_part_of_one():
    profile = learn([named(n, " | Le carnet") for n in range(12)])
    page = (
        f"<html><head><title>Le four banal | Le carnet</title></head><body><article>{prose(1)}</article></body></html>"
    )
    address = "http://a.example/four/"
    assert extract_of_site(page, address, profile)[0].title == "Le four banal"
    only = SiteProfile(suffix=" : chronique d'un village")
    assert only.without_suffix("Le four : chronique d'un village") == "Le four"


def test_a_thread_under_each_page_of_an_article_is_no_box_of_the_site_s():
    def part(article: int, number: int) -> PageTraits:
        said = "".join(comment(10 * article + n, f"Merci pour la page {article} et ses photos, {n}.") for n in range(3))
        pager = "".join(
            f"<a href='/a-{article}/{f'{n}/' if n > 1 else ''}'>{n}</a>" for n in range(1, 5) if n != number
        )
        html = (
            f"<html><head><title>Article {article}</title></head><body><article><h1>Article {article}</h1>"
            f"{prose(100 * article + number)}<p class='pages'>{pager}</p></article>"
            f"<div id='comments'><ol class='commentlist'>{said}</ol></div></body></html>"
        )
        where = f"http://a.example/a-{article}/{f'{number}/' if number > 1 else ''}"
        return extract_of_site(html, where, None).traits

    profile = learn([part(article, number) for article in range(12) for number in range(1, 5)])
    assert (profile.articles, profile.widgets) == (12, frozenset())
