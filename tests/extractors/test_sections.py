"""Sections, blocks, leads and footnotes of small pages."""

from __future__ import annotations

import pytest

from extractors.extract import extract
from extractors.records import BlockKind, Page, Section, SectionKind

LONG = "Le veilleur de nuit garde la maison pendant que les autres dorment, et il note chaque ronde dans un cahier."
MORE = (
    "À l’aube, il rend ses clés, boit un dernier café avec la boulangère et rentre se coucher quand la ville s’éveille."
)


def page(inner: str, description: str = "", title: str = "Veilleur de nuit") -> Page:
    meta = f'<meta name="description" content="{description}">' if description else ""
    return extract(
        f"<!doctype html><html lang=fr><head><title>{title}</title>{meta}</head><body>"
        f"<article><h1>{title}</h1>{inner}</article></body></html>",
        "https://magazine.example/veilleur",
    )


def body(inner: str, **more: str) -> Page:
    return page(f"<div class=entry-content>{inner}</div>", **more)


def outline(sections: tuple[Section, ...]) -> list[tuple[int, str | None, str]]:
    return [(section.level, section.heading, section.text) for section in sections]


def test_headings_open_sections_and_keep_their_level() -> None:
    found = body(f"<p>{LONG}</p><h2>Mission</h2><p>{MORE}</p><h3>La nuit</h3><p>{LONG}</p>")
    assert outline(found.sections) == [(1, None, LONG), (2, "Mission", MORE), (3, "La nuit", LONG)]


def test_the_text_is_headings_and_blocks_between_blank_lines() -> None:
    found = body(f"<h2>Mission</h2><p>{LONG}</p><p>{MORE}</p>")
    assert found.text == f"Mission\n\n{LONG}\n\n{MORE}"


def test_a_heading_that_repeats_the_title_opens_no_section() -> None:
    found = body(f"<h2>Veilleur de nuit</h2><p>{LONG}</p>")
    assert outline(found.sections) == [(1, None, LONG)]


@pytest.mark.parametrize(
    "markup",
    [
        "<p><b>Mission</b></p><p>{}</p>",
        "<p><strong>Mission</strong></p><p>{}</p>",
        "<p><b>Mission</b><br>{}</p>",
        "<div><strong>Mission</strong></div><p>{}</p>",
        "<b>Mission</b><p>{}</p>",
        "<b>Mission</b><br><br>{}",
    ],
)
def test_a_short_bold_line_is_a_heading(markup: str) -> None:
    found = body(f"<p>{LONG}</p>" + markup.format(MORE))
    assert [(section.heading, section.text) for section in found.sections] == [(None, LONG), ("Mission", MORE)]


def test_a_bold_line_ranks_below_the_heading_above_it() -> None:
    found = body(f"<h2>Mission</h2><p>{LONG}</p><p><b>La nuit</b></p><p>{MORE}</p>")
    assert [(section.level, section.heading) for section in found.sections] == [(2, "Mission"), (3, "La nuit")]


@pytest.mark.parametrize(
    "markup",
    [
        "<p><b>Attention :</b> {}</p>",  # a run-in label
        "<p><b>Il faut toujours fermer la porte du fond.</b></p><p>{}</p>",  # a sentence that is stressed
        "<p>{}</p><p><b>Fin</b></p>",  # nothing follows
    ],
)
def test_other_bold_text_is_no_heading(markup: str) -> None:
    found = body(f"<p>{LONG}</p>" + markup.format(MORE))
    assert [section.heading for section in found.sections] == [None]


def test_lines_that_are_full_sentences_are_paragraphs() -> None:
    found = body(f"<p><b>Mission</b><br>{LONG}<br>\n{MORE}</p><p>{LONG}</p>")
    assert [block.text for block in found.sections[0].blocks] == [LONG, MORE, LONG]


def test_the_lines_of_a_verse_stay_together() -> None:
    found = body(f"<p>{LONG}</p><p>Dans la nuit claire<br>une clé tourne<br>et la ville dort</p><p>{MORE}</p>")
    assert "Dans la nuit claire\nune clé tourne\net la ville dort" in [block.text for block in found.sections[0].blocks]


