"""`tamis site NAME`: what was learned of a site, and starting it anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from extractors.records import PageKind
from flows.clock import utc_now
from flows.settings import Settings
from storage.crawl.site_profiles import EMPTY, forget_profile, newest_profile
from storage.opening import open_database
from storage.upkeep.health import site_status

SHOWN_SHAPES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteShown:
    """What is known of a site as a whole. `shapes`: of each form of address, how many pages were of which kind."""

    site: str
    version: int | None  # of the profile; None: none was learned yet
    made_at: datetime | None
    pages: int
    articles: int
    repeated: int  # blocks that stand on several articles and are no article's text
    widgets: int  # boxes that show the same comments on several articles
    suffix: str | None
    labels: tuple[str, ...]  # names beside the authors that are the theme's
    languages: Mapping[str, int]
    systems: Mapping[str, int]
    shapes: Mapping[str, Mapping[str, int]]
    size: int
    kinds: Mapping[str, int]
    sentence: str
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def lines(self) -> list[str]:
        """The same for a person."""
        said = [f"{self.site}: {self.sentence}"] if self.sentence else [f"{self.site}: nothing was read yet"]
        said += [f"warning: {warning}" for warning in self.warnings]
        if self.version is None or self.made_at is None:
            return [*said, "no profile yet: it is learned at the end of the next run"]
        made = f"{self.made_at:%d %b %Y %H:%M} UTC"
        said.append(f"profile {self.version} of {made}, learned from {self.pages:,} pages ({self.size:,} bytes)")
        said.append(f"repeated blocks, no article's text: {self.repeated:,}")
        said.append(f"boxes that repeat comments of other pages: {self.widgets:,}")
        said.append(f"titles end with: {self.suffix or '(nothing in common)'}")
        said.append(f"names that are no authors: {', '.join(self.labels) or 'none'}")
        said.append(f"languages: {counted(self.languages)}")
        said.append(f"comment systems: {counted(self.systems)}")
        for kind in (PageKind.ARTICLE, PageKind.LIST):
            of_kind = Counter({shape: kinds.get(kind, 0) for shape, kinds in self.shapes.items()})
            told = ", ".join(f"{shape} ({number:,})" for shape, number in of_kind.most_common(SHOWN_SHAPES) if number)
            said.append(f"addresses of {kind}s: {told or 'none yet'}")
        return said


def counted(counts: Mapping[str, int]) -> str:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} ({number:,})" for name, number in ranked) or "none yet"


def shown(settings: Settings, name: str) -> SiteShown:
    """What is known of a site. Raises UnknownSite, StorageError."""
    site = settings.site(name).name
    with open_database(settings.database_url) as db:
        kept = newest_profile(db, site)
        status = next(iter(site_status(db, utc_now(), site)), None)
    learned = kept.profile if kept is not None else EMPTY
    return SiteShown(
        site=site,
        version=kept.version if kept is not None else None,
        made_at=kept.made_at if kept is not None else None,
        pages=kept.pages if kept is not None else 0,
        articles=learned.articles,
        repeated=len(learned.repeated),
        widgets=len(learned.widgets),
        suffix=learned.suffix,
        labels=tuple(sorted(learned.labels)),
        languages=learned.languages,
        systems=learned.systems,
        shapes=learned.shapes,
        size=kept.size if kept is not None else 0,
        kinds=status.kinds if status is not None else {},
        sentence=status.sentence if status is not None else "",
        warnings=status.warnings if status is not None else (),
    )


def start_anew(settings: Settings, name: str) -> bool:
    """Drop the profile: the next run learns it again. Whether there was one. Raises UnknownSite, StorageError."""
    site = settings.site(name).name
    with open_database(settings.database_url) as db:
        return forget_profile(db, site, utc_now())
