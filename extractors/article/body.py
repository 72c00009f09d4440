"""Which text blocks of a page are its article: every block is measured, then judged twice by boosted decision trees.

The trees are data (`forests`). The first look goes by what is measured of each block (`block_features`), the second
also by what the first took the blocks around it for (`second_look`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from extractors.article.block_features import Stated, matrix
from extractors.article.boilerplate import is_boilerplate
from extractors.article.forests import Shares, forests
from extractors.article.metadata import words
from extractors.article.names import LABELLED, PREFIX, people_in
from extractors.article.naming import AD, ASKING, META, NAV, RELATED, SOCIAL, named
from extractors.article.outline import Node, Outline
from extractors.article.second_look import context
from extractors.caching import kept
from extractors.dates import find_date

_THRESHOLD = 0.45  # probability from which a block counts as the article's
_MIN_CHARACTERS = 25  # kept text below this is a stray line: then the page's best stretch is taken instead
_FEW_BLOCKS = 12  # a page with so little on it has hardly any boilerplate to tell the article from
_THRESHOLD_OF_FEW = 0.3
_MOST_EXPECTED = 0.5  # share of the expected text that the usual threshold must keep
_LEAST_THRESHOLD = 0.2
_JUST_BELOW = 1e-6
_MOST_WEIGHT = 600  # characters from which a block weighs no more
_MAINLY = 0.8  # share of the article's text that must stand before the comments
_MAX_LIST = 400  # blocks; longer lists are not settled
_MAX_ITEM = 400  # characters
_MAX_HEADING = 150  # characters; longer ones are text that is set as a heading
_MOST = 0.4
_MAX_LABEL = 40  # characters
_ALL_LINK = 0.9  # share of a line that is a link
_MAX_ASKING = 300  # characters
_ASKING_BOX = re.compile(r"(?:newsletter|read-?more|subscribe|sign-?up|related|promo)(?![a-z])", re.IGNORECASE)
_REFERENCE = re.compile(
    r"\W{0,3}(?:read (?:more|also|next)|see also|also read|related(?: (?:articles?|stories|story|reading|posts?))?|"
    r"more on|recommended reading|further reading|don['’]t miss|lire (?:aussi|également|la suite|:)|lire\s:|"
    r"à lire|voir aussi|"
    r"lesen sie (?:auch|mehr|hier)|lies auch|mehr (?:zum thema|dazu)|siehe auch|auch interessant|"
    r"le[ae] (?:también|más)|leer más|te puede interesar|ver también|leggi anche|leia (?:também|mais)|"
    r"lees (?:ook|meer)|läs (?:också|mer)|les også|læs også|czytaj (?:też|także|więcej)|читайте также|関連記事|"
    r"あわせて読みたい)(?!\w)",
    re.IGNORECASE,
)
_ANNOUNCES_OTHERS = re.compile(
    r"\W{0,3}(?:(?:you (?:may|might) also like|related (?:articles?|stories|reading|posts?|links?|topics?)|"
    r"(?:read|see) also|more (?:articles?|stories|posts?)|also read|read (?:more|next)|share this|"
    r"(?:post )?tags?|tagged|filed under|categor(?:y|ies)|lire aussi|(?:à )?lire également|à lire(?: aussi)?|"
    r"voir aussi|articles? (?:liés?|similaires?|connexes?)|"
    r"sur le même (?:sujet|thème)|partager|mots[- ]clés|étiquettes|"
    r"(?:lesen sie|lies) auch|siehe auch|mehr zum thema|das könnte (?:sie|dich) auch interessieren|ähnliche artikel|"
    r"verwandte (?:artikel|themen)|schlagwörter|(?:le[ae]|ver) también|te puede interesar|"
    r"artículos relacionados|etiquetas|"
    r"leggi anche|articoli correlati|leia (?:também|mais)|lees ook|läs också|les også|czytaj (?:też|także)|"
    r"читайте также|関連記事))\W{0,4}",
    re.IGNORECASE,
)
_REFERENCE_LINK = 0.65  # share of such a line that is a link
_MAX_REFERENCE = 250  # characters
_MAX_BOX = 12  # blocks of a box beside its heading
_THRESHOLD_OF_HEADINGS = 0.2  # probability of one whose text is kept
_CONTENTS = re.compile(
    r"\W*(?:on this page|in this article|(?:table of )?contents|sommaire|table des matières|dans cet article|inhalt|"
    r"inhaltsverzeichnis|índice|contenido|indice|sommario|inhoud)\W*",
    re.IGNORECASE,
)
_MAX_WRAPPERS = 6  # elements around a heading
_NO_WRAPPERS = frozenset({"aside", "nav", "footer", "form"})
_BOXES = frozenset({"div", "section", "article", "main", "aside"})
_BIOGRAPHY = re.compile(
    r"\W{0,3}(?i:about (?:the author:? )?|(?:written|words|text) by )?(?P<name>[^\W\d_a-z][\w.'’-]+(?: [\w.'’-]+){0,2}"
    r" [^\W\d_a-z][\w'’-]+),? (?:is (?:an?|the|our|currently|co-|based|editor)|who|covers|writes|reports|"
    r"has (?:been|covered|written|worked)|lives|teaches|joined|works|ist (?:\w+ )?(?:redakteur|autor|journalist|"
    r"reporter|"
    r"freie)|schreibt|arbeitet|est (?:journaliste|rédact|auteur|autrice|chroniqueu)|es (?:periodista|redactor)|"
    r"è (?:un|una|giornalista)|is (?:journalist|redacteur))",
)
_MAX_BIOGRAPHY = 3  # blocks at the end of the text
_MAX_ABOUT = 600  # characters
_HOPELESS = 0.12  # probability of the best block below which a page has no article
_DETAILS = re.compile(
    r"(?:article|entry|post|story|node)[-_]{0,2}(?:info|meta|details?|byline)\b|\b(?:byline|dateline)\b", re.IGNORECASE
)
_DETAILS_WITHIN = 3  # elements around a block
_MAX_SIGNED = 100  # characters of a line that only says who and when
_MAX_ROLE = 25  # characters beside the names: "Written by ", "Story: "
_ENDS = " ,.:;|·•–—-()"
_MAX_DETAILS = 300  # characters of such a box
_BYLINE_WITHIN = 5  # blocks from the start
_MAX_BYLINE = 160  # characters
_BYLINE = re.compile(
    r"\W*(?:by|par|von|por|di|door|av|(?:posted|published|written|updated)(?: (?:by|on|in|at))?|(?:publié|rédigé|"
    r"écrit)(?: par| le)?|"
    r"(?:veröffentlicht|geschrieben|erstellt)(?: von| am)?|(?:publicado|escrito)(?: por| el)?|pubblicato(?: da| "
    r"il)?|geplaatst)\b"
    r".{0,120}\b(?:19|20)\d\d\b[^.!?]{0,40}$",
    re.IGNORECASE | re.DOTALL,
)
_DATE_LINE = re.compile(
    r"\W*(?:\d{4}年\d{1,2}月\d{1,2}日[\s\d:：時分()（）月火水木金土日曜更新公開]*|"
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:[\s,T]+\d{1,2}[:.h]\d\d)?)\W*$"
)
_BY = re.compile(
    r"\W*(?:by|par|von|vom|por|di|da|door|av|af|od|от|posted|published|written|publié|veröffentlicht)\b", re.IGNORECASE
)
_BEHIND_DATE = 25  # characters: "in Soups", "· 3 min read"

Kept = NDArray[np.bool_]
"""For each block of a page whether it is the article's."""