def test_blocks_say_what_they_are() -> None:
    found = body(
        f"<p>{LONG}</p><ul><li>une lampe</li><li>un cahier</li></ul><blockquote><p>{MORE}</p></blockquote>"
        "<table><tr><th>Âge</th><th>Salaire</th></tr><tr><td>20 ans</td><td>21 K€</td></tr></table>"
        f"<pre>22 h  ronde\n  23 h  ronde</pre><p>{LONG}</p>"
    )
    assert [(block.kind, block.text) for block in found.sections[0].blocks] == [
        (BlockKind.PARAGRAPH, LONG),
        (BlockKind.LIST, "une lampe\nun cahier"),
        (BlockKind.QUOTE, MORE),
        (BlockKind.TABLE, "Âge\tSalaire\n20 ans\t21 K€"),
        (BlockKind.CODE, "22 h  ronde\n  23 h  ronde"),
        (BlockKind.PARAGRAPH, LONG),
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<ul><li>une lampe</li><li>un cahier</li></ul>", "une lampe; un cahier"),
        ("<p>Il porte :</p><ol><li>une lampe</li><li>un cahier</li></ol>", "Il porte : une lampe; un cahier"),
        ("<ul><li>une lampe<ul><li>à huile</li></ul></li><li><a href=/c>un cahier</a></li></ul>",
         "une lampe; à huile; un cahier"),
        ("<ul><li><p>une lampe ;</p></li><li><p>un cahier</p></li></ul>", "une lampe ; un cahier"),
        ("une lampe<br>un cahier", "une lampe un cahier"),
    ],
)  # fmt: skip
def test_a_list_in_a_cell_stays_in_its_cell_and_keeps_its_items_apart(cell: str, text: str) -> None:
    found = body(
        f"<p>{LONG}</p><table><tr><th>Ronde</th><th>Outils</th></tr><tr><td>Nord</td><td>{cell}</td></tr>"
        f"<tr><td>Sud</td><td><ul><li>rien</li></ul></td></tr></table><p>{MORE}</p>"
    )
    table = found.sections[0].blocks[1]
    assert (table.kind, table.text) == (BlockKind.TABLE, f"Ronde\tOutils\nNord\t{text}\nSud\trien")


def test_a_table_that_lays_out_the_page_is_no_table() -> None:
    found = page(f"<table><tr><td width=600><p>{LONG}</p><p>{MORE}</p><td width=200></table>")
    assert {block.kind for section in found.sections for block in section.blocks} == {BlockKind.PARAGRAPH}


def test_no_break_spaces_stay_and_other_blanks_are_folded() -> None:
    found = body(f"<p>Il  garde\n la\tmaison\u00a0: toujours. {LONG}</p><p>{MORE}</p>")
    assert found.text.startswith("Il garde la maison\u00a0: toujours. ")


@pytest.mark.parametrize("name", ["chapo", "excerpt", "standfirst", "entry-summary", "article-lead", "dek"])
def test_a_paragraph_named_as_a_lead_is_the_lead(name: str) -> None:
    found = page(f"<div class={name}><p>{MORE}</p></div><div class=entry-content><p>{LONG}</p><p>{LONG} Bis.</p></div>")
    assert found.lead == MORE
    assert MORE not in found.text


@pytest.mark.parametrize("names", ["h2 class=subtitle", "h3 class=post-subheading", "p class=article__desc"])
def test_a_subtitle_below_the_headline_is_the_lead_and_no_heading(names: str) -> None:
    tag = names[:2].strip()
    found = page(f"<{names}>Ceux qui veillent pendant que les autres dorment</{tag}><p>{LONG}</p><p>{MORE}</p>")
    assert found.lead == "Ceux qui veillent pendant que les autres dorment"
    assert outline(found.sections) == [(1, None, f"{LONG}\n\n{MORE}")]


