"""Whose tweets a widget shows, where its items do not say: the name before each text, or the account around them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from lxml.html import HtmlElement

from extractors.tweets.addresses import handle_in

_OPENING = re.compile(r"^@?(?P<name>\w{1,15})\s?:\s+\S")
_LIKE_A_HANDLE = re.compile(r"[a-z_]\w*[A-Z0-9_]|\w*_|[A-Za-z]+\d")
_MOST = 0.8  # of the texts, to take their openings for names


def opening_names(texts: Sequence[str], account: str | None) -> tuple[str | None, ...]:
    """The author of each text by its opening, `name: text`; `account` where texts do not open so.

    One word before a colon is often no name ("News: ..."): it counts where several different ones open the texts,
    or where it is the account's, or spelt as only handles are.
    """
    found = [_OPENING.match(text) for text in texts]
    names = {match["name"].lower() for match in found if match}
    agreed = account is not None and names == {account.lower()}
    spelt = len(names) == 1 and all(match and _LIKE_A_HANDLE.match(match["name"]) for match in found)
    if sum(match is not None for match in found) < _MOST * len(texts) or not (len(names) > 1 or agreed or spelt):
        return (account,) * len(texts)
    return tuple(match["name"] if match else account for match in found)


def account_around(parent: HtmlElement, items: Collection[HtmlElement]) -> str | None:
    """The one account linked in a widget outside its items ("Follow @name")."""
    node: HtmlElement | None = parent
    for _ in range(3):
        if node is None or node.tag == "body":
            return None
        linked = {
            handle.lower(): handle
            for anchor in node.iter("a")
            if (handle := handle_in(anchor.get("href"))) and not any(above in items for above in anchor.iterancestors())
        }
        if linked:
            return linked.popitem()[1] if len(linked) == 1 else None
        node = node.getparent()
    return None