def article_blocks(page: Outline, stated: Stated, thread_starts: int | None = None) -> tuple[int, ...]:
    """The indices of the blocks that make up the article, in reading order; empty if the page holds none.

    `thread_starts` is the block before which the comment thread stood, if there is one.
    """
    if not page.blocks:
        return ()
    first, second = forests()
    rows = matrix(page, stated)
    shares = second.probabilities(np.hstack((rows, context(page, first.probabilities(rows)))))
    return selected(page, shares, thread_starts, stated.title, stated.authors)


def selected(
    page: Outline,
    shares: Shares,
    thread_starts: int | None = None,
    title: str | None = None,
    authors: Sequence[str] = (),
) -> tuple[int, ...]:
    """What the single judgements come to: lists stand or fall as a whole, headings with what they head."""
    kept = shares > _threshold(page, shares)
    if sum(len(page.blocks[index].text) for index in np.flatnonzero(kept)) < _MIN_CHARACTERS:
        kept = _best_stretch(page, shares)
    _settle_lists(page, kept)
    _drop_contents(page, kept)
    _drop_byline(page, kept)
    _drop_asking_boxes(page, kept)
    _drop_boilerplate(page, kept)
    _drop_references(page, kept)
    _drop_announced_references(page, kept)
    _drop_biography(page, kept, authors)
    _drop_remains_of_boxes(page, kept)
    _keep_announced(page, kept)
    _keep_headings(page, kept, shares, title)
    _drop_copies(page, kept)
    article = [int(index) for index in np.flatnonzero(kept)]
    if thread_starts is not None:
        article = _before_thread(page, article, thread_starts)
    return _without_loose_headings(page, article)


