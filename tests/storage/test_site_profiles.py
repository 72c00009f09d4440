from __future__ import annotations

from dataclasses import replace

from extractors.records import from_json
from extractors.whole_site.site_profile import SiteProfile
from extractors.whole_site.traits import PageTraits
from storage.crawl.loading import load
from storage.crawl.site_profiles import forget_profile, learn_site, newest_profile, packed, profile_json, profiles_of

BIO = "a" * 16


def loaded(database, make, numbers, version=None):
    outcomes = []
    for number in numbers:
        url = f"https://mag.example/x-{number}"
        own = tuple(f"{number:08x}{n:08x}" for n in range(5))
        traits = PageTraits(url=url, kind="article", margin=6.0, language="fr", blocks=(*own, BIO))
        traits = replace(traits, profile_version=version)
        outcomes.append(replace(make.extracted(url), traits=packed(traits)))
    load(database, outcomes, None, make.now)


def test_a_site_is_learned_once_for_the_same_pages(database, make):
    loaded(database, make, range(12))
    first = learn_site(database, "mag", make.now)
    assert (first.version, first.is_new, len(first.read_again)) == (1, True, 12)
    assert newest_profile(database, "mag").profile.repeated == {BIO}
    loaded(database, make, range(12), version=1)
    again = learn_site(database, "mag", make.later())
    assert (again.version, again.is_new, again.read_again) == (1, False, ())
    loaded(database, make, range(12, 14), version=1)
    more = learn_site(database, "mag", make.later())
    assert (more.version, more.is_new, more.read_again) == (2, True, ())


def test_pages_that_another_run_read_without_what_this_one_learned_are_read_again(database, make):
    loaded(database, make, range(12))
    learn_site(database, "mag", make.now)
    loaded(database, make, range(12), version=1)
    loaded(database, make, range(12, 14))
    assert len(learn_site(database, "mag", make.later()).read_again) == 2


def test_a_profile_that_was_dropped_is_not_used_and_learned_anew(database, make):
    loaded(database, make, range(12))
    learn_site(database, "mag", make.now)
    assert forget_profile(database, "mag", make.later())
    assert newest_profile(database, "mag") is None
    learn_site(database, "mag", make.later())
    assert [kept.ended_at is None for kept in profiles_of(database, "mag")] == [True, False]


def test_a_kept_profile_says_what_it_said():
    profile = SiteProfile(pages=3, repeated=frozenset({BIO}), shapes={"/w": {"article": 2}}, suffix=" | Mag")
    assert from_json(SiteProfile, profile_json(profile)) == profile


def test_the_profile_of_ten_thousand_pages_stays_under_a_megabyte(database, make):
    from extractors.whole_site.learning import learn

    traits = [
        PageTraits(
            url=f"https://mag.example/{2000 + number % 25}/{number % 12:02}/x-{number}",
            kind="article",
            margin=6.0,
            blocks=tuple(f"{number // 4 * 40 + n:016x}" for n in range(40)) if number % 4 == 0
            else tuple(f"{(number * 7 + n) % 30_000:016x}" for n in range(40)),
        )
        for number in range(10_000)
    ]  # fmt: skip
    assert len(profile_json(learn(traits))) < 1_000_000