@pytest.mark.parametrize(
    "panel",
    [
        "<details><summary>Qui paie ?</summary><p>{0}</p></details>",
        "<h3><button aria-expanded=false aria-controls=p1>Qui paie ?</button></h3><div id=p1 hidden><p>{0}</p></div>",
        "<div class=accordion-header><button aria-expanded=false>Qui paie ?</button></div><div><p>{0}</p></div>",
        "<button class=accordion>Qui paie ?</button><div class=panel><p>{0}</p></div>",
        "<div class=elementor-tab-title role=button aria-expanded=false>Qui paie ?</div><div><p>{0}</p></div>",
    ],
)
def test_the_title_of_a_panel_that_opens_is_a_heading_of_what_it_hides(panel: str) -> None:
    found = body(f"<h2>Mission</h2><p>{LONG}</p>{panel.format(MORE)}")
    assert outline(found.sections) == [(2, "Mission", LONG), (3, "Qui paie ?", MORE)]
    assert found.sections[1].kind is (SectionKind.H if "<h3>" in panel else SectionKind.PSEUDO)


def test_a_button_that_opens_no_text_is_no_heading() -> None:
    found = body(f"<button aria-expanded=false>Menu</button><p>{LONG}</p><button>Partager</button><p>{MORE}</p>")
    assert found.text == f"{LONG}\n\n{MORE}"


def test_the_shown_description_is_the_lead() -> None:
    found = page(f"<p>{MORE}</p><div class=entry-content><p>{LONG}</p><p>{LONG} Bis.</p></div>", description=MORE)
    assert MORE in f"{found.lead} {found.text}"


def test_a_description_that_is_not_shown_is_no_lead() -> None:
    assert (
        body(f"<p>{LONG}</p><p>{MORE}</p>", description="Une fiche métier comme il en faut, avec des conseils.").lead
        is None
    )


def test_a_first_paragraph_in_italics_is_the_lead() -> None:
    found = body(f"<p><i>{MORE}</i></p><p>{LONG}</p><p>{LONG} Bis.</p>")
    assert found.lead == MORE


def test_a_note_marked_by_a_star_that_the_text_refers_to_is_a_footnote() -> None:
    found = body(f"<p>Il aime le brick* et la pierre. {LONG}</p><p>{MORE}</p><p>* Terre cuite, en anglais.</p>")
    assert found.footnotes == ("* Terre cuite, en anglais.",)
    assert "Terre cuite" not in found.text


def test_a_star_that_nothing_refers_to_is_text() -> None:
    found = body(f"<p>{LONG}</p><p>* Le soir, il ferme les volets et il éteint la lampe de la cour.</p><p>{MORE}</p>")
    assert found.footnotes == ()


def test_linked_notes_are_footnotes_without_their_way_back() -> None:
    found = body(
        f'<p>{LONG}<sup><a href="#fn1">1</a></sup></p><p>{MORE}</p>'
        '<section class="footnotes"><h2>Notes</h2><ol><li id="fn1">Un cahier à spirale. <a href="#r">↩</a></li></ol></section>'
    )
    assert found.footnotes == ("Un cahier à spirale.",)
    assert found.text == f"{LONG}\n\n{MORE}"


def test_links_are_counted_by_where_they_lead() -> None:
    found = body(
        f'<p>{LONG} <a href="/a">a</a> <a href="https://www.magazine.example/b">b</a> <a href="https://other.example/">c</a>'
        f' <a href="mailto:x@y.example">d</a></p><p>{MORE}</p>'
    )
    assert (found.links.internal, found.links.external) == (2, 1)


@pytest.mark.parametrize("name", ["hide", "box d-none"])
def test_a_box_whose_class_hides_it_is_not_read(name: str) -> None:
    found = body(f"<p>{LONG} {MORE}</p><p class='{name}'>{LONG} Encore.</p><p>{MORE} {LONG}</p>")
    assert found.text == f"{LONG} {MORE}\n\n{MORE} {LONG}"


def test_a_box_that_some_screens_show_is_read() -> None:
    found = body(f"<p>{LONG}</p><p class='d-none d-md-block'>{MORE}</p>")
    assert found.text == f"{LONG}\n\n{MORE}"


@pytest.mark.parametrize(
    "wrappers", [("builder-module", "builder-text"), ("widget widget-heading", "widget-container")]
)
def test_a_heading_in_two_wrappers_of_a_page_builder_is_kept(wrappers: tuple[str, str]) -> None:
    outer, inner = wrappers

    def module(markup: str) -> str:
        return f"<div class='{outer}'><div class='{inner}'>{markup}</div></div>"

    parts = [("Ronde", LONG), ("Repos", MORE)]
    found = page("".join(module(f"<h2>{title}</h2>") + module(f"<p>{text}</p>") for title, text in parts))
    assert outline(found.sections) == [(2, title, text) for title, text in parts]