def _threshold(page: Outline, shares: Shares) -> float:
    """The probability from which a block is kept. Where the usual one would leave out most of what is to be expected,
    because all of a page's blocks are doubtful, the one with the greatest expected F1."""
    if len(page.blocks) <= _FEW_BLOCKS:
        return _THRESHOLD_OF_FEW
    sizes = np.array([min(len(block.text), _MOST_WEIGHT) for block in page.blocks])
    expected = sizes * shares
    if expected[shares > _THRESHOLD].sum() >= _MOST_EXPECTED * expected.sum():
        return _THRESHOLD
    order = np.argsort(-shares, kind="stable")
    scores = 2 * np.cumsum(expected[order]) / (np.cumsum(sizes[order]) + expected.sum())
    best = float(shares[order][int(np.argmax(scores))])
    return min(max(best, _LEAST_THRESHOLD), _THRESHOLD) - _JUST_BELOW


def _best_stretch(page: Outline, shares: Shares) -> Kept:
    """On a page where nothing looks like an article: what comes nearest to it, taken with its equals, if it comes
    near at all. The shell of a page that a script would fill has menus and nothing else."""
    if len(page.blocks) > _FEW_BLOCKS and shares.max() < _HOPELESS:
        return np.zeros(len(shares), dtype=np.bool_)
    weights = shares * np.array([min(len(block.text), 200) for block in page.blocks])
    best = int(np.argmax(weights))
    return np.asarray(shares >= 0.5 * shares[best])


def _settle_lists(page: Outline, kept: Kept) -> None:
    """A list or data table of which most is the article's is so wholly, and the other way round."""
    for index, node in enumerate(page.nodes):
        if not 1 < node.last - node.first <= _MAX_LIST:
            continue
        if node.list != index and not (node.tag == "table" and page.is_data_table(index)):
            continue
        inside = range(node.first, node.last)
        sizes = [len(page.blocks[i].text) for i in inside]
        if max(sizes) > _MAX_ITEM or any(page.nodes[page.blocks[i].node].heading for i in inside):
            continue  # a list that lays out a page
        share = sum(size for i, size in zip(inside, sizes, strict=True) if kept[i]) / sum(sizes)
        if 0 < share < 1:
            kept[node.first : node.last] = share >= _MOST


def _drop_contents(page: Outline, kept: Kept) -> None:
    """Lists that lead nowhere but further down the page say again what the headings say."""
    for index, node in enumerate(page.nodes):
        if node.list == index and 0 < node.last - node.first <= _MAX_LIST:
            inside = page.blocks[node.first : node.last]
            if all(block.anchors and block.anchors[0].startswith("#") and block.link_share > 0.8 for block in inside):
                kept[node.first : node.last] = False


def _drop_byline(page: Outline, kept: Kept) -> None:
    """The line with author and date above the text: metadata, read elsewhere."""
    for index in np.flatnonzero(kept)[:_BYLINE_WITHIN]:
        text = page.blocks[index].text
        if page.nodes[page.blocks[index].node].heading:
            continue
        if _is_line_of_metadata(text) or _is_in_details(page, index):
            kept[index] = False


def _is_in_details(page: Outline, index: int) -> bool:
    """Whether a block stands in a small box that is named as the article's details: category, date, readers."""
    return any(
        _DETAILS.search(box.names) and sum(len(one.text) for one in page.blocks[box.first : box.last]) <= _MAX_DETAILS
        for box in (page.nodes[around] for around in page.ancestors(page.blocks[index].node, _DETAILS_WITHIN))
        if box.names and box.last - box.first <= _MAX_BOX
    )


def _is_line_of_metadata(text: str) -> bool:
    if len(text) > _MAX_BYLINE:
        return False
    return (
        bool(_BYLINE.match(text) or _DATE_LINE.match(text))
        or _ends_ago(text)
        or _names_and_dates(text)
        or _only_signs(text)
    )


