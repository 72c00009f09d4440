"""What was learned of sites, kept: the traits of each page, and the versions of each site's profile."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select, update

from extractors.records import from_json
from extractors.whole_site.learning import changes, learn
from extractors.whole_site.site_profile import SiteProfile
from extractors.whole_site.traits import PageTraits
from storage.crawl.site_numbers import site_number
from storage.database.engine import Database
from storage.database.tables import page_traits, pages, site_profiles, sites
from storage.database.values import upsert

EMPTY = SiteProfile()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptProfile:
    """A version of a site's profile. `size` is that of its JSON in bytes, compressed as it is stored."""

    site: str
    version: int
    profile: SiteProfile
    digest: str
    pages: int
    made_at: datetime
    ended_at: datetime | None
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What learning came to. `read_again` are the pages that read differently with the profile."""

    version: int | None  # null: there is nothing to learn from yet
    is_new: bool
    read_again: tuple[int, ...]


def packed(traits: PageTraits) -> bytes:
    return zlib.compress(orjson.dumps(traits), 1)


def unpacked(stored: bytes) -> PageTraits:
    return from_json(PageTraits, zlib.decompress(stored))


def profile_json(profile: SiteProfile) -> bytes:
    """The same bytes for the same profile."""
    shown = {
        "pages": profile.pages,
        "articles": profile.articles,
        "posts": profile.posts,
        "repeated": sorted(profile.repeated),
        "widgets": sorted(profile.widgets),
        "shapes": profile.shapes,
        "suffix": profile.suffix,
        "labels": sorted(profile.labels),
        "languages": profile.languages,
        "systems": profile.systems,
    }
    return orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)


def write_traits(connection: Connection, traits: Mapping[int, bytes]) -> None:
    """Keep what these pages add to the profile of their site."""
    if not traits:
        return
    statement = upsert(connection, page_traits)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[page_traits.c.page_id], set_={"traits": statement.excluded.traits}
        ),
        [{"page_id": number, "traits": stored} for number, stored in sorted(traits.items())],
    )


def newest_profile(db: Database, site: str) -> KeptProfile | None:
    """The site's profile as it is used; None while there is none, and after it was dropped."""
    kept = profiles_of(db, site)
    return kept[0] if kept and kept[0].ended_at is None else None


def profiles_of(db: Database, site: str) -> tuple[KeptProfile, ...]:
    """Every version of the site's profile, the newest first."""
    query = (
        select(site_profiles)
        .join(sites, sites.c.id == site_profiles.c.site_id)
        .where(sites.c.name == site)
        .order_by(site_profiles.c.version.desc())
    )
    with db.read() as connection:
        return tuple(as_kept(site, row) for row in connection.execute(query))


def as_kept(site: str, row: Any) -> KeptProfile:
    return KeptProfile(
        site=site,
        version=row.version,
        profile=from_json(SiteProfile, zlib.decompress(row.content)),
        digest=row.digest,
        pages=row.pages,
        made_at=row.made_at,
        ended_at=row.ended_at,
        size=len(row.content),
    )


def learn_site(db: Database, site: str, now: datetime) -> Learned:
    """Learn the site's profile anew from the traits of all its pages, and keep it if it changed.

    Each page is compared under the version that it was read with, so that what another run of the site read meanwhile,
    without what this one learned, is read again as well.
    """
    found = traits_of(db, site)
    if not found:
        return Learned(version=None, is_new=False, read_again=())
    profile = learn(found.values())
    version, is_new = keep_profile(db, site, profile, now)
    read_with = profiles_by_version(db, site, {traits.profile_version for traits in found.values()} - {version})
    read_with[version] = profile
    again = (
        number
        for number, traits in found.items()
        if changes(traits, read_with.get(traits.profile_version, EMPTY), profile)
    )
    return Learned(version=version, is_new=is_new, read_again=tuple(sorted(again)))


def keep_profile(db: Database, site: str, profile: SiteProfile, now: datetime) -> tuple[int, bool]:
    """The number of the version in use, and whether it is a new one. Two runs that end together take turns."""
    told = profile_json(profile)
    digest = hashlib.sha256(told).hexdigest()
    with db.write() as connection:
        number = site_number(connection, site, now)
        connection.execute(select(sites.c.id).where(sites.c.id == number).with_for_update())
        query = select(site_profiles.c.version, site_profiles.c.digest, site_profiles.c.ended_at)
        newest = query.where(site_profiles.c.site_id == number).order_by(site_profiles.c.version.desc()).limit(1)
        before = connection.execute(newest).one_or_none()
        if before is not None and before.ended_at is None and before.digest == digest:
            return int(before.version), False
        version = before.version + 1 if before is not None else 1
        content = zlib.compress(told, 9)
        row = {"version": version, "content": content, "digest": digest, "pages": profile.pages, "made_at": now}
        connection.execute(site_profiles.insert().values(site_id=number, **row))
    return version, True


def profiles_by_version(db: Database, site: str, versions: set[int | None]) -> dict[int | None, SiteProfile]:
    """The profiles that pages were read with."""
    query = (
        select(site_profiles.c.version, site_profiles.c.content)
        .join(sites, sites.c.id == site_profiles.c.site_id)
        .where(sites.c.name == site, site_profiles.c.version.in_([v for v in versions if v is not None]))
    )
    with db.read() as connection:
        return {
            version: from_json(SiteProfile, zlib.decompress(content)) for version, content in connection.execute(query)
        }


def traits_of(db: Database, site: str) -> dict[int, PageTraits]:
    """The traits of the site's pages by number."""
    query = (
        select(page_traits.c.page_id, page_traits.c.traits)
        .join(pages, pages.c.id == page_traits.c.page_id)
        .join(sites, sites.c.id == pages.c.site_id)
        .where(sites.c.name == site)
    )
    with db.read() as connection:
        return {number: unpacked(stored) for number, stored in connection.execute(query)}


def forget_profile(db: Database, site: str, now: datetime) -> bool:
    """Drop the site's profile: the next run learns it anew. Return whether there was one."""
    with db.write() as connection:
        number = site_number(connection, site, now)
        done = connection.execute(
            update(site_profiles)
            .where(site_profiles.c.site_id == number, site_profiles.c.ended_at.is_(None))
            .values(ended_at=now)
        )
    return bool(done.rowcount)