_BUILDERS = {
    "elementor": ("elementor-widget elementor-widget-heading", "elementor-widget-container"),
    "divi": ("et_pb_module et_pb_text", "et_pb_text_inner"),
    "wpbakery": ("wpb_text_column wpb_content_element", "wpb_wrapper"),
    "beaver": ("fl-module fl-module-heading", "fl-module-content fl-node-content"),
}


@pytest.mark.parametrize("number", [1, 2, 4, 5])
@pytest.mark.parametrize("rows", [False, True])
@pytest.mark.parametrize("builder", _BUILDERS)
def test_no_heading_of_a_page_builder_is_lost(builder: str, rows: bool, number: int) -> None:
    outer, inner = _BUILDERS[builder]
    row = "<div class=row>{}</div>" if rows else "{}"

    def module(markup: str) -> str:
        return row.format(f"<div class='{outer}'><div class='{inner}'>{markup}</div></div>")

    headings = ["Ronde", "Repos", "Salaire", "Études", "Avenir"][:number]
    parts = [module(f"<h2>{one}</h2>") + module(f"<p>{one} : {LONG}</p><p>{MORE} {one}.</p>") for one in headings]
    assert [section.heading for section in page("".join(parts)).sections] == headings


@pytest.mark.parametrize(
    "heading",
    [
        "<h2><a href=/une>À la une</a></h2>",
        "<div class=related><h2>À la une</h2></div>",
    ],
)
def test_a_heading_of_something_else_is_not_taken_for_that_of_the_text(heading: str) -> None:
    found = page(f"{heading}<div class=entry-content><p>{LONG}</p><p>{MORE}</p></div>")
    assert [section.heading for section in found.sections] == [None]


_LINKS = [("/nord", "Porte du nord"), ("/sud", "Porte du sud"), ("/quai", "Quai aux fleurs")]


@pytest.mark.parametrize(
    "markup",
    [
        "<ul>" + "".join(f"<li><a href={to}>{text}</a></li>" for to, text in _LINKS) + "</ul>",
        "".join(f"<p><a href={to}>{text}</a></p>" for to, text in _LINKS),
        "".join(f"<div><a href={to}>{text}</a></div>" for to, text in _LINKS),
        "<p>" + "<br>".join(f"<a href={to}>{text}</a>" for to, text in _LINKS) + "</p>",
    ],
)
@pytest.mark.parametrize("behind", [f"<p>{LONG} Encore.</p>", ""])
def test_bare_links_that_a_colon_announces_are_text(markup: str, behind: str) -> None:
    found = body(f"<p>{LONG}</p><p>{MORE}</p><p>Les portes qu’il garde encore :</p>{markup}{behind}")
    assert all(text in found.text for _, text in _LINKS)


@pytest.mark.parametrize("line", ["Lire aussi :", "Related articles:", "À lire également :"])
def test_bare_links_to_other_articles_stay_out_with_what_announces_them(line: str) -> None:
    links = "".join(f"<li><a href={to}>{text}</a></li>" for to, text in _LINKS)
    found = body(f"<p>{LONG}</p><p>{MORE}</p><p>{LONG} Encore.</p><p>{line}</p><ul>{links}</ul>")
    assert found.text == f"{LONG}\n\n{MORE}\n\n{LONG} Encore."


def test_a_line_that_is_only_a_date_is_no_text() -> None:
    found = body(f"<p>2022年7月6日 10:30</p><p>{LONG}</p><p>{MORE}</p>")
    assert found.text == f"{LONG}\n\n{MORE}"


def test_bold_lines_with_a_colon_and_long_questions_are_headings() -> None:
    question = "Comment êtes-vous devenu veilleur, après des études de droit et plusieurs années dans une banque ?"
    found = body(
        f"<p>{LONG}</p><p><strong>Préparer la ronde :</strong></p><p>{MORE}</p>"
        f"<p><strong>{question}</strong></p><p>{LONG}</p>"
    )
    assert [section.heading for section in found.sections] == [None, "Préparer la ronde :", question]