def _only_signs(text: str) -> bool:
    """A line that holds a name behind a word such as "by", a date, or both, and nothing else."""
    if len(text) > _MAX_SIGNED or text.endswith((".", "!", "?", ":")):
        return False
    found = find_date(text)
    if found is not None and (found.year is None or found.ago is not None):
        return False
    rest = text if found is None else f"{text[: found.start]} {text[found.end :]}".strip(_ENDS)
    if not PREFIX.match(rest):
        return False
    names = people_in(rest, stated=False)
    return bool(names) and all(" " in name for name in names) and len(rest) <= len(" and ".join(names)) + _MAX_ROLE


def _names_and_dates(text: str) -> bool:
    """A line such as "Автор: Anna Keller Опубликовано 5 февраля 2024"."""
    found = find_date(text) if LABELLED.search(text) else None
    return found is not None and found.year is not None


def _ends_ago(text: str) -> bool:
    """A line such as "By Anna Keller, 3 weeks ago", which says something else every night."""
    found = find_date(text) if _BY.match(text) else None
    return found is not None and found.ago is not None and len(text) - found.end <= _BEHIND_DATE


def _drop_asking_boxes(page: Outline, kept: Kept) -> None:
    """Small boxes that are named as an advertisement for a newsletter or as related reading."""
    before = [0, *accumulate(len(block.text) for block in page.blocks)]  # characters before each block
    for index in np.flatnonzero(kept):
        for around in page.ancestors(page.blocks[index].node, 3):
            box = page.nodes[around]
            if before[box.last] - before[box.first] > _MAX_ASKING:
                break
            if box.names and _names_asking_box(box.names):
                kept[index] = False


@kept(10_000)
def _names_asking_box(names: str) -> bool:
    return _ASKING_BOX.search(names) is not None


def _drop_boilerplate(page: Outline, kept: Kept) -> None:
    """Lines that are the site's by their words."""
    for index in np.flatnonzero(kept):
        if is_boilerplate(page.blocks[index].text):
            kept[index] = False


def _drop_references(page: Outline, kept: Kept) -> None:
    """Lines between paragraphs that lead to another article: "Read more: ..." and a link."""
    for index in np.flatnonzero(kept):
        block = page.blocks[index]
        if len(block.text) > _MAX_REFERENCE or not block.links or not (announced := _REFERENCE.match(block.text)):
            continue
        rest = block.text[announced.end() :].strip(" :：–—-")  # all of which may be the link, behind a long label
        if block.link_share >= _REFERENCE_LINK or (block.links >= _ALL_LINK * len(rest) > 0 and block.text[0] != "("):
            kept[index] = False


def _drop_announced_references(page: Outline, kept: Kept) -> None:
    """A line such as "Related articles:" with the bare links below it."""
    for index in np.flatnonzero(kept):
        block = page.blocks[index]
        if not kept[index] or len(block.text) > _MAX_LABEL or not _ANNOUNCES_OTHERS.fullmatch(block.text):
            continue  # no word of a row of links that is out already: the row would be walked for each
        run = index + 1
        while run < len(page.blocks) and page.blocks[run].link_share > _ALL_LINK:
            run += 1
        if run > index + 1:
            kept[index:run] = False


def _drop_biography(page: Outline, kept: Kept, authors: Sequence[str]) -> None:
    """Who wrote it, behind the text: "Ann Lee is a reporter", where Ann Lee is stated or signs."""
    for index in np.flatnonzero(kept)[-_MAX_BIOGRAPHY:]:
        block = page.blocks[index]
        found = _BIOGRAPHY.match(block.text) if len(block.text) <= _MAX_ABOUT else None
        if found is None or page.nodes[block.node].heading:
            continue
        name = found["name"]
        above = (one.text for one in page.blocks[:index] if len(one.text) <= _MAX_BYLINE and name in one.text)
        if any(name in one for one in authors) or any(PREFIX.match(one) or _signs(one, name) for one in above):
            kept[index] = False


def _signs(line: str, name: str) -> bool:
    """Whether a line has a word such as "by" right before a name."""
    return PREFIX.match(" ".join(line[: line.find(name)].split()[-1:])) is not None


