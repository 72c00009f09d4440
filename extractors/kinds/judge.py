"""What kind of page this is: every cue asked, their sum decides."""

from __future__ import annotations

from dataclasses import dataclass

from extractors.html import Document
from extractors.kinds.cues import KindVerdict, verdict
from extractors.kinds.shapes import shape_cues
from extractors.kinds.statements import post_key, said_by_system, stated_cues, stated_titles
from extractors.kinds.survey import survey
from extractors.kinds.teasers import structure_cues
from extractors.records import PageKind
from extractors.structured import Statements
from extractors.whole_site.site_profile import SiteProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the page is taken for, and the same without the profile of its site. `stated` is what the publishing system
    calls it, `post_key` the site's own number of the post; both None where the page does not say."""

    verdict: KindVerdict
    own: KindVerdict
    stated: PageKind | None
    post_key: str | None


def kind_of(document: Document, statements: Statements, profile: SiteProfile | None = None) -> Judged:
    """The page's kind with its reasons."""
    seen = survey(document)
    said = list(stated_cues(document, statements, seen))
    cues = [*said, *structure_cues(seen, stated_titles(statements)), *shape_cues(seen, statements)]
    own, stated = verdict(cues), said_by_system(said)
    known = profile.cues(document.url, stated) if profile is not None else ()
    return Judged(
        verdict=verdict([*cues, *known]) if known else own,
        own=own,
        stated=stated,
        post_key=post_key(document, seen),
    )
