"""The profile of a site as it is stored: the newest version counts until it is dropped by hand."""

from __future__ import annotations

import zlib

import orjson

from storage.crawl.frontier import site_number
from storage.crawl.profile_versions import drop_profile, newest_version
from storage.database.tables import site_profiles


def test_the_newest_version_is_shown_until_it_is_dropped(database, make) -> None:
    assert newest_version(database, "mag") is None
    with database.write() as connection:
        number = site_number(connection, "mag", make.now)
        for version in (1, 2):
            content = zlib.compress(orjson.dumps({"articles": version, "suffix": " | Le Mag"}))
            connection.execute(
                site_profiles.insert().values(
                    site_id=number, version=version, content=content, digest="x", pages=9, made_at=make.now
                )
            )
    newest = newest_version(database, "mag")
    assert newest is not None
    assert (newest.version, newest.pages, newest.content["suffix"]) == (2, 9, " | Le Mag")
    assert drop_profile(database, "mag", make.later())
    assert newest_version(database, "mag") is None
    assert not drop_profile(database, "mag", make.later())