def _drop_remains_of_boxes(page: Outline, kept: Kept) -> None:
    """A heading or short label stands in a box with what it heads: if all the rest of the box is dropped, so is it.
    A lone link in an aside leads to something else."""
    for index in np.flatnonzero(kept):
        block = page.blocks[index]
        holder = page.nodes[block.node]
        if holder.parent < 0 or len(block.text) > _MAX_HEADING:
            continue
        if block.link_share > _ALL_LINK and any(page.nodes[i].tag == "aside" for i in page.ancestors(block.node, 3)):
            kept[index] = False
            continue
        box = page.nodes[holder.parent]
        is_label = len(block.text) <= _MAX_LABEL and index == box.first and holder.last - holder.first == 1
        if not holder.heading and not is_label:
            continue
        others = box.last - box.first - (holder.last - holder.first)
        if 0 < others <= _MAX_BOX and not (kept[box.first : holder.first].any() or kept[holder.last : box.last].any()):
            kept[index] = False


def _keep_announced(page: Outline, kept: Kept) -> None:
    """Bare links in a row, each in a box of its own, that the line before announces: "Where to read on:"."""
    for index in map(int, np.flatnonzero(kept)):
        text = page.blocks[index].text
        if not text.endswith((":", "：")) or page.blocks[index].link_share > _ALL_LINK or _REFERENCE.match(text):
            continue
        run = index + 1
        while run < len(page.blocks) and _is_bare_link(page, run, index):
            run += 1
        if run - index > 2 and not kept[index + 1 : run].all():
            kept[index + 1 : run] = True


def _is_bare_link(page: Outline, index: int, announcing: int) -> bool:
    """Whether a block is a link and nothing else, beside the line that announces it."""
    block, holder = page.blocks[index], page.nodes[page.blocks[index].node]
    above = page.nodes[page.blocks[announcing].node].parent
    return (
        block.link_share > _ALL_LINK
        and len(block.text) <= _MAX_HEADING
        and not holder.heading
        and not any("#" in anchor for anchor in block.anchors)  # a table of contents
        and above in (holder.parent, page.nodes[max(0, holder.parent)].parent)
        and not named(holder.names) & (RELATED | SOCIAL | NAV | META)
    )


def _keep_headings(page: Outline, kept: Kept, shares: Shares, title: str | None) -> None:
    """A heading goes with the kept block right below it, though page builders put each into boxes of its own."""
    headline = words(title or "")
    for index in range(len(page.blocks) - 2, -1, -1):
        holder = page.nodes[page.blocks[index].node]
        if kept[index] or not kept[index + 1] or holder.heading < 2 or holder.last - holder.first > 1:
            continue
        block = page.blocks[index]
        if len(block.text) > _MAX_HEADING or block.link_share > _ALL_LINK or words(block.text) == headline:
            continue
        if _REFERENCE.match(block.text) or _is_line_of_metadata(block.text) or _CONTENTS.fullmatch(block.text):
            continue
        if shares[index] > _THRESHOLD_OF_HEADINGS and _is_beside(page, index):
            kept[index] = True


def _is_beside(page: Outline, index: int) -> bool:
    """Whether a heading is all that stands between it and the box that holds the next block too."""
    for around in page.ancestors(page.blocks[index].node, _MAX_WRAPPERS):
        box = page.nodes[around]
        if box.last > index + 1:
            return True
        if box.first < index or box.tag in _NO_WRAPPERS or named(box.names) & (RELATED | ASKING | AD):
            return False
    return False


def _drop_copies(page: Outline, kept: Kept) -> None:
    """What a page carries twice, once for small screens: a box with the very text of the box right before it."""
    before: dict[int, int] = {}  # for each element the box last seen inside it
    for index, node in enumerate(page.nodes):
        if node.last == node.first or node.tag not in _BOXES:
            continue
        sibling = page.nodes[before[node.parent]] if node.parent in before else None
        before[node.parent] = index
        if sibling is not None and sibling.last == node.first and _text(page, sibling) == _text(page, node):
            kept[node.first : node.last] = False


def _text(page: Outline, node: Node) -> list[str]:
    return [block.text for block in page.blocks[node.first : node.last]]


def _before_thread(page: Outline, kept: list[int], thread_starts: int) -> list[int]:
    """Without the stray lines behind a comment thread, unless the article itself stands behind it."""
    before = [index for index in kept if index < thread_starts]
    size, size_before = (sum(len(page.blocks[index].text) for index in part) for part in (kept, before))
    return before if size_before > _MAINLY * size else kept


def _without_loose_headings(page: Outline, kept: list[int]) -> tuple[int, ...]:
    """Without headings at the end, which announce what was left out."""
    last = len(kept)
    while last > 1:
        block = page.blocks[kept[last - 1]]
        if not page.nodes[block.node].heading or len(block.text) > _MAX_HEADING:
            break
        last -= 1
    return tuple(kept[:last])
