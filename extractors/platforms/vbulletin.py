"""vBulletin 3 (table#postN) and 4/5 (li.postbit, li.b-post): forum topics."""

from __future__ import annotations

from typing import ClassVar

from extractors.comments.adapter import Markup
from extractors.comments.reading.recipe import Recipe
from extractors.records import CommentKind


class VBulletin(Markup):
    """.bigusername or .username, .postdate or td.thead, #post_message_N; signatures are no text."""

    name: ClassVar[str] = "vbulletin"
    signs: ClassVar[frozenset[str]] = frozenset({"#post_message_#", "postbit", "postbitlegacy", "b-post"})
    items: ClassVar[str] = "table#post%,li#post_%,li.postbit,li.postbitlegacy,li.b-post,div#post%.post"
    recipe: ClassVar[Recipe] = Recipe(
        author="a.bigusername,a.username,.username,.author",
        date=".postdate,.b-post__timestamp,td.thead",
        date_attribute="",
        body="#post_message_%,.postcontent,.js-post__content-text",
        drop=".signature,.after_content,.bbcode_description",
        kind=CommentKind.POST,
    )
