"""What kind of page this is: every cue asked, their sum decides."""

from __future__ import annotations

from extractors.html import Document
from extractors.kinds.cues import KindVerdict, verdict
from extractors.kinds.shapes import shape_cues
from extractors.kinds.statements import post_key, stated_cues
from extractors.kinds.survey import survey
from extractors.kinds.teasers import structure_cues
from extractors.structured import Statements


def kind_of(document: Document, statements: Statements) -> tuple[KindVerdict, str | None]:
    """The page's kind with its reasons, and the site's own number of the post if it states one."""
    seen = survey(document)
    cues = [
        *stated_cues(document, statements, seen),
        *structure_cues(seen),
        *shape_cues(seen, statements),
    ]
    return verdict(cues), post_key(document, seen)
