"""Which text blocks of a page are its article.

Every block gets a score from its length, its links and the names of the elements around it; the article is the element
whose blocks score most together, without its parts that score badly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractors.outline import NONE, Outline, TextBlock

_CONTENT = re.compile(
    r"article-?_?(?:body|text|content|main)|entry-?_?(?:content|body|text)|post-?_?(?:content|body|text|entry)|story-?_?(?:body|text|content)"
    r"|body-?_?(?:content|text|copy)|\bcontent-?body\b|main-?content|\bhentry\b|rich-?text|\bprose\b|\bmaincontent\b"
)
_BOILERPLATE = re.compile(
    r"\b(?:nav|navbar|navigation|menu|footer|sidebar|side-?bar|breadcrumbs?|cookies?|consent|gdpr|newsletter|subscribe|subscription"
    r"|related|recommend\w*|promo\w*|sponsor\w*|advert\w*|ads?|share|sharing|social|sociable|addthis|comment-?form|respond|disqus"
    r"|author-?(?:bio|box|info)|about-?author|byline|tags?|tag-?list|taglist|widget\w*|popular|trending|most-?read|more-?(?:news|stories)"
    r"|read-?(?:more|next|also)|outbrain|taboola|login|signup|sign-?up|modal|popup|paywall|toolbar|pagination|pager|copyright|legal"
    r"|disclaimer|masthead|teaser\w*|caption|figcaption|wp-caption-text|credits?|toc|table-of-contents|rating|print|skip|screen-reader-text|visually-hidden|sr-only)\b"
)
_BOILERPLATE_TAGS = frozenset(
    {"nav", "footer", "aside", "form", "figcaption", "figure", "menu", "dialog", "address", "fieldset", "details"}
)
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*\s*$")
_COMMA = re.compile(r"[,،、，;:]")


@dataclass(frozen=True, slots=True)
class Body:
    """The article's part of an outline: the node that holds it, and its blocks in reading order."""

    outline: Outline
    node: int
    blocks: tuple[int, ...]  # indices of outline.blocks


def find_body(page: Outline) -> Body | None:
    """The article, or None if the page holds no text at all."""
    if not page.blocks:
        return None
    scores = block_scores(page)
    sums = [0.0]
    for score in scores:
        sums.append(sums[-1] + score)
    best, best_score = 0, float("-inf")
    for index, node in enumerate(page.nodes):
        total = sums[node.last] - sums[node.first]
        if _CONTENT.search(node.names) or node.tag == "article":
            total *= 1.1
        if node.last > node.first and total >= best_score:
            best, best_score = index, total
    kept = _kept(page, best, scores)
    return Body(page, best, tuple(kept))


def block_scores(page: Outline) -> list[float]:
    """How much each block looks like a part of the article; negative: boilerplate."""
    penalties = [0.0] * len(page.nodes)
    lengths = [0]
    for block in page.blocks:
        lengths.append(lengths[-1] + len(block.text))
    for index, node in enumerate(page.nodes):
        penalty = penalties[node.parent] if node.parent != NONE else 0.0
        is_major = lengths[node.last] - lengths[node.first] > 0.5 * lengths[-1]
        if not is_major and (node.tag in _BOILERPLATE_TAGS or _BOILERPLATE.search(node.names)):
            penalty += 1.0
        penalties[index] = penalty
    return [_score(page, block, penalties[block.node]) for block in page.blocks]


def _score(page: Outline, block: TextBlock, penalty: float) -> float:
    length = len(block.text)
    node = page.nodes[block.node]
    share = block.link_share
    if penalty:
        return -min(3.0, 0.5 + length / 100) * penalty
    if share > 0.5:
        return -0.5 if length < 200 else -1.0
    if node.heading:
        return 0.2
    score = min(length, 500) / 100 * (1 - 1.5 * share)
    if _SENTENCE_END.search(block.text):
        score += 0.5
    score += min(3, len(_COMMA.findall(block.text))) * 0.2
    return score - 0.6


def _kept(page: Outline, best: int, scores: list[float]) -> list[int]:
    node = page.nodes[best]
    kept = []
    for index in range(node.first, node.last):
        block = page.blocks[index]
        holder = page.nodes[block.node]
        if scores[index] < 0 and not holder.heading:
            around = scores[max(node.first, index - 1) : index + 2]
            if block.link_share > 0.5 or scores[index] < -0.7 or max(around) < 1:
                continue
        kept.append(index)
    while kept and page.nodes[page.blocks[kept[-1]].node].heading:
        kept.pop()
    return kept or list(range(node.first, node.last))
