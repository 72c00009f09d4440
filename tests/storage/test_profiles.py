from __future__ import annotations

from dataclasses import replace

from extractors.records import Section
from storage.crawl.loading import load
from storage.crawl.profiles import derive_profiles

URL = "https://mag.example/chef-de-projet"


def test_a_job_profile_gets_section_names_and_typed_fields(database, make, rows):
    parts = (
        Section(level=2, heading="Formation demandée", text="Un diplôme de niveau Bac + 5 est nécessaire."),
        Section(level=2, heading="Rémunération", text="Entre 35 000 et 45 000 € bruts annuels."),
        Section(level=2, heading="Le mot de la fin", text="Bonne chance."),
    )
    load(database, [make.extracted(URL, title="Fiche métier : Chef de projet", sections=parts)], None, make.now)
    assert derive_profiles(database, make.now) == 1
    assert derive_profiles(database, make.now) == 0
    names = [row["section"] for row in rows("SELECT section FROM clean_sections ORDER BY position")]
    assert None not in names[:2]
    assert names[0] != names[1]
    (found,) = rows(
        "SELECT salary_min, salary_max, salary_currency, salary_period, education_level FROM clean_articles"
    )
    assert found == {
        "salary_min": 35000,
        "salary_max": 45000,
        "salary_currency": "EUR",
        "salary_period": "year",
        "education_level": 5,
    }
    load(database, [make.extracted(URL, title="Fiche métier : Chef de projet", text="Autre.")], None, make.now)
    assert derive_profiles(database, make.now) == 1
    assert rows("SELECT salary_min FROM clean_articles") == [{"salary_min": None}]


def test_a_replay_by_a_newer_extractor_keeps_the_names_of_sections(database, make, rows):
    parts = (Section(level=2, heading="Rémunération", text="Entre 35 000 et 45 000 € bruts annuels."),)
    read = make.extracted(URL, title="Fiche métier : Chef de projet", sections=parts)
    load(database, [read], None, make.now)
    derive_profiles(database, make.now)
    named = rows("SELECT section FROM clean_sections")
    assert named != [{"section": None}]
    newer = replace(read, page=replace(read.page, extractor_version="999.0"))
    load(database, [newer], None, make.now)
    assert derive_profiles(database, make.now) == 1
    assert rows("SELECT section FROM clean_sections") == named