def test_the_signs_of_permalinks_are_no_text_anywhere() -> None:
    found = body(
        f"<p>{LONG}</p><dl><dt>ronde<a href='#ronde'>¶</a></dt><dd>{MORE}</dd></dl><p>{LONG} "
        "<a href='/law#7'>§ 7</a></p>"
    )
    assert "¶" not in found.text
    assert "§ 7" in found.text


def test_a_table_of_contents_of_one_entry_is_no_text() -> None:
    contents = "<div class=toc><h2>Contents</h2><ul><li><a href='#a'>1 Rounds</a></li></ul></div>"
    found = body(f"{contents}<p>{LONG}</p><h2 id=a>Rounds</h2><p>{MORE}</p>")
    assert found.text == f"{LONG}\n\nRounds\n\n{MORE}"


@pytest.mark.parametrize("sign", ["¶", "#", "[edit]", "[modifier | modifier le code]", "Back to top"])
def test_signs_beside_a_heading_are_no_part_of_it(sign: str) -> None:
    found = body(f"<p>{LONG}</p><h2>Mission <a href='#m'>{sign}</a></h2><p>{MORE}</p>")
    assert found.sections[1].heading == "Mission"


def test_captions_are_blocks_and_no_text() -> None:
    found = body(
        f"<p>{LONG}</p><figure><img src=a.jpg><figcaption>The lamp at the gate, lit at dusk.</figcaption></figure><p>{MORE}</p>"
    )
    blocks = found.sections[0].blocks
    assert [(block.kind, block.text) for block in blocks] == [
        (BlockKind.PARAGRAPH, LONG),
        (BlockKind.CAPTION, "The lamp at the gate, lit at dusk."),
        (BlockKind.PARAGRAPH, MORE),
    ]
    assert found.text == f"{LONG}\n\n{MORE}"


def test_a_text_that_the_page_carries_twice_is_read_once() -> None:
    twice = f"<h2>Rounds</h2><p>{LONG}</p><ul><li>A lamp</li><li>A book</li></ul><p>{MORE}</p>"
    found = body(f"<div class=desktop>{twice}</div><div class=mobile>{twice}</div>")
    assert found.text.count(LONG) == found.text.count("Rounds") == found.text.count(MORE) == 1


def test_a_line_that_comes_back_among_others_stays() -> None:
    found = body(f"<p>{LONG}</p><p>Knock, knock.</p><p>{MORE}</p><p>Knock, knock.</p><p>{MORE[::-1]}</p>")
    assert found.text.count("Knock, knock.") == 2


def test_a_heading_says_what_makes_it_one() -> None:
    found = body(f"<h2>Rounds</h2><p>{LONG}</p><p><strong>At the gate</strong></p><p>{MORE}</p>")
    assert [(section.heading, section.kind) for section in found.sections] == [
        ("Rounds", "h"),
        ("At the gate", "pseudo"),
    ]


def test_long_bold_lines_that_come_back_head_what_follows() -> None:
    lines = [
        f"{n}) Réunion des veilleurs de la ville haute et de la ville basse, le mercredi {n} septembre au soir"
        for n in (1, 2, 3)
    ]
    found = body("".join(f"<p><b>{line}</b></p><p>{LONG} {MORE}</p>" for line in lines))
    assert [section.heading for section in found.sections] == lines
    once = body(f"<p>{LONG}</p><p><b>{lines[0]}</b></p><p>{LONG} {MORE}</p>")
    assert [section.heading for section in once.sections] == [None]


@pytest.mark.parametrize("line", ["Lire aussi : ", "Read more: ", "Related: ", "Siehe auch: "])
def test_a_line_that_leads_to_another_article_is_no_text(line: str) -> None:
    found = body(
        f"<p>{LONG}</p><p>{line}<a href=/b>Les cloches de la ville haute et leurs sonneurs</a></p><p>{MORE}</p>"
    )
    assert found.text == f"{LONG}\n\n{MORE}"
    said = body(
        f"<p>{LONG}</p><p>Read more books, he says, and <a href=/b>fewer</a> letters; the nights are long here.</p><p>{MORE}</p>"
    )
    assert "Read more books" in said.text
