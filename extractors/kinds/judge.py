"""What kind of page this is: every cue asked, their sum decides."""

from __future__ import annotations

from extractors.html import Document
from extractors.kinds.cues import KindVerdict, verdict
from extractors.kinds.shapes import shape_cues
from extractors.kinds.statements import post_key, stated_cues
from extractors.kinds.survey import survey
from extractors.kinds.teasers import structure_cues
from extractors.structured import Statements
from extractors.whole_site.site_profile import SiteProfile


def kind_of(
    document: Document, statements: Statements, profile: SiteProfile | None = None
) -> tuple[KindVerdict, KindVerdict, str | None]:
    """The page's kind with its reasons, the same without the profile of its site, and the site's own number of the post
    if it states one."""
    seen = survey(document)
    cues = [
        *stated_cues(document, statements, seen),
        *structure_cues(seen),
        *shape_cues(seen, statements),
    ]
    own = verdict(cues)
    known = profile.address_cue(document.url) if profile is not None else None
    return verdict([*cues, known]) if known is not None else own, own, post_key(document, seen)
